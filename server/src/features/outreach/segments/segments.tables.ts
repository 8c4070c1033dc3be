import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Which groups the filter of a segment names. */
export const segmentReferences = pgTable(
  'segment_references',
  {
    segmentId: uuid('segment_id').notNull(),
    groupId: uuid('group_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.segmentId, table.groupId] })],
)

/** The language people write in. */
export const personLanguages = pgTable('person_languages', {
  contactId: uuid('contact_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** ISO 639-1; null when the texts do not say. */
  language: text(),
  /** What was written up to then has been read. */
  readUntil: timestamptz('read_until').notNull(),
})

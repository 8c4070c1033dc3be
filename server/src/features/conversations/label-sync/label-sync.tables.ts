import { pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Which label of an account is which label here. */
export const labelSyncs = pgTable(
  'label_syncs',
  {
    sessionId: uuid('session_id').notNull(),
    waLabelId: text('wa_label_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** Null: the label was deleted here and is to be deleted on WhatsApp. */
    labelId: uuid('label_id'),
    linkedAt: timestamptz('linked_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.waLabelId] }),
    uniqueIndex('label_syncs_label').on(table.labelId, table.sessionId),
  ],
)

/** Sessions for which a job waits that brings changes to WhatsApp. */
export const labelPushes = pgTable('label_pushes', {
  sessionId: uuid('session_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
})

import { customType, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Replies that wait for a person's word, so that the very same text is answered when it comes. */
export const aiReplyDrafts = pgTable('ai_reply_drafts', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** What was asked, hashed. */
  requestHash: text('request_hash').notNull(),
  /** The reply with what is said about it, sealed. */
  content: bytes().notNull(),
  createdAt: timestamptz('created_at').notNull(),
})

/** Previews of an hour of each tenant. */
export const aiPreviewHours = pgTable('ai_preview_hours', {
  tenantId: uuid('tenant_id').primaryKey(),
  hour: timestamptz('hour').notNull(),
  used: integer().notNull(),
})

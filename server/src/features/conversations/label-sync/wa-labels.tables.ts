import { boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Labels of WhatsApp Business, as the phone reports them. */
export const waLabels = pgTable(
  'wa_labels',
  {
    sessionId: uuid('session_id').notNull(),
    waLabelId: text('wa_label_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    name: text().notNull(),
    colorIndex: integer('color_index').notNull(),
    isDeleted: boolean('is_deleted').notNull().default(false),
    changedAt: timestamptz('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.waLabelId] })],
)

/** Which chats have them. */
export const waChatLabels = pgTable(
  'wa_chat_labels',
  {
    sessionId: uuid('session_id').notNull(),
    waLabelId: text('wa_label_id').notNull(),
    waChatId: text('wa_chat_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** The label was taken off the chat. */
    isDeleted: boolean('is_deleted').notNull().default(false),
    changedAt: timestamptz('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.waLabelId, table.waChatId] })],
)

/** A label as stored. */
export type WaLabelRow = typeof waLabels.$inferSelect
/** A label on a chat as stored. */
export type WaChatLabelRow = typeof waChatLabels.$inferSelect

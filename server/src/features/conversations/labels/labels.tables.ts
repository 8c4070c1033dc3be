import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Labels of a tenant. */
export const labels = pgTable(
  'labels',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    name: text().notNull(),
    /** `#RRGGBB`, as given. */
    color: text().notNull(),
    /** The nearest of WhatsApp's colours. */
    colorIndex: integer('color_index').notNull(),
    description: text(),
    /** When name or WhatsApp's colour changed last: what decides between here and a phone. */
    changedAt: timestamptz('changed_at').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [uniqueIndex('labels_name').on(table.tenantId, table.name)],
)

/** Which chats have them. */
export const chatLabels = pgTable(
  'chat_labels',
  {
    labelId: uuid('label_id').notNull(),
    chatId: uuid('chat_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** False remembers when the label was taken off. */
    isSet: boolean('is_set').notNull().default(true),
    changedAt: timestamptz('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.labelId, table.chatId] }),
    index('chat_labels_chat').on(table.chatId),
  ],
)

/** A label as stored. */
export type LabelRow = typeof labels.$inferSelect

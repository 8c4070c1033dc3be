import { customType, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Updates of messages that are not stored yet. */
export const deferredUpdates = pgTable(
  'early_facts',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    waMessageId: text('wa_message_id').notNull(),
    /** Encrypted JSON. */
    fact: bytes().notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('early_facts_message').on(table.sessionId, table.waMessageId)],
)

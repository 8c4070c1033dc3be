import { customType, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Which limit a message waits for, or `owner` when another process holds the session. */
export type WaitsFor = 'burst' | 'rate' | 'owner'

/** What still has to leave: a row goes when WhatsApp took or refused its message. */
export const outbox = pgTable(
  'outbox',
  {
    messageId: uuid('message_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    /** The content as JSON, encrypted. */
    content: bytes().notNull(),
    waitsFor: text('waits_for').$type<WaitsFor>(),
    /** Hand-overs that ended without an answer. */
    unanswered: integer().notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('outbox_session').on(table.sessionId, table.messageId)],
)

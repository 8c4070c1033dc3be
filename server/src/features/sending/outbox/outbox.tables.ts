import { customType, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { WaitsFor } from '../limits/send-limits.schema.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

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
    /** A message that was put off leaves no sooner. */
    notBefore: timestamp('not_before', { withTimezone: true }),
    /** Hand-overs that ended without an answer. */
    unanswered: integer().notNull().default(0),
    /** Tries to bring its file to WhatsApp that failed. */
    uploadFailures: integer('upload_failures').notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('outbox_session').on(table.sessionId, table.messageId)],
)

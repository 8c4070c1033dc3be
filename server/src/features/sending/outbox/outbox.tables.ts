import { customType, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
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
    notBefore: timestamptz('not_before'),
    /** Hand-overs that ended without an answer. */
    unanswered: integer().notNull().default(0),
    /** Tries to bring its file to WhatsApp that failed. */
    uploadFailures: integer('upload_failures').notNull().default(0),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('outbox_session').on(table.sessionId, table.messageId)],
)

import { customType, pgTable, real, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** What was said in voice messages. A row is the task, too. */
export const transcripts = pgTable('transcripts', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  chatId: uuid('chat_id').notNull(),
  messageId: uuid('message_id').notNull(),
  status: text({ enum: ['queued', 'processing', 'completed', 'failed'] }).notNull(),
  /** Why it failed, for the tenant. */
  error: text(),
  /** Encrypted; empty when nobody speaks. */
  content: bytes(),
  language: text(),
  confidence: real(),
  noSpeech: real('no_speech'),
  messageCreatedAt: timestamptz('message_created_at').notNull(),
  createdAt: timestamptz('created_at').notNull(),
  transcribedAt: timestamptz('transcribed_at'),
})

/** A transcript as stored. */
export type TranscriptRow = typeof transcripts.$inferSelect

import { customType, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { ApprovalReason } from '../replies/replies.schema.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** What may become of a draft; `superseded`: something newer was said. */
export const draftStatuses = ['pending', 'sent', 'discarded', 'superseded'] as const

/** Answers that a person has to send. */
export const aiChatDrafts = pgTable('ai_chat_drafts', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  chatId: uuid('chat_id').notNull(),
  status: text({ enum: draftStatuses }).notNull(),
  /** Text and sources, sealed. */
  content: bytes().notNull(),
  /** Why it did not leave by itself; empty when the chat only drafts. */
  reasons: text().array().$type<ApprovalReason[]>().notNull(),
  /** In groups the message that it answers. */
  replyToId: uuid('reply_to_id'),
  createdAt: timestamptz('created_at').notNull(),
  decidedAt: timestamptz('decided_at'),
  decidedBy: uuid('decided_by'),
  sentMessageId: uuid('sent_message_id'),
})

/** A draft as stored. */
export type ChatDraftRow = typeof aiChatDrafts.$inferSelect

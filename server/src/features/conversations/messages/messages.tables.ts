import { boolean, customType, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { MessageType } from '../../../engine/content.ts'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
/** How far a message has come; `received` is the only one of inbound messages. */
export type MessageStatus =
  | 'pending'
  | 'pending_approval'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'received'

/** One reaction on a message. */
export interface Reaction {
  /** Empty when it was taken back. */
  emoji: string
  /** Chat id of the person. */
  from: string
  /** ISO, to the millisecond. */
  at: string
  /** Contact id of the person; null is the account itself. */
  by: string | null
}

/** Everything said, shortened; see the migration for what keeps updates cheap. */
export const messages = pgTable(
  'messages',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    chatId: uuid('chat_id').notNull(),
    waMessageId: text('wa_message_id').notNull(),
    direction: text().$type<'inbound' | 'outbound'>().notNull(),
    senderContactId: uuid('sender_contact_id'),
    messageType: text('message_type').$type<MessageType>().notNull(),
    status: text().$type<MessageStatus>().notNull(),
    contentPreview: text('content_preview'),
    /** Encrypted; only when the tenant opted in. */
    contentFull: bytes('content_full'),
    /** Encrypted protobuf, for 7 days. */
    proto: bytes(),
    /** File, place, cards or poll as JSON, encrypted; as long as the text. */
    details: bytes(),
    hasMedia: boolean('has_media').notNull().default(false),
    /** The door an outbound message came through. */
    origin: text(),
    metadata: jsonb().$type<Record<string, unknown>>(),
    error: text(),
    isCold: boolean('is_cold').notNull().default(false),
    requiresApproval: boolean('requires_approval').notNull().default(false),
    isStarred: boolean('is_starred').notNull().default(false),
    reactions: jsonb().$type<Reaction[]>().notNull().default([]),
    replyToId: uuid('reply_to_id'),
    idempotencyKey: text('idempotency_key'),
    idempotencyHash: text('idempotency_hash'),
    answeredPending: boolean('answered_pending').notNull().default(false),
    waTimestamp: timestamptz('wa_timestamp'),
    orderedAt: timestamptz('ordered_at').notNull(),
    sentAt: timestamptz('sent_at'),
    deliveredAt: timestamptz('delivered_at'),
    readAt: timestamptz('read_at'),
    editedAt: timestamptz('edited_at'),
    deletedAt: timestamptz('deleted_at'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('messages_list').on(table.chatId, table.orderedAt, table.id)],
)

/** Who has chosen what in a poll, by the indexes of its options; a null voter is the account itself. */
export const pollVotes = pgTable('poll_votes', {
  messageId: uuid('message_id').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  voterContactId: uuid('voter_contact_id'),
  options: integer().array().notNull(),
  votedAt: timestamptz('voted_at').notNull(),
})

import {
  boolean,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Conversations of a session: with a contact, or in a group or channel. */
export const chats = pgTable(
  'chats',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    kind: text().$type<'person' | 'group' | 'channel'>().notNull(),
    /** Set for persons: the key of their chat. */
    contactId: uuid('contact_id'),
    /** How the chat is called outside: for persons it follows the contact's addresses. */
    waChatId: text('wa_chat_id').notNull(),
    /** Subject of a group or channel. */
    name: text(),
    messageCount: integer('message_count').notNull().default(0),
    unreadCount: integer('unread_count').notNull().default(0),
    /** As of when the counter holds: last read or marked as unread, here or on the phone, or counted by the phone. */
    unreadChangedAt: timestamptz('unread_changed_at'),
    lastMessageId: uuid('last_message_id'),
    lastMessageAt: timestamptz('last_message_at'),
    lastInboundAt: timestamptz('last_inbound_at'),
    lastOutboundAt: timestamptz('last_outbound_at'),
    /** The last day (UTC) on which a cold send here was charged to the session's budget. */
    coldDay: date('cold_day', { mode: 'string' }),
    isArchived: boolean('is_archived').notNull().default(false),
    isPinned: boolean('is_pinned').notNull().default(false),
    mutedUntil: timestamptz('muted_until'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('chats_contact').on(table.sessionId, table.contactId),
    uniqueIndex('chats_wa_id').on(table.sessionId, table.waChatId),
    index('chats_list').on(table.sessionId, table.lastMessageAt, table.id),
  ],
)

/** Settings of chats that nothing has been said in yet. */
export const waChatStates = pgTable(
  'wa_chat_states',
  {
    sessionId: uuid('session_id').notNull(),
    waChatId: text('wa_chat_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    isArchived: boolean('is_archived').notNull().default(false),
    isPinned: boolean('is_pinned').notNull().default(false),
    mutedUntil: timestamptz('muted_until'),
    unreadCount: integer('unread_count').notNull().default(0),
    unreadChangedAt: timestamptz('unread_changed_at'),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.waChatId] })],
)

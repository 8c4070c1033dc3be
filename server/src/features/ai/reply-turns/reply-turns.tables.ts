import {
  boolean,
  customType,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** What is done by itself. */
export const replyModes = ['off', 'draft', 'auto'] as const
/** One of them. */
export type ReplyMode = (typeof replyModes)[number]

/** How sessions answer by themselves; no row: they do not. */
export const aiReplySettings = pgTable('ai_reply_settings', {
  sessionId: uuid('session_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** Only what differs from the defaults. */
  settings: jsonb().$type<Record<string, unknown>>().notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Where automatic answers to a chat stand. */
export const aiReplyChats = pgTable('ai_reply_chats', {
  chatId: uuid('chat_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  /** Null: as the session. */
  mode: text({ enum: replyModes }),
  /** Nothing is answered until then: it was handed over, or somebody said so. */
  pausedUntil: timestamptz('paused_until'),
  /** What was said before is no matter of the machine any more. */
  handedOverAt: timestamptz('handed_over_at'),
  /** What people answered before that does not silence the machine any more. */
  resumedAt: timestamptz('resumed_at'),
  disclosedAt: timestamptz('disclosed_at'),
  noticedAt: timestamptz('noticed_at'),
  /** Answers of a UTC day. */
  day: date({ mode: 'string' }),
  answers: integer().notNull().default(0),
  lastAnswerAt: timestamptz('last_answer_at'),
  /** Milliseconds after which the other side came back, the last three times. */
  latencies: integer().array().notNull().default([]),
  /** What it said last, hashed. */
  lastHeard: text('last_heard'),
  repeats: integer().notNull().default(0),
  /** Answers in a row without an hour between them. */
  turns: integer().notNull().default(0),
  /** What became of the last burst, and why. */
  outcome: text({ enum: ['answered', 'drafted', 'handed_over', 'notified', 'silent'] }),
  reason: text(),
  outcomeAt: timestamptz('outcome_at'),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Where a chat stands, as stored. */
export type ReplyChatRow = typeof aiReplyChats.$inferSelect

/** Messages that wait for an answer. */
export const aiReplyInbox = pgTable('ai_reply_inbox', {
  messageId: uuid('message_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  chatId: uuid('chat_id').notNull(),
  /** Sealed, at most 2,000 characters. */
  text: bytes().notNull(),
  /** It has words that lead to a person. */
  wantsPerson: boolean('wants_person').notNull(),
  waTimestamp: timestamptz('wa_timestamp').notNull(),
  receivedAt: timestamptz('received_at').notNull(),
})

/** Automatic answers of a session a UTC day. */
export const aiReplyDays = pgTable(
  'ai_reply_days',
  {
    sessionId: uuid('session_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    day: date({ mode: 'string' }).notNull(),
    answers: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.day] })],
)

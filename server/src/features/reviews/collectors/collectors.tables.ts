import { boolean, doublePrecision, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Where messages are looked for. */
export const sourceTypes = ['all', 'groups', 'chats', 'selected'] as const

/** Where a run over stored conversations stands: chats in the order of their ids, messages in that of their time. */
export interface RunPosition {
  /** Null: none has begun. */
  chatId: string | null
  /** The message it goes on behind; null: the chat is through. */
  after: { orderedAt: string; messageId: string } | null
}

/** What decides which messages become reviews. */
export const reviewCollectors = pgTable(
  'review_collectors',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    name: text().notNull(),
    description: text(),
    sourceType: text('source_type', { enum: sourceTypes }).notNull(),
    /** WhatsApp ids. */
    selectedChatIds: text('selected_chat_ids').array().notNull(),
    minPositiveWords: integer('min_positive_words').notNull(),
    minSentimentScore: doublePrecision('min_sentiment_score').notNull(),
    includeKeywords: text('include_keywords').array().notNull(),
    excludeKeywords: text('exclude_keywords').array().notNull(),
    /** Empty: all. */
    languages: text().array().notNull(),
    autoApproveMinScore: doublePrecision('auto_approve_min_score'),
    isActive: boolean('is_active').notNull(),
    /** The run that is under way. */
    runTaskId: uuid('run_task_id'),
    runAfter: jsonb('run_after').$type<RunPosition>(),
    runMovedAt: timestamptz('run_moved_at'),
    lastRunAt: timestamptz('last_run_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    index('review_collectors_tenant').on(table.tenantId, table.createdAt, table.id),
    index('review_collectors_session').on(table.sessionId),
  ],
)

/** A collector as stored. */
export type CollectorRow = typeof reviewCollectors.$inferSelect

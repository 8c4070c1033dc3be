import { boolean, doublePrecision, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** How somebody feels about the business. */
export const sentimentLabels = ['positive', 'neutral', 'negative'] as const
/** What found that out. */
export const sentimentSources = ['model', 'lexicon'] as const

/** Messages that speak well of the tenant. */
export const reviews = pgTable(
  'reviews',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    collectorId: uuid('collector_id').notNull(),
    messageId: uuid('message_id').notNull(),
    contactId: uuid('contact_id'),
    contactName: text('contact_name'),
    /** Digits; null while WhatsApp hides the number. */
    contactPhone: text('contact_phone'),
    messageText: text('message_text').notNull(),
    sentimentScore: doublePrecision('sentiment_score').notNull(),
    sentimentLabel: text('sentiment_label', { enum: sentimentLabels }).notNull(),
    sentimentSource: text('sentiment_source', { enum: sentimentSources }).notNull(),
    /** Lists of words know how sure they are; a model's own word for it means nothing. */
    sentimentConfidence: doublePrecision('sentiment_confidence'),
    detectedLanguage: text('detected_language').notNull(),
    isApproved: boolean('is_approved').notNull(),
    isHidden: boolean('is_hidden').notNull(),
    notes: text(),
    /** When it was said. */
    messageAt: timestamptz('message_at').notNull(),
    collectedAt: timestamptz('collected_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    index('reviews_tenant').on(table.tenantId, table.collectedAt, table.id),
    index('reviews_collector').on(table.collectorId, table.collectedAt, table.id),
  ],
)

/** A review as stored. */
export type ReviewRow = typeof reviews.$inferSelect

/** Messages that a collector has made reviews of, whatever became of these. */
export const reviewSources = pgTable(
  'review_sources',
  {
    collectorId: uuid('collector_id').notNull(),
    messageId: uuid('message_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.collectorId, table.messageId] })],
)

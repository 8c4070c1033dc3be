import { z } from 'zod'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import {
  booleanQuery,
  pageAnswer,
  pageQuery,
  timestampOutput,
  toTimestamp,
  uuidField,
} from '../../../wire.ts'
import { type ReviewRow, sentimentLabels, sentimentSources } from './reviews.tables.ts'

/** Removes reviews that nobody approved before the text of their message had to go. */
export const expireReviewsJob = defineJob<Record<string, never>>('reviews.expire', {
  cron: { expression: '47 3 * * *', timeZone: 'UTC' },
})

/** A message became a review. */
export interface ReviewCollected {
  tenantId: string
  reviewId: string
  collectorId: string
  contactName: string | null
  sentimentScore: number
  sentimentLabel: (typeof sentimentLabels)[number]
  isApproved: boolean
}

/** Once per review, in the transaction that stores it. */
export const reviewCollected = definePublicEvent({
  name: 'review.collected',
  scope: 'reviews:read',
  description: 'A message became a review.',
  data: z
    .object({
      review_id: z.string(),
      collector_id: z.string(),
      contact_name: z.string().nullable(),
      sentiment_score: z.number(),
      sentiment_label: z.enum(sentimentLabels),
      is_approved: z.boolean().meta({ description: 'By its score, at once' }),
    })
    .meta({ id: 'ReviewCollectedData' }),
  toWire: (review: ReviewCollected) => ({
    review_id: review.reviewId,
    collector_id: review.collectorId,
    contact_name: review.contactName,
    sentiment_score: review.sentimentScore,
    sentiment_label: review.sentimentLabel,
    is_approved: review.isApproved,
  }),
  example: {
    tenantId: exampleValues.id,
    reviewId: exampleValues.id,
    collectorId: exampleValues.id,
    contactName: exampleValues.person,
    sentimentScore: 0.92,
    sentimentLabel: 'positive',
    isApproved: false,
  },
  subscribers: { webhooks: true },
})

const collectorId = uuidField.optional().meta({ examples: ['019c4c2e-6a00-7000-8000-000000000001'] })

/** Which reviews to list; two dialects, of which `is_*` wins. */
export const reviewListQuery = z.object({
  collector_id: collectorId,
  is_approved: booleanQuery().optional(),
  is_hidden: booleanQuery().optional().meta({ description: 'Without it hidden ones are left out' }),
  min_score: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ examples: [0.6] }),
  ...pageQuery(),
  approved_only: booleanQuery().optional().meta({ description: 'True is `is_approved=true`' }),
  include_hidden: booleanQuery().optional().meta({ description: 'True: hidden ones, too' }),
})

/** A list as it is asked for. */
export type ReviewListInput = z.output<typeof reviewListQuery>

/** Whose figures. */
export const statsQuery = z.object({ collector_id: collectorId })

/** The review object of the contract. */
export const reviewObject = z
  .object({
    id: z.string(),
    collector_id: z.string(),
    contact_name: z.string().nullable(),
    contact_phone: z
      .string()
      .nullable()
      .meta({ description: 'A WhatsApp id; null while WhatsApp hides the number' }),
    message_text: z.string(),
    sentiment_score: z.number().meta({ description: '0 to 1; 0.5 says nothing' }),
    sentiment_label: z.enum(sentimentLabels),
    detected_language: z.string().meta({ description: 'ISO 639-1; `und` when nothing says which' }),
    is_approved: z.boolean(),
    is_hidden: z.boolean(),
    notes: z.string().nullable(),
    collected_at: timestampOutput,
    sentiment_source: z.enum(sentimentSources).meta({ description: 'What found the score' }),
    sentiment_confidence: z
      .number()
      .nullable()
      .meta({ description: 'Of lists of words, at most 0.5; null of a model' }),
    message_id: z.string(),
    updated_at: timestampOutput,
  })
  .meta({ id: 'Review', description: 'A message that speaks of the tenant' })

/** A review on the wire. */
export type ReviewObject = z.infer<typeof reviewObject>

/** One page of reviews. */
export const reviewListAnswer = z.object({ reviews: z.array(reviewObject), ...pageAnswer })

/** Figures of reviews. */
export const reviewStats = z
  .object({
    total: z.int(),
    approved: z.int().meta({ description: 'Hidden ones are counted as hidden alone' }),
    pending: z.int(),
    hidden: z.int(),
    avg_score: z.number().meta({ description: '0 without reviews' }),
    by_label: z.object({ positive: z.int(), neutral: z.int(), negative: z.int() }),
    by_language: z.record(z.string(), z.int()),
  })
  .meta({ id: 'ReviewStats', description: 'Figures of reviews' })

/** What of a review to change. */
export const updateReviewBody = z
  .object({
    is_approved: z.boolean().optional(),
    is_hidden: z.boolean().optional(),
    notes: z.string().trim().max(2000).nullable().optional(),
  })
  .meta({ examples: [{ is_approved: true, notes: 'Asked her, she is happy to be quoted' }] })

/** Changes of a review, checked. */
export type UpdateReview = z.output<typeof updateReviewBody>

/** Writes a review the way answers carry it. */
export function reviewToWire(row: ReviewRow): ReviewObject {
  return {
    id: row.id,
    collector_id: row.collectorId,
    contact_name: row.contactName,
    contact_phone: row.contactPhone === null ? null : `${row.contactPhone}@c.us`,
    message_text: row.messageText,
    sentiment_score: row.sentimentScore,
    sentiment_label: row.sentimentLabel,
    detected_language: row.detectedLanguage,
    is_approved: row.isApproved,
    is_hidden: row.isHidden,
    notes: row.notes,
    collected_at: toTimestamp(row.collectedAt),
    sentiment_source: row.sentimentSource,
    sentiment_confidence: row.sentimentConfidence,
    message_id: row.messageId,
    updated_at: toTimestamp(row.updatedAt),
  }
}

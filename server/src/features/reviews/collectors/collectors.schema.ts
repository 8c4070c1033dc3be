import { z } from 'zod'
import { parseChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { booleanQuery, timestampOutput, toTimestamp, toTimestampOrNull, uuidField } from '../../../wire.ts'
import { reviewStats } from '../reviews/reviews.schema.ts'
import { type CollectorRow, sourceTypes } from './collectors.tables.ts'

export const collectorInactive = defineError(
  'collector_inactive',
  400,
  'The collector is inactive: set is_active, then run it',
)
export const collectorRunning = defineError(
  'collector_running',
  400,
  'The collector is running already: last_run_at tells when it ends',
)

/** Looks through the stored conversations of a collector's session, in steps. */
export const scanJob = defineJob<{ tenantId: string; collectorId: string; taskId: string }>('reviews.scan', {
  concurrency: 2,
})

/** Languages that collectors tell apart (contract). */
export const collectorLanguages: readonly string[] = 'en es pt fr de it nl ru ar he zh ja ko hi tr'.split(' ')

const text = (most: number) => z.string().trim().min(1).max(most)
const chatId = z
  .string()
  .max(80)
  .transform((given, context) => {
    const id = parseChatId(given)
    if (id !== undefined) return id as string
    context.addIssue({ code: 'custom', message: 'must be a WhatsApp id, such as 15550123456@c.us' })
    return z.NEVER
  })
const keywords = z
  .array(text(100))
  .max(200)
  .meta({ examples: [['thank you', 'recommend']] })
const language = z
  .string()
  .trim()
  .toLowerCase()
  .refine((code) => collectorLanguages.includes(code), {
    message: `must be one of ${collectorLanguages.join(', ')}`,
  })
const share = z.number().min(0).max(1)

const settings = {
  name: text(255).meta({ examples: ['Happy customers'] }),
  description: z
    .string()
    .trim()
    .max(2000)
    .nullable()
    .optional()
    .meta({ examples: ['What people say after a repair'] }),
  source_type: z
    .enum(sourceTypes)
    .optional()
    .meta({ description: '`all` (the default): groups and direct chats; `selected`: those named' }),
  selected_chat_ids: z
    .array(chatId)
    .max(1000)
    .optional()
    .meta({
      description: 'WhatsApp ids, when `source_type` is `selected`',
      examples: [['15550100101@c.us']],
    }),
  min_positive_words: z.int().min(1).max(10).optional().meta({ description: 'Default 3' }),
  min_sentiment_score: share.optional().meta({ description: 'Default 0.6' }),
  include_keywords: keywords
    .optional()
    .meta({ description: 'One of them has to be in the text; a keyword begins a word' }),
  keywords: keywords.optional().meta({ description: 'Alias of `include_keywords`' }),
  exclude_keywords: keywords.optional().meta({ description: 'None of them may be in the text' }),
  languages: z
    .array(language)
    .max(collectorLanguages.length)
    .optional()
    .meta({ description: 'ISO 639-1; empty: all', examples: [['en', 'de']] }),
  is_active: z.boolean().optional(),
  auto_approve_min_score: share.nullable().optional().meta({
    description:
      'Positive reviews with at least this score are approved at once. Only a model approves; lists of words never do',
  }),
}

/** Alias and canonical name may both be given when they say the same (contract section 10). */
function agree(input: { include_keywords?: string[] | undefined; keywords?: string[] | undefined }): boolean {
  const { include_keywords: canonical, keywords: alias } = input
  return canonical === undefined || alias === undefined || JSON.stringify(canonical) === JSON.stringify(alias)
}
const disagreement = { message: 'says something else than include_keywords', path: ['keywords'] }

/** A new collector. */
export const createCollectorBody = z
  .object({ session_id: uuidField, ...settings })
  .refine(agree, disagreement)
  .refine(({ source_type: type, selected_chat_ids: ids = [] }) => type !== 'selected' || ids.length > 0, {
    message: 'name at least one chat when source_type is selected',
    path: ['selected_chat_ids'],
  })
  .meta({
    examples: [
      {
        session_id: '019c4c2e-6a00-7000-8000-000000000001',
        name: 'Happy customers',
        source_type: 'chats',
        min_positive_words: 1,
        languages: ['en'],
      },
    ],
  })

/** What of a collector to change. */
export const updateCollectorBody = z
  .object({ ...settings, name: settings.name.optional() })
  .refine(agree, disagreement)
  .meta({ examples: [{ min_positive_words: 1, min_sentiment_score: 0.65 }] })

/** A new collector, checked. */
export type CreateCollector = z.output<typeof createCollectorBody>
/** Changes of one, checked. */
export type UpdateCollector = z.output<typeof updateCollectorBody>

/** Which collectors to list. */
export const collectorListQuery = z.object({ include_inactive: booleanQuery().default(false) })

/** The collector object of the contract. */
export const collectorObject = z
  .object({
    id: z.string(),
    name: z.string(),
    session_id: z.string(),
    source_type: z.enum(sourceTypes),
    min_sentiment_score: z.number(),
    include_keywords: z.array(z.string()),
    is_active: z.boolean(),
    created_at: timestampOutput,
    review_count: z.int(),
    description: z.string().nullable(),
    min_positive_words: z.int(),
    exclude_keywords: z.array(z.string()),
    languages: z.array(z.string()),
    selected_chat_ids: z.array(z.string()),
    auto_approve_min_score: z.number().nullable(),
    is_running: z.boolean().meta({ description: 'A run over stored conversations is under way' }),
    last_run_at: timestampOutput.nullable().meta({ description: 'When the last run ended' }),
    updated_at: timestampOutput,
  })
  .meta({ id: 'ReviewCollector', description: 'What decides which messages become reviews' })

/** A collector on the wire. */
export type CollectorObject = z.infer<typeof collectorObject>

/** Collectors, complete. */
export const collectorListAnswer = z.object({ collectors: z.array(collectorObject), total: z.int() })

/** A collector with its figures. */
export const collectorWithStats = collectorObject.extend({ stats: reviewStats }).meta({
  id: 'ReviewCollectorWithStats',
})

/** A collector that is gone. */
export const collectorDeleted = z.object({
  status: z.literal('deleted'),
  id: z.string(),
  reviews_deleted: z.int(),
})

/** A run that was put into the queue. */
export const runAnswer = z.object({
  collector_id: z.string(),
  status: z.literal('queued'),
  task_id: z.string(),
})

/** Writes a collector the way answers carry it. */
export function collectorToWire(row: CollectorRow & { reviewCount: number }): CollectorObject {
  return {
    id: row.id,
    name: row.name,
    session_id: row.sessionId,
    source_type: row.sourceType,
    min_sentiment_score: row.minSentimentScore,
    include_keywords: row.includeKeywords,
    is_active: row.isActive,
    created_at: toTimestamp(row.createdAt),
    review_count: row.reviewCount,
    description: row.description,
    min_positive_words: row.minPositiveWords,
    exclude_keywords: row.excludeKeywords,
    languages: row.languages,
    selected_chat_ids: row.selectedChatIds,
    auto_approve_min_score: row.autoApproveMinScore,
    is_running: row.runTaskId !== null,
    last_run_at: toTimestampOrNull(row.lastRunAt),
    updated_at: toTimestamp(row.updatedAt),
  }
}

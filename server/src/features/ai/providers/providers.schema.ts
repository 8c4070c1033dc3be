import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { timestampOutput } from '../../../wire.ts'
import { providerNames } from '../models/models.schema.ts'

export const providerMissing = defineError('ai_provider_missing', 400, 'LLM provider is not configured')
export const keyRefused = defineError('ai_key_refused', 400, 'The provider refuses the key')
export const consentMissing = defineError(
  'ai_consent_missing',
  403,
  'AI needs the consent of the tenant: ai_consent_enabled in the tenant settings',
)
export const budgetSpent = defineError('ai_budget_spent', 429, "The tenant's AI budget of this day is spent")
/** What models are called for. */
export const purposes = [
  'reply',
  'preview',
  'embedding',
  'transcription',
  'group_analysis',
  'sentiment',
  'test',
] as const
/** One of them. */
export type Purpose = (typeof purposes)[number]

/** What every operation of AI needs: a plan that includes it and the tenant's consent, asked in this order. */
export const aiGate = { feature: 'ai', consent: 'ai' } as const

/** A tenant's models were changed; within the transaction that changes them. */
export const aiConfigChanged = defineEvent<{ tenantId: string }>('ai.config_changed')

/** Removes what is over of the ledger, and ends calls whose process died. */
export const pruneCallsJob = defineJob<Record<string, never>>('ai.prune_calls', {
  cron: { expression: '13 * * * *', timeZone: 'UTC' },
})

const modelName = (example: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .meta({ examples: [example] })

/** What a header can carry. */
const apiKey = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')
  .nullable()
  .optional()
  .meta({ description: 'Write-only; null removes it', writeOnly: true })

const baseUrl = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => URL.canParse(text), 'must be a URL such as http://localhost:11434/v1')
  .refine((text) => !/[?#]/.test(text), 'must have no query and no fragment')
  .transform((text) => text.replace(/(?<!\/)\/+$/, ''))
  .nullable()
  .optional()
  .meta({ description: 'Where the provider is, when it is not at its own address; `compatible` needs one' })

const price = z.number().min(0).max(100_000).optional()

/** A change of the configuration. */
export const updateConfigBody = z
  .object({
    enabled: z.boolean().optional(),
    provider: z.enum(providerNames).nullable().optional().meta({
      description: 'Another provider forgets the key, the base URL and the models that are not given with it',
    }),
    base_url: baseUrl,
    model: modelName('gpt-4o-mini'),
    api_key: apiKey,
    embedding_model: modelName('text-embedding-3-small').meta({
      description: 'Null: search is by words alone',
    }),
    embedding_provider: z
      .enum(['openai', 'mistral', 'compatible'])
      .nullable()
      .optional()
      .meta({ description: 'Null: the provider of the chats' }),
    embedding_base_url: baseUrl,
    embedding_api_key: apiKey,
    transcription_model: modelName('whisper-1').meta({ description: 'Null: the usual one of the provider' }),
    transcription_provider: z
      .enum(['openai', 'groq', 'mistral', 'compatible'])
      .nullable()
      .optional()
      .meta({ description: 'Null: the provider of the chats' }),
    transcription_base_url: baseUrl,
    transcription_api_key: apiKey,
    system_prompt: z
      .string()
      .max(4000)
      .nullable()
      .optional()
      .meta({ examples: ['You answer for a bicycle shop. Be brief.'] }),
    daily_token_budget: z
      .int()
      .min(0)
      .max(1_000_000_000_000)
      .nullable()
      .optional()
      .meta({
        description: 'Tokens of a day in the time zone of the tenant; null: 500,000',
        examples: [500_000],
      }),
    timeout_seconds: z
      .int()
      .min(1)
      .max(600)
      .optional()
      .meta({ description: 'How long a call may take', examples: [120] }),
    prices: z
      .object({ input: price, output: price, embedding: price, transcription: price })
      .strict()
      .nullable()
      .optional()
      .meta({
        description:
          'US dollars per million tokens, and per minute of sound: for models whose list price is not known here',
      }),
  })
  .meta({
    examples: [{ system_prompt: 'You answer for a bicycle shop. Be brief.', daily_token_budget: 500_000 }],
  })

/** A change of the configuration, checked. */
export type UpdateConfig = z.output<typeof updateConfigBody>

/** The configuration as the API shows it; never with a key. */
export const configSchema = z
  .object({
    enabled: z.boolean(),
    provider: z.enum(providerNames).nullable(),
    base_url: z.string().nullable(),
    model: z.string().nullable(),
    system_prompt: z.string().nullable(),
    has_api_key: z.boolean(),
    api_key_hint: z
      .string()
      .nullable()
      .meta({ description: 'The last characters', examples: ['…c3f9'] }),
    embedding_model: z.string().nullable(),
    embedding_provider: z.enum(providerNames).nullable(),
    embedding_base_url: z.string().nullable(),
    has_embedding_api_key: z.boolean(),
    embedding_api_key_hint: z.string().nullable(),
    transcription_model: z.string().nullable(),
    transcription_provider: z.enum(providerNames).nullable(),
    transcription_base_url: z.string().nullable(),
    has_transcription_api_key: z.boolean(),
    transcription_api_key_hint: z.string().nullable(),
    daily_token_budget: z.int(),
    timeout_seconds: z.int(),
    prices: z.object({ input: price, output: price, embedding: price, transcription: price }).nullable(),
    providers: z.array(z.enum(providerNames)).meta({ description: 'Those that can be chosen' }),
  })
  .meta({ id: 'AiConfig', description: 'Which models a tenant uses' })

const checked = z.object({
  status: z.enum(['works', 'failed', 'not_configured']),
  model: z.string().nullable(),
  problem: z.string().nullable().meta({ description: "What went wrong, in the provider's own words" }),
  duration_ms: z.int().nullable(),
})

/** What of the configuration works. */
export const configTestSchema = z
  .object({
    chat: checked,
    structured: checked.extend({
      mode: z
        .enum(['json_schema', 'json_object', 'text'])
        .nullable()
        .meta({ description: 'How the model is asked for structured answers' }),
    }),
    embeddings: checked.extend({ dimensions: z.int().nullable() }),
    transcription: checked,
    tokens_used: z.int(),
  })
  .meta({ id: 'AiConfigTest', description: 'What works, asked of the provider a moment ago' })

/** Which models to list. */
export const modelsQuery = z.object({
  role: z
    .enum(['chat', 'embedding', 'transcription'])
    .default('chat')
    .meta({ description: 'Whose provider is asked, where they have several' }),
})

/** Models that a provider has. */
export const modelsSchema = z.object({
  provider: z.enum(providerNames),
  models: z.array(
    z.object({
      id: z.string(),
      kind: z
        .enum(['chat', 'embedding', 'transcription', 'other'])
        .meta({ description: 'As far as the name tells' }),
    }),
  ),
  count: z.int(),
})

/** Days of a usage answer at the most: as long as they are kept. */
export const keptUsageDays = 400

/** Which days to show. */
export const usageQuery = z
  .object({
    from: z.iso
      .date()
      .optional()
      .meta({
        description: 'A day in the time zone of the tenant; default 29 days before `to`',
        examples: ['2026-02-01'],
      }),
    to: z.iso
      .date()
      .optional()
      .meta({ description: 'The last day; default today', examples: ['2026-02-28'] }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['from'],
    message: 'must not be after to',
  })

const figures = {
  calls: z.int(),
  failed_calls: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  cost_estimate: z.number().nullable().meta({ description: 'US dollars; null: no price is known' }),
  unpriced_calls: z.int().meta({ description: 'Calls of models without a known price: not in the estimate' }),
}

/** What was used. */
export const usageSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    time_zone: z.string(),
    currency: z.literal('USD'),
    budget: z.object({
      daily_tokens: z.int(),
      used_today: z.int(),
      reserved: z.int().meta({ description: 'By calls under way, at their longest' }),
      resets_at: timestampOutput,
    }),
    total: z.object(figures),
    days: z.array(z.object({ date: z.string(), purpose: z.string(), ...figures })),
    models: z.array(z.object({ provider: z.string(), model: z.string(), ...figures })),
  })
  .meta({ id: 'AiUsage', description: 'Calls, tokens and estimated cost by day and purpose' })

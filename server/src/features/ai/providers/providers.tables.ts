import { bigint, boolean, date, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import { providerNames, rungNames, type StatedPrices } from '../models/models.schema.ts'

/** Which models a tenant uses; no row before somebody chooses. */
export const aiConfigs = pgTable('ai_configs', {
  tenantId: uuid('tenant_id').primaryKey(),
  isEnabled: boolean('is_enabled').notNull().default(true),
  /** Null: none is chosen. */
  provider: text({ enum: providerNames }),
  baseUrl: text('base_url'),
  /** Sealed. */
  apiKey: text('api_key'),
  apiKeyHint: text('api_key_hint'),
  chatModel: text('chat_model'),
  embeddingModel: text('embedding_model'),
  transcriptionModel: text('transcription_model'),
  embeddingProvider: text('embedding_provider', { enum: providerNames }),
  embeddingBaseUrl: text('embedding_base_url'),
  /** Sealed. */
  embeddingApiKey: text('embedding_api_key'),
  embeddingApiKeyHint: text('embedding_api_key_hint'),
  transcriptionProvider: text('transcription_provider', { enum: providerNames }),
  transcriptionBaseUrl: text('transcription_base_url'),
  /** Sealed. */
  transcriptionApiKey: text('transcription_api_key'),
  transcriptionApiKeyHint: text('transcription_api_key_hint'),
  systemPrompt: text('system_prompt'),
  /** Null: what the product says. */
  dailyTokenBudget: bigint('daily_token_budget', { mode: 'number' }),
  timeoutSeconds: integer('timeout_seconds').notNull().default(120),
  prices: jsonb().$type<StatedPrices>(),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Tokens of a tenant's day; grown under the condition that their sum stays within the budget. */
export const aiBudgetDays = pgTable(
  'ai_budget_days',
  {
    tenantId: uuid('tenant_id').notNull(),
    day: date({ mode: 'string' }).notNull(),
    reserved: bigint({ mode: 'number' }).notNull(),
    used: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.day] })],
)

/** Every call of a model, from its reservation on. */
export const aiCalls = pgTable('ai_calls', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  day: date({ mode: 'string' }).notNull(),
  purpose: text().notNull(),
  provider: text().notNull(),
  model: text().notNull(),
  status: text({ enum: ['open', 'succeeded', 'failed', 'abandoned'] }).notNull(),
  reservedTokens: bigint('reserved_tokens', { mode: 'number' }).notNull(),
  inputTokens: bigint('input_tokens', { mode: 'number' }).notNull().default(0),
  outputTokens: bigint('output_tokens', { mode: 'number' }).notNull().default(0),
  /** Millionths of a US dollar; null: no price is known. */
  costMicros: bigint('cost_micros', { mode: 'number' }),
  durationMs: integer('duration_ms'),
  errorCode: text('error_code'),
  startedAt: timestamptz('started_at').notNull(),
})

/** What is kept of the calls when they are gone. */
export const aiUsageDays = pgTable(
  'ai_usage_days',
  {
    tenantId: uuid('tenant_id').notNull(),
    day: date({ mode: 'string' }).notNull(),
    purpose: text().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    calls: integer().notNull(),
    failedCalls: integer('failed_calls').notNull(),
    inputTokens: bigint('input_tokens', { mode: 'number' }).notNull(),
    outputTokens: bigint('output_tokens', { mode: 'number' }).notNull(),
    costMicros: bigint('cost_micros', { mode: 'number' }).notNull(),
    unpricedCalls: integer('unpriced_calls').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.day, table.purpose, table.provider, table.model] }),
  ],
)

/** How a model can be asked for structured answers, as far as that was found out. */
export const aiModelTraits = pgTable(
  'ai_model_traits',
  {
    tenantId: uuid('tenant_id').notNull(),
    modelKey: text('model_key').notNull(),
    rung: text({ enum: rungNames }).notNull(),
    learnedAt: timestamptz('learned_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.modelKey] })],
)

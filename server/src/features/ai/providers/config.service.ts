import { type Context, tenantOf } from '../../../context.ts'
import { UrlRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { sealText } from '../../../platform/secrets.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { requireWebhookUrl } from '../../webhooks/webhooks/webhooks.service.ts'
import { listModels } from '../models/model-list.service.ts'
import { defaultBaseUrl, type ModelRole, type ProviderName, providerNames } from '../models/models.schema.ts'
import { ProviderFailure } from '../models/provider-failure.schema.ts'
import { getConfigRow } from './config-cache.ts'
import { defaultDailyTokens } from './metering.ts'
import { endpointOf, keyPurpose, modelNameOf } from './model-choice.ts'
import { aiConfigChanged, keyRefused, type UpdateConfig } from './providers.schema.ts'
import { type AiConfigRow, lockConfig, updateConfigRow } from './providers.store.ts'

type Changes = Parameters<typeof updateConfigRow>[2]

/** Columns of a role, by what they hold. */
const columns = {
  chat: { provider: 'provider', url: 'baseUrl', key: 'apiKey', hint: 'apiKeyHint', model: 'chatModel' },
  embedding: {
    provider: 'embeddingProvider',
    url: 'embeddingBaseUrl',
    key: 'embeddingApiKey',
    hint: 'embeddingApiKeyHint',
    model: 'embeddingModel',
  },
  transcription: {
    provider: 'transcriptionProvider',
    url: 'transcriptionBaseUrl',
    key: 'transcriptionApiKey',
    hint: 'transcriptionApiKeyHint',
    model: 'transcriptionModel',
  },
} as const satisfies Record<ModelRole, Record<string, keyof AiConfigRow>>

/** What a request says of a role. */
interface RoleChange {
  provider: ProviderName | null | undefined
  url: string | null | undefined
  key: string | null | undefined
  model: string | null | undefined
}

function changesOf(body: UpdateConfig): Record<ModelRole, RoleChange> {
  return {
    chat: { provider: body.provider, url: body.base_url, key: body.api_key, model: body.model },
    embedding: {
      provider: body.embedding_provider,
      url: body.embedding_base_url,
      key: body.embedding_api_key,
      model: body.embedding_model,
    },
    transcription: {
      provider: body.transcription_provider,
      url: body.transcription_base_url,
      key: body.transcription_api_key,
      model: body.transcription_model,
    },
  }
}

/** The last characters of a key, where enough of it stays hidden. */
function hintOf(key: string): string {
  return key.length >= 12 ? `…${key.slice(-4)}` : '…'
}

const originOf = (provider: ProviderName | null, url: string | null): string | undefined => {
  const base = url ?? (provider === null ? undefined : defaultBaseUrl(provider))
  return base === undefined ? undefined : new URL(base).origin
}

/**
 * What a change of a role means for its columns. A key is for whom it was entered for: another provider, or another
 * address, does not get it.
 */
function applyRole(ctx: Context, before: AiConfigRow, role: ModelRole, change: RoleChange): Changes {
  const names = columns[role]
  const was = { provider: before[names.provider], url: before[names.url] }
  const isOther = change.provider !== undefined && change.provider !== was.provider
  const provider = change.provider === undefined ? was.provider : change.provider
  const url = change.url === undefined ? (isOther ? null : was.url) : change.url
  const isMoved = isOther || originOf(provider, url) !== originOf(was.provider, was.url)
  const key = change.key === undefined && isMoved ? null : change.key
  return {
    [names.provider]: provider,
    [names.url]: url,
    ...(change.model === undefined && !isOther ? {} : { [names.model]: change.model ?? null }),
    ...(key === undefined
      ? {}
      : {
          [names.key]: key === null ? null : sealText(ctx.config, keyPurpose(before.tenantId, role), key),
          [names.hint]: key === null ? null : hintOf(key),
        }),
  }
}

/** A model is of the provider that serves it: another chat provider forgets the models that it would have to serve. */
function forgetServed(before: AiConfigRow, after: Changes, body: UpdateConfig): Changes {
  const isOther = after.provider !== before.provider
  if (!isOther) return {}
  return {
    ...(before.embeddingProvider === null && body.embedding_model === undefined
      ? { embeddingModel: null }
      : {}),
    ...(before.transcriptionProvider === null && body.transcription_model === undefined
      ? { transcriptionModel: null }
      : {}),
  }
}

function plainChanges(body: UpdateConfig): Changes {
  const given = {
    isEnabled: body.enabled,
    systemPrompt: body.system_prompt,
    dailyTokenBudget: body.daily_token_budget,
    timeoutSeconds: body.timeout_seconds,
    prices: body.prices,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Changes
}

function merge(ctx: Context, before: AiConfigRow, body: UpdateConfig): Changes {
  const roles = changesOf(body)
  const chat = applyRole(ctx, before, 'chat', roles.chat)
  return {
    ...plainChanges(body),
    ...chat,
    ...applyRole(ctx, before, 'embedding', roles.embedding),
    ...applyRole(ctx, before, 'transcription', roles.transcription),
    ...forgetServed(before, chat, body),
    updatedAt: ctx.clock.now(),
  }
}

/** Asks the provider whether it takes a key; one that cannot be asked now may turn out to. */
async function requireAccepted(ctx: Context, row: AiConfigRow, role: ModelRole): Promise<void> {
  const endpoint = endpointOf(ctx.config, row, role)
  if (endpoint?.apiKey === undefined) return
  try {
    await listModels(ctx, { ...endpoint, timeoutMs: 5000 })
  } catch (error) {
    if (error instanceof UrlRefused) throw error
    if (!(error instanceof ProviderFailure)) throw error
    // 403 is said to keys that may chat and not list models.
    if (error.providerStatus === 401)
      throw keyRefused.create({ message: `${keyRefused.text}: ${error.words}` })
  }
}

/** The row as it will be, before anybody waits for a provider with a lock in hand. */
async function preview(ctx: Context, body: UpdateConfig): Promise<AiConfigRow> {
  const tenantId = tenantOf(ctx)
  const at = ctx.clock.now()
  const known = await getConfigRow(ctx, tenantId, ctx.db.sql)
  const before = known ?? emptyConfig(tenantId, at)
  return { ...before, ...(merge(ctx, before, body) as Partial<AiConfigRow>) }
}

function emptyConfig(tenantId: string, at: Date): AiConfigRow {
  const none = {
    provider: null,
    baseUrl: null,
    apiKey: null,
    apiKeyHint: null,
    chatModel: null,
    embeddingModel: null,
    transcriptionModel: null,
    embeddingProvider: null,
    embeddingBaseUrl: null,
    embeddingApiKey: null,
    embeddingApiKeyHint: null,
    transcriptionProvider: null,
    transcriptionBaseUrl: null,
    transcriptionApiKey: null,
    transcriptionApiKeyHint: null,
    systemPrompt: null,
    dailyTokenBudget: null,
    prices: null,
  }
  return { ...none, tenantId, isEnabled: true, timeoutSeconds: 120, createdAt: at, updatedAt: at }
}

/** Changes the caller's configuration; refuses (400) an address that may not be called and a key that is refused. */
export async function updateConfig(ctx: Context, body: UpdateConfig) {
  const tenantId = tenantOf(ctx)
  for (const { url } of Object.values(changesOf(body)))
    if (typeof url === 'string') await requireWebhookUrl(ctx, url)
  const next = await preview(ctx, body)
  for (const [role, { key }] of Object.entries(changesOf(body)) as [ModelRole, RoleChange][])
    if (typeof key === 'string') await requireAccepted(ctx, next, role)
  const row = await ctx.db.transaction(async (sql) => {
    const before = await lockConfig(sql, tenantId, ctx.clock.now())
    const after = await updateConfigRow(sql, tenantId, merge(ctx, before, body))
    await publishChange(ctx, sql, [`tenant:${tenantId}`])
    await ctx.events.publish(sql, aiConfigChanged, { tenantId })
    return after
  })
  return encodeConfig(row)
}

/** The caller's configuration as the API shows it. */
export async function getConfig(ctx: Context) {
  const tenantId = tenantOf(ctx)
  return encodeConfig((await getConfigRow(ctx, tenantId)) ?? emptyConfig(tenantId, ctx.clock.now()))
}

/** What the tenant wants every reply to keep to; null: nothing of its own. */
export async function getSystemPrompt(ctx: Context, tenantId: string): Promise<string | null> {
  return (await getConfigRow(ctx, tenantId))?.systemPrompt ?? null
}

function encodeConfig(row: AiConfigRow) {
  return {
    enabled: row.isEnabled,
    provider: row.provider,
    base_url: row.baseUrl,
    model: modelNameOf(row, 'chat'),
    system_prompt: row.systemPrompt,
    has_api_key: row.apiKey !== null,
    api_key_hint: row.apiKeyHint,
    embedding_model: modelNameOf(row, 'embedding'),
    embedding_provider: row.embeddingProvider,
    embedding_base_url: row.embeddingBaseUrl,
    has_embedding_api_key: row.embeddingApiKey !== null,
    embedding_api_key_hint: row.embeddingApiKeyHint,
    transcription_model: modelNameOf(row, 'transcription'),
    transcription_provider: row.transcriptionProvider,
    transcription_base_url: row.transcriptionBaseUrl,
    has_transcription_api_key: row.transcriptionApiKey !== null,
    transcription_api_key_hint: row.transcriptionApiKeyHint,
    daily_token_budget: row.dailyTokenBudget ?? defaultDailyTokens,
    timeout_seconds: row.timeoutSeconds,
    prices: row.prices,
    providers: [...providerNames],
  }
}

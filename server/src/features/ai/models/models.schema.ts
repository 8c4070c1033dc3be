import { defineError } from '../../../platform/errors.ts'

export const providerFailed = defineError(
  'ai_provider_failed',
  502,
  'The AI provider did not answer as it should',
)

/** The names of providers. */
export const providerNames = ['openai', 'anthropic', 'groq', 'mistral', 'compatible'] as const
/** One of them. */
export type ProviderName = (typeof providerNames)[number]

/** Ways to ask for an answer in a form, the surest first. */
export const rungNames = ['json_schema', 'json_object', 'text'] as const
/** One of them. */
export type Rung = (typeof rungNames)[number]

/** US dollars that a tenant states for its models. */
export interface StatedPrices {
  /** Per million tokens. */
  input?: number | undefined
  output?: number | undefined
  embedding?: number | undefined
  /** Per minute of sound. */
  transcription?: number | undefined
}

/** Where a model is and who asks. */
export interface Endpoint {
  provider: ProviderName
  /** Without a slash at its end. */
  baseUrl: string
  apiKey: string | undefined
  timeoutMs: number
}

/** A model that can be called. */
export interface ModelChoice extends Endpoint {
  model: string
  /** Provider, base URL and model: what is learnt about one is no matter of another. */
  key: string
}

/** What a tenant may use models for. */
export type ModelRole = 'chat' | 'embedding' | 'transcription'

interface ProviderFacts {
  baseUrl?: string
  /** Models that are taken when the tenant names none; a role that is missing the provider does not have. */
  models: Partial<Record<ModelRole, string | null>>
}

/** Embeddings are used only when a model is named: they change how search works, and cost. */
const facts: Readonly<Record<ProviderName, ProviderFacts>> = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    models: { chat: 'gpt-4o-mini', embedding: null, transcription: 'whisper-1' },
  },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', models: { chat: 'claude-haiku-4-5' } },
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    models: { chat: 'llama-3.3-70b-versatile', transcription: 'whisper-large-v3-turbo' },
  },
  mistral: {
    baseUrl: 'https://api.mistral.ai/v1',
    models: { chat: 'mistral-small-latest', embedding: null, transcription: 'voxtral-mini-latest' },
  },
  compatible: { models: { chat: null, embedding: null, transcription: 'whisper-1' } },
}

/** Whether a provider has models of this kind. */
export function hasRole(provider: ProviderName, role: ModelRole): boolean {
  return facts[provider].models[role] !== undefined
}

/** The model that a provider is asked for when the tenant names none; null: none. */
export function defaultModel(provider: ProviderName | null, role: ModelRole): string | null {
  return provider === null ? null : (facts[provider].models[role] ?? null)
}

/** Where a provider is when the tenant says nothing else; undefined: it has to. */
export function defaultBaseUrl(provider: ProviderName): string | undefined {
  return facts[provider].baseUrl
}

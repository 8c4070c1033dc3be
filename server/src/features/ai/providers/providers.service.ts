import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { requireFeature } from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { consentMissing, type Purpose, providerMissing } from './providers.schema.ts'

/** One turn of what is given to a model. */
export interface ModelMessage {
  role: 'user' | 'assistant'
  content: string
}

/** What a model is asked. */
export interface ModelCall<T> {
  tenantId: string
  purpose: Purpose
  system: string
  messages: readonly ModelMessage[]
  /** Asks for an answer of this form. */
  schema?: z.ZodType<T>
  maxOutputTokens?: number
  signal?: AbortSignal
}

/** What a model answered. */
export interface ModelAnswer<T> {
  text: string
  /** Null without a schema, and when the model could not be brought to answer in its form. */
  object: T | null
  model: string
  /** Of all attempts. */
  tokensUsed: number
}

/** Vectors of texts, in their order. */
export interface Embeddings {
  /** Vectors of one space can be compared. */
  space: string
  dimensions: number
  vectors: number[][]
}

/** What was said in a sound. */
export interface Transcription {
  text: string
  /** ISO 639-1. */
  language: string
  /** 0 to 1. */
  confidence: number
  /** 0 to 1: how likely nobody speaks. */
  noSpeech: number
}

/** Refuses (403) unless the caller's plan includes AI and the tenant has consented to it. */
export async function requireAi(ctx: Context): Promise<void> {
  await requireFeature(ctx, 'ai')
  await requireConsent(ctx, tenantOf(ctx))
}

async function requireConsent(ctx: Context, tenantId: string): Promise<void> {
  if (!(await getSettings(ctx, tenantId)).aiConsentEnabled) throw consentMissing.create()
}

/** Asks the tenant's chat model. */
export async function callModel<T>(ctx: Context, call: ModelCall<T>): Promise<ModelAnswer<T>> {
  await requireConsent(ctx, call.tenantId)
  throw providerMissing.create()
}

/** Embeds texts; undefined when the tenant has no embeddings model. */
export async function embed(
  ctx: Context,
  request: { tenantId: string; texts: readonly string[]; kind: 'document' | 'query'; signal?: AbortSignal },
): Promise<Embeddings | undefined> {
  await requireConsent(ctx, request.tenantId)
  return undefined
}

/** The space of the tenant's embeddings model; changes when provider, base URL or model do. */
export async function embeddingSpaceOf(_ctx: Context, _tenantId: string): Promise<string | undefined> {
  return undefined
}

/** Writes down what is said in a sound. */
export async function transcribeSound(
  ctx: Context,
  request: {
    tenantId: string
    sound: Uint8Array
    mediaType: string
    language?: string
    signal?: AbortSignal
  },
): Promise<Transcription> {
  await requireConsent(ctx, request.tenantId)
  throw providerMissing.create()
}

import { z } from 'zod'
import type { Context } from '../../../context.ts'
import { createModelFetch } from './model-fetch.ts'
import type { Endpoint } from './models.schema.ts'
import { answerFailure, ProviderFailure, toFailure } from './provider-failure.schema.ts'

const listSchema = z.union([
  z.object({ data: z.array(z.object({ id: z.string() })) }).transform(({ data }) => data.map(({ id }) => id)),
  z
    .object({ models: z.array(z.object({ name: z.string() })) })
    .transform(({ models }) => models.map(({ name }) => name)),
  z.array(z.object({ id: z.string() })).transform((list) => list.map(({ id }) => id)),
])

function headersOf({ provider, apiKey }: Endpoint): Record<string, string> {
  if (apiKey === undefined) return {}
  return provider === 'anthropic'
    ? { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
    : { authorization: `Bearer ${apiKey}` }
}

/** The models that a provider names; throws ProviderFailure or UrlRefused. */
export async function listModels(ctx: Context, endpoint: Endpoint): Promise<string[]> {
  const nowMs = ctx.clock.nowMs()
  try {
    const query = endpoint.provider === 'anthropic' ? '?limit=1000' : ''
    const fetch = createModelFetch(ctx, { timeoutMs: endpoint.timeoutMs })
    const answer = await fetch(`${endpoint.baseUrl}/models${query}`, { headers: headersOf(endpoint) })
    const body = await answer.text()
    if (!answer.ok)
      throw answerFailure(
        endpoint,
        { status: answer.status, body, headers: Object.fromEntries(answer.headers) },
        nowMs,
      )
    const read = listSchema.safeParse(parse(body))
    if (read.success) return [...new Set(read.data)].sort()
    const words = `${endpoint.provider} answered something that is no list of models`
    throw new ProviderFailure({ provider: endpoint.provider, words, isTransient: false })
  } catch (error) {
    throw toFailure(endpoint, error, { nowMs })
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What a model is for, as far as its name tells. */
export function kindOfModel(id: string): 'chat' | 'embedding' | 'transcription' | 'other' {
  if (/embed|(?:^|[/-])(?:e5|bge|gte|minilm)/i.test(id)) return 'embedding'
  if (/whisper|transcri|voxtral|parakeet/i.test(id)) return 'transcription'
  return /tts|speech|dall|image|moderation|guard|realtime|rerank|sora|ocr/i.test(id) ? 'other' : 'chat'
}

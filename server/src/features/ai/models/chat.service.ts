import { createAnthropic } from '@ai-sdk/anthropic'
import { createGroq } from '@ai-sdk/groq'
import { createMistral } from '@ai-sdk/mistral'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Context } from '../../../context.ts'
import { createModelFetch } from './model-fetch.ts'
import type { ModelChoice, Rung } from './models.schema.ts'
import { ProviderFailure, toFailure } from './provider-failure.schema.ts'
import type { PortableSchema } from './structured-answers.service.ts'

/** One turn of what is given to a model. */
export interface ModelMessage {
  role: 'user' | 'assistant'
  content: string
}

/** One request to a chat model. */
export interface ChatRequest {
  system: string
  messages: readonly ModelMessage[]
  maxOutputTokens: number
  format?: { rung: Rung; form: PortableSchema } | undefined
  signal?: AbortSignal | undefined
}

/** What a chat model wrote. */
export interface ChatAnswer {
  text: string
  /** What it thought, where its server keeps that apart. */
  thoughts: string
  /** It was cut where the tokens ended. */
  isTruncated: boolean
  /** As the provider counts them; undefined when it does not. */
  inputTokens: number | undefined
  outputTokens: number | undefined
}

type ModelFetch = typeof globalThis.fetch

function languageModel(
  { provider, baseUrl: baseURL, apiKey = '', model }: ModelChoice,
  fetch: ModelFetch,
): LanguageModelV4 {
  if (provider === 'openai') return createOpenAI({ baseURL, apiKey, fetch }).chat(model)
  if (provider === 'anthropic') return createAnthropic({ baseURL, apiKey, fetch })(model)
  if (provider === 'groq') return createGroq({ baseURL, apiKey, fetch })(model)
  if (provider === 'mistral') return createMistral({ baseURL, apiKey, fetch })(model)
  return compatible({ baseURL, apiKey, fetch }).chatModel(model)
}

function compatible(settings: { baseURL: string; apiKey: string; fetch: ModelFetch }) {
  const { apiKey, ...rest } = settings
  const key = apiKey === '' ? {} : { apiKey }
  return createOpenAICompatible({ name: 'compatible', supportsStructuredOutputs: true, ...key, ...rest })
}

function embeddingModel(
  { provider, baseUrl: baseURL, apiKey = '', model }: ModelChoice,
  fetch: ModelFetch,
): EmbeddingModelV4 {
  if (provider === 'openai') return createOpenAI({ baseURL, apiKey, fetch }).embedding(model)
  if (provider === 'mistral') return createMistral({ baseURL, apiKey, fetch }).embedding(model)
  return compatible({ baseURL, apiKey, fetch }).embeddingModel(model)
}

function formatOf(
  request: ChatRequest,
): Pick<LanguageModelV4CallOptions, 'responseFormat' | 'providerOptions'> {
  const { format } = request
  if (format === undefined || format.rung === 'text') return {}
  if (format.rung === 'json_object') return { responseFormat: { type: 'json' } }
  const { schema, isStrict } = format.form
  const options = { strictJsonSchema: isStrict }
  return {
    responseFormat: { type: 'json', schema, name: 'answer' },
    providerOptions: { openai: options, groq: options, mistral: options, compatible: options },
  }
}

/** Some servers count nothing and say 0: that would be a call for free. */
const countOf = (tokens: number | undefined): number | undefined => (tokens === 0 ? undefined : tokens)

/** Asks a chat model once; throws ProviderFailure, UrlRefused or the reason of the signal. */
export async function chatOnce(ctx: Context, choice: ModelChoice, request: ChatRequest): Promise<ChatAnswer> {
  const { signal, maxOutputTokens } = request
  const fetch = createModelFetch(ctx, { timeoutMs: choice.timeoutMs, signal })
  try {
    const answer = await languageModel(choice, fetch).doGenerate({
      prompt: [
        { role: 'system', content: request.system },
        ...request.messages.map(({ role, content }) => ({
          role,
          content: [{ type: 'text' as const, text: content }],
        })),
      ],
      maxOutputTokens,
      ...formatOf(request),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    const said = (type: 'text' | 'reasoning') =>
      answer.content.map((part) => (part.type === type ? part.text : '')).join('')
    const { inputTokens, outputTokens } = answer.usage
    return {
      text: said('text'),
      thoughts: said('reasoning'),
      isTruncated: answer.finishReason.unified === 'length',
      inputTokens: countOf(inputTokens.total),
      outputTokens: countOf(outputTokens.total),
    }
  } catch (error) {
    throw toFailure(choice, error, { nowMs: ctx.clock.nowMs(), signal })
  }
}

/** Embeds a batch of texts; throws as `chatOnce` does. */
export async function embedOnce(
  ctx: Context,
  choice: ModelChoice,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ vectors: number[][]; tokens: number | undefined }> {
  const fetch = createModelFetch(ctx, { timeoutMs: choice.timeoutMs, signal })
  try {
    const { embeddings, usage } = await embeddingModel(choice, fetch).doEmbed({
      values: [...texts],
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    requireVectors(choice, embeddings, texts.length)
    return { vectors: embeddings, tokens: usage?.tokens }
  } catch (error) {
    throw toFailure(choice, error, { nowMs: ctx.clock.nowMs(), signal })
  }
}

/** Half an answer would give texts the vectors of others. */
function requireVectors({ provider }: ModelChoice, vectors: readonly number[][], count: number): void {
  const [first = []] = vectors
  const isWhole =
    vectors.length === count &&
    vectors.every(
      (vector) => vector.length === first.length && vector.every((value) => Number.isFinite(value)),
    )
  if (isWhole && (count === 0 || first.length > 0)) return
  const words = `${provider} answered other embeddings than it was asked for`
  throw new ProviderFailure({ provider, words, isTransient: true, isUnknown: true })
}

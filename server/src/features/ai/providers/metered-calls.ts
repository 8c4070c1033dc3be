import type { Context } from '../../../context.ts'
import { embedOnce } from '../models/chat.service.ts'
import type { ModelChoice } from '../models/models.schema.ts'
import {
  mostSecondsOf,
  type SoundOrder,
  type Transcription,
  transcribeOnce,
} from '../models/sounds.service.ts'
import { guessTokens, mostTokensOf, runMetered } from './metering.ts'
import type { Purpose } from './providers.schema.ts'
import type { AiConfigRow } from './providers.store.ts'

/** The most that every provider takes at once. */
const batchSize = 32
/** As many tokens are reserved for a batch: the end of a budget should be of use, too. */
const batchBytes = 48_000

/** What some models want to be told with each text, by what it is. */
const prefixes: readonly { models: RegExp; document: string; query: string }[] = [
  { models: /nomic-embed/i, document: 'search_document: ', query: 'search_query: ' },
  { models: /(?:^|[/-])e5-|multilingual-e5/i, document: 'passage: ', query: 'query: ' },
]

/** Texts in batches that one request may carry. */
function* batchesOf(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let bytes = 0
  for (const text of texts) {
    const length = Buffer.byteLength(text)
    if (batch.length > 0 && (batch.length >= batchSize || bytes + length > batchBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(text)
    bytes += length
  }
  if (batch.length > 0) yield batch
}

/** Vectors of texts in their order; each batch is metered by itself. */
export async function embedTexts(
  ctx: Context,
  order: {
    config: AiConfigRow
    choice: ModelChoice
    texts: readonly string[]
    kind: 'document' | 'query'
    purpose: Purpose
    signal?: AbortSignal
  },
): Promise<number[][]> {
  const { config, choice, kind, purpose, signal } = order
  const prefix = prefixes.find(({ models }) => models.test(choice.model))?.[kind] ?? ''
  // Providers refuse a text of nothing.
  const texts = order.texts.map((text) => `${prefix}${text.trim() === '' ? '-' : text}`)
  const vectors: number[][] = []
  for (const batch of batchesOf(texts)) {
    signal?.throwIfAborted()
    const most = batch.reduce((sum, text) => sum + mostTokensOf(text) + 8, 0)
    const call = { purpose, choice, role: 'embedding' as const, most }
    const { value } = await runMetered(ctx, config, call, async () => {
      const answer = await embedOnce(ctx, choice, batch, signal)
      const guessed = batch.reduce((sum, text) => sum + guessTokens(text), 0)
      return { value: answer.vectors, inputTokens: answer.tokens ?? guessed, outputTokens: 0 }
    })
    vectors.push(...value)
  }
  return vectors
}

/** Tokens that a second of sound counts as: what providers count who count sound in tokens. */
const tokensPerSecond = 10

/** Writes down what is said in a sound; throws SoundRefused where another form of it may be taken. */
export async function transcribe(
  ctx: Context,
  order: SoundOrder & { config: AiConfigRow; purpose: Purpose },
): Promise<Transcription> {
  const { config, choice, purpose } = order
  // Twice: what is said is counted too, where providers count it.
  const most = mostSecondsOf(order) * tokensPerSecond * 2
  const call = { purpose, choice, role: 'transcription' as const, most }
  const { value } = await runMetered(ctx, config, call, async () => {
    const answer = await transcribeOnce(ctx, order)
    return {
      value: answer.transcription,
      inputTokens: answer.inputTokens ?? Math.ceil(answer.seconds * tokensPerSecond),
      outputTokens: answer.outputTokens ?? 0,
      seconds: answer.seconds,
    }
  })
  return value
}

import { z } from 'zod'
import type { Context } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { askInBatches, hasOrders } from '../../ai/batches/ask-in-batches.service.ts'
import { requireAi } from '../../ai/providers/providers.service.ts'
import {
  type LexiconSentiment,
  labelOf,
  type SentimentLabel,
  scoreByLexicon,
} from '../../ai/sentiment/score-by-lexicon.service.ts'

/** How a text sounds, and who says so. */
export interface Sentiment {
  score: number
  label: SentimentLabel
  source: 'model' | 'lexicon'
  /** Of lists of words; null of a model. */
  confidence: number | null
  /** Words that speak well. */
  positiveWords: number
  /** A text that gives orders to models approves itself nowhere. */
  hasOrders: boolean
}

/** A text with what the lists of words say about it. */
export interface ReadMessage {
  messageId: string
  text: string
  byLexicon: LexiconSentiment
}

const instructions = `You find out how customers feel about a business from the messages they write to it, in any language. For each message give:
- sentiment_score: from 0 (furious or very disappointed) over 0.5 (says nothing about it: questions, dates, orders) to 1 (delighted). Irony counts as what is meant.
- positive_words: how many words or phrases of the message praise, thank or recommend.`

const judgement = z.object({
  sentiment_score: z.number().min(0).max(1),
  positive_words: z.int().min(0).max(500),
})

function fromLexicon({ text, byLexicon }: ReadMessage): Sentiment {
  const { score, label, confidence, positiveWords } = byLexicon
  return { score, label, confidence, positiveWords, source: 'lexicon', hasOrders: hasOrders(text) }
}

/** Reads a text with the lists of words. */
export function readWithLexicon(messageId: string, text: string, language: string | null): ReadMessage {
  return { messageId, text, byLexicon: scoreByLexicon(text, language ?? undefined) }
}

async function askModel(
  ctx: Context,
  tenantId: string,
  messages: readonly ReadMessage[],
  signal: AbortSignal,
) {
  const items = messages.map(({ messageId, text }) => ({ id: messageId, text }))
  try {
    await requireAi(ctx)
    return await askInBatches(
      ctx,
      { tenantId, purpose: 'sentiment', instructions, schema: judgement, signal },
      items,
    )
  } catch (error) {
    // No model, no consent, no budget, no answer: reviews are collected all the same, and nothing approves itself.
    if (error instanceof AppError) return undefined
    throw error
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

/** How texts sound: by the tenant's model when there is one, else, and where it knows nothing, by lists of words. */
export async function findSentiments(
  ctx: Context,
  tenantId: string,
  messages: readonly ReadMessage[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Sentiment>> {
  if (messages.length === 0) return new Map()
  const judged = await askModel(ctx, tenantId, messages, signal)
  return new Map(
    messages.map((message): [string, Sentiment] => {
      const answer = judged?.get(message.messageId)
      if (answer === undefined || answer === null) return [message.messageId, fromLexicon(message)]
      const { language, positiveWords } = message.byLexicon
      const score = round(answer.sentiment_score)
      return [
        message.messageId,
        {
          score,
          label: labelOf(score),
          source: 'model',
          confidence: null,
          positiveWords: language === null ? answer.positive_words : positiveWords,
          hasOrders: hasOrders(message.text),
        },
      ]
    }),
  )
}

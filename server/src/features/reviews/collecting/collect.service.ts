import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { type LanguageTeller, loadLanguageTeller } from '../../ai/sentiment/text-language.service.ts'
import { findSpokenText } from '../../ai/transcripts/transcripts.service.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { type CollectorRow, listActiveCollectors } from '../collectors/collectors.service.ts'
import { reviewCollected } from '../reviews/reviews.schema.ts'
import { listKnownSources, type ReviewRow, storeReviews } from '../reviews/reviews.service.ts'
import { type Candidate, listCandidates } from './candidates.store.ts'
import { compileCriteria, isPossible } from './criteria.ts'
import { findSentiments, type ReadMessage, readWithLexicon, type Sentiment } from './sentiment.service.ts'

const undetermined = 'und'

/** A message that a collector may take. */
interface Pair {
  collector: CollectorRow
  candidate: Candidate
}

interface Read extends ReadMessage {
  language: string | null
}

function readAll(candidates: readonly Candidate[], languageOf: LanguageTeller): Map<string, Read> {
  return new Map(
    candidates.map(({ messageId, text }) => {
      const language = languageOf(text)
      return [messageId, { ...readWithLexicon(messageId, text, language), language }]
    }),
  )
}

/** Messages with their words: of a sound what was written down, and none where nothing was. */
async function withWords(ctx: Context, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const worded: Candidate[] = []
  for (const candidate of candidates) {
    if (candidate.text !== '') {
      worded.push(candidate)
      continue
    }
    const spoken = await findSpokenText(ctx, ctx.db.sql, tenantOf(ctx), candidate.messageId)
    const text = previewOf(storableText(spoken?.text ?? ''))
    if (text !== '') worded.push({ ...candidate, text })
  }
  return worded
}

/** What collectors may take of messages, without what they have taken before. */
async function pairsOf(
  sql: Sql,
  collectors: readonly CollectorRow[],
  candidates: readonly Candidate[],
  read: ReadonlyMap<string, Read>,
): Promise<Pair[]> {
  const pairs = collectors.map(compileCriteria).flatMap((criteria) =>
    candidates.flatMap((candidate) => {
      const text = read.get(candidate.messageId)
      if (text === undefined) return []
      const { language, byLexicon } = text
      const positiveWords = byLexicon.language === null ? null : byLexicon.positiveWords
      return isPossible(criteria, candidate, { language, positiveWords })
        ? [{ collector: criteria.collector, candidate }]
        : []
    }),
  )
  const known = await listKnownSources(
    sql,
    pairs.map(({ collector: { id, tenantId }, candidate: { messageId } }) => ({
      collectorId: id,
      messageId,
      tenantId,
    })),
  )
  return pairs.filter(({ collector, candidate }) => !known.has(`${collector.id} ${candidate.messageId}`))
}

/** Only a model approves, of what it likes, and nothing that tells it to. */
function isApprovedAtOnce({ autoApproveMinScore: least }: CollectorRow, found: Sentiment): boolean {
  const { source, score, label, hasOrders } = found
  return least !== null && source === 'model' && label === 'positive' && score >= least && !hasOrders
}

function rowOf(
  ctx: Context,
  { collector, candidate }: Pair,
  found: Sentiment,
  language: string | null,
): ReviewRow {
  const now = ctx.clock.now()
  return {
    id: ctx.ids.uuid(),
    tenantId: collector.tenantId,
    collectorId: collector.id,
    messageId: candidate.messageId,
    contactId: candidate.contactId,
    contactName: candidate.contactName,
    contactPhone: candidate.contactPhone,
    messageText: candidate.text,
    sentimentScore: found.score,
    sentimentLabel: found.label,
    sentimentSource: found.source,
    sentimentConfidence: found.confidence,
    detectedLanguage: language ?? undetermined,
    isApproved: isApprovedAtOnce(collector, found),
    isHidden: false,
    notes: null,
    messageAt: new Date(candidate.at),
    collectedAt: now,
    updatedAt: now,
  }
}

function eventOf(row: ReviewRow) {
  return {
    tenantId: row.tenantId,
    reviewId: row.id,
    collectorId: row.collectorId,
    contactName: row.contactName,
    sentimentScore: row.sentimentScore,
    sentimentLabel: row.sentimentLabel,
    isApproved: row.isApproved,
  }
}

/** What one step found, to be stored in the transaction that notes how far it came. */
export type Finds = readonly ReviewRow[]

/**
 * Finds out which messages are reviews for which collectors: what they are about first, by words and language, and of
 * what is left how it sounds. Nothing is stored; what takes long, a model, is asked outside of any transaction.
 */
export async function findReviews(
  ctx: Context,
  collectors: readonly CollectorRow[],
  messages: readonly Candidate[],
  signal: AbortSignal,
): Promise<Finds> {
  const candidates = collectors.length === 0 ? [] : await withWords(ctx, messages)
  if (candidates.length === 0) return []
  const read = readAll(candidates, await loadLanguageTeller())
  const pairs = await pairsOf(ctx.db.sql, collectors, candidates, read)
  const wanted = new Set(pairs.map(({ candidate }) => candidate.messageId))
  const asked = [...read.values()].filter(({ messageId }) => wanted.has(messageId))
  const sentiments = await findSentiments(ctx, tenantOf(ctx), asked, signal)
  return pairs.flatMap((pair) => {
    const { collector, candidate } = pair
    const found = sentiments.get(candidate.messageId)
    if (found === undefined || found.score < collector.minSentimentScore) return []
    if (found.positiveWords < collector.minPositiveWords) return []
    return [rowOf(ctx, pair, found, read.get(candidate.messageId)?.language ?? null)]
  })
}

/** Stores what was found, as far as nobody took it meanwhile, and tells about it; answers how many reviews that are. */
export async function keepFinds(ctx: Context, sql: Sql, finds: Finds): Promise<number> {
  const fresh = await storeReviews(sql, finds)
  await ctx.events.publishMany(sql, reviewCollected, fresh.map(eventOf))
  return fresh.length
}

/** Whether the tenant's plan still collects; what was collected stays. */
export async function isCollecting(ctx: Context, tenantId: string): Promise<boolean> {
  return (await getTenantPlan(ctx, tenantId)).features.has('reviews')
}

/** Collects from messages that came in, or were transcribed, a moment ago. */
export async function collectFrom(
  ctx: Context,
  { tenantId, sessionId, messageIds }: { tenantId: string; sessionId: string; messageIds: readonly string[] },
  signal: AbortSignal,
): Promise<JobOutcome> {
  if (!(await isCollecting(ctx, tenantId))) return done
  const collectors = await listActiveCollectors(ctx.db.sql, tenantId, sessionId)
  const candidates = await listCandidates(ctx.db.sql, tenantId, messageIds)
  const finds = await findReviews(ctx, collectors, candidates, signal)
  if (finds.length > 0) await ctx.db.transaction((sql) => keepFinds(ctx, sql, finds))
  return done
}

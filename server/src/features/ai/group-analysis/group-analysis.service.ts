import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { storableText } from '../../conversations/messages/message-text.service.ts'
import {
  type AnalysedIntent,
  analysedIntents,
  type LeadAnalysis,
} from '../../leads/detection/leads.schema.ts'
import {
  type AwaitingMessage,
  findAnalysedGroup,
  listAwaiting,
  settleAnalyses,
} from '../../leads/monitoring/analyses.service.ts'
import { askInBatches, hasOrders, mostInBatch } from '../batches/ask-in-batches.service.ts'
import { chatModelOf, outcomeOfAiError, requireAi } from '../providers/providers.service.ts'
import { analyseJob, messageAnalysed } from './group-analysis.schema.ts'
import * as store from './group-analysis.store.ts'
import { withWords } from './spoken-messages.service.ts'

/** How long messages are gathered before a model is asked about them together. */
const gatherMs = 2000
/** Nobody asks for so long. */
const staleMs = 15 * 60_000
/** After that a message is old news, and stays without analysis. */
const mostAgeMs = 24 * 3_600_000
const cacheMs = 7 * 24 * 3_600_000
const longestReason = 300

const instructions = `You classify messages of a WhatsApp group for a business that looks for customers, in any language. For each message give:
- intent: buying_intent (wants to buy, book, rent or order), product_inquiry (asks about a product, a price or what is available), support_request (has a problem with something it has), complaint (is unhappy), off_topic (anything else people talk about), spam_noise (advertising, forwards, nothing), unknown (cannot be told).
- lead_score: a whole number from 1 (no customer) to 10 (about to buy).
- confidence: from 0 to 1.
- reason: a short explanation in English, without names and numbers.`

const judgement = z.object({
  intent: z.string().meta({ enum: [...analysedIntents] }),
  lead_score: z.int().min(1).max(10),
  confidence: z.number().min(0).max(1),
  reason: z.string(),
})

function toAnalysis(judged: z.infer<typeof judgement>): LeadAnalysis {
  const isKnown = (analysedIntents as readonly string[]).includes(judged.intent)
  return {
    intent: isKnown ? (judged.intent as AnalysedIntent) : 'unknown',
    lead_score: judged.lead_score,
    confidence: Math.round(judged.confidence * 100) / 100,
    reason: storableText(judged.reason).slice(0, longestReason).toWellFormed(),
  }
}

/** Puts captured messages into the queue, in the transaction that captures them. */
export async function queueAnalyses(
  ctx: Context,
  sql: Sql,
  awaited: readonly { tenantId: string; groupId: string; messageId: string }[],
): Promise<void> {
  const createdAt = ctx.clock.now()
  await store.insertTasks(
    sql,
    awaited.map((task) => ({ ...task, createdAt })),
  )
  await enqueueGroups(ctx, sql, awaited, gatherMs)
}

async function enqueueGroups(
  ctx: Context,
  sql: Sql,
  groups: readonly { tenantId: string; groupId: string }[],
  delayMs: number,
): Promise<void> {
  const byId = new Map(groups.map(({ tenantId, groupId }) => [groupId, tenantId]))
  for (const [groupId, tenantId] of byId)
    await ctx.jobs.add(sql, analyseJob, { tenantId, groupId }, { key: groupId, delayMs })
}

/** Looks again at everything that waits for a tenant's models, in the transaction that changes them. */
export async function resumeAnalyses(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await enqueueGroups(ctx, sql, await store.listWaitingGroups(sql, tenantId), gatherMs)
}

const keyOf = (model: string, prompt: string, text: string): string =>
  createHash('sha256')
    .update(JSON.stringify([model, prompt, text]))
    .digest('base64url')

/** What is known or found out about messages, by their ids; null where no model could say. */
async function judge(
  ctx: Context,
  tenantId: string,
  prompt: string,
  messages: readonly AwaitingMessage[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LeadAnalysis | null>> {
  const model = (await chatModelOf(ctx, tenantId)) ?? ''
  const keys = new Map(messages.map(({ messageId, text }) => [messageId, keyOf(model, prompt, text)]))
  const known: Map<string, LeadAnalysis | null> = new Map(
    await store.findCached(ctx.db.sql, tenantId, [...keys.values()]),
  )
  // The same words in one batch are asked about once.
  const unknown = new Map<string, AwaitingMessage>()
  for (const message of messages) {
    const key = keys.get(message.messageId) ?? ''
    if (!known.has(key)) unknown.set(key, message)
  }
  const judged = await askInBatches(
    ctx,
    { tenantId, purpose: 'group_analysis', instructions: prompt, schema: judgement, signal },
    [...unknown].map(([key, { text }]) => ({ id: key, text })),
  )
  const fresh = [...judged].flatMap(([key, found]) =>
    found === null ? [] : [{ tenantId, key, analysis: toAnalysis(found), createdAt: ctx.clock.now() }],
  )
  await store.saveCached(ctx.db.sql, fresh)
  for (const { key, analysis } of fresh) known.set(key, analysis)
  return new Map([...keys].map(([messageId, key]) => [messageId, known.get(key) ?? null]))
}

type Group = NonNullable<Awaited<ReturnType<typeof findAnalysedGroup>>>

/** Stores what was found and tells about it, with the end of the tasks. */
async function settle(
  ctx: Context,
  groupId: string,
  group: Group,
  messageIds: readonly string[],
  found: Parameters<typeof settleAnalyses>[3],
): Promise<void> {
  const tenantId = tenantOf(ctx)
  const { sessionId, waGroupId } = group
  await ctx.db.transaction(async (sql) => {
    const leads = await settleAnalyses(ctx, sql, { sessionId, groupId, waGroupId }, found)
    await store.deleteTasks(sql, tenantId, messageIds)
    const told = found.flatMap(({ message: { messageId }, analysis }) =>
      analysis === null || !leads.has(messageId)
        ? []
        : [
            {
              tenantId,
              sessionId,
              groupId,
              waGroupId,
              messageId,
              leadId: leads.get(messageId) ?? null,
              analysis,
            },
          ],
    )
    await ctx.events.publishMany(sql, messageAnalysed, told)
  })
}

async function analyseStep(
  ctx: Context,
  groupId: string,
  messageIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const tenantId = tenantOf(ctx)
  const group = await findAnalysedGroup(ctx.db.sql, tenantId, groupId)
  if (group === undefined) {
    // Whoever switched it off wants nothing analysed any more.
    await store.deleteTasks(ctx.db.sql, tenantId, messageIds)
    return
  }
  const messages = await withWords(ctx, await listAwaiting(ctx.db.sql, tenantId, groupId, messageIds))
  const worded = messages.filter(({ text }) => text.trim() !== '')
  const wanted =
    group.prompt === null || group.prompt === '' ? '' : `\n\nWhat the business looks for:\n${group.prompt}`
  const found = await judge(ctx, tenantId, instructions + wanted, worded, signal)
  await settle(
    ctx,
    groupId,
    group,
    messageIds,
    messages.map((message) => ({
      message,
      analysis: found.get(message.messageId) ?? null,
      isTrusted: !hasOrders(message.text),
    })),
  )
}

/** Analyses what waits in a group, at most ten messages at a time. */
export async function analyseGroup(
  ctx: Context,
  { groupId }: { groupId: string },
  { attempt, signal }: Pick<JobRun, 'attempt' | 'signal'>,
): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  for (;;) {
    if (signal.aborted) return retryLater(0)
    const now = ctx.clock.now()
    const staleBefore = new Date(now.getTime() - staleMs)
    const claim = { tenantId, groupId, now, staleBefore, limit: mostInBatch }
    const messageIds = await store.claimTasks(ctx.db.sql, claim)
    if (messageIds.length === 0) return done
    try {
      await requireAi(ctx)
      await analyseStep(ctx, groupId, messageIds, signal)
    } catch (error) {
      await store.releaseTasks(ctx.db.sql, tenantId, messageIds)
      const outcome = outcomeOfAiError(error, { attempt })
      if (outcome === undefined) throw error
      return outcome
    }
  }
}

const sweepStep = 200

/** Takes up what waits and nobody works on; what waited for a day stays without analysis. */
export async function sweepAnalyses(ctx: Context): Promise<void> {
  const nowMs = ctx.clock.nowMs()
  for (;;) {
    const old = await store.listOldTasks(ctx.db.sql, new Date(nowMs - mostAgeMs), sweepStep)
    for (const [groupId, tasks] of Map.groupBy(old, (task) => task.groupId)) {
      const tenantId = tasks[0]?.tenantId ?? ''
      const own: Context = { ...ctx, caller: { kind: 'system', tenantId } }
      const messageIds = tasks.map(({ messageId }) => messageId)
      const group = await findAnalysedGroup(ctx.db.sql, tenantId, groupId)
      const messages = await listAwaiting(ctx.db.sql, tenantId, groupId, messageIds)
      if (group === undefined) await store.deleteTasks(ctx.db.sql, tenantId, messageIds)
      else
        await settle(
          own,
          groupId,
          group,
          messageIds,
          messages.map((message) => ({ message, analysis: null, isTrusted: false })),
        )
    }
    if (old.length < sweepStep) break
  }
  await enqueueGroups(ctx, ctx.db.sql, await store.listWaitingGroups(ctx.db.sql), 0)
  await store.deleteCachedBefore(ctx.db.sql, new Date(nowMs - cacheMs))
}

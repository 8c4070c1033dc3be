import type { Context } from '../../../context.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { createLru } from '../../../platform/lru.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { tellChanged } from '../bulk/ending.service.ts'
import {
  advance,
  answerWindowMs,
  countOf,
  type Fact,
  type FunnelCounts,
  funnelNames,
  isInWindow,
  type OutcomeState,
} from './advance.ts'
import { type AnswerKind, type EarlyAnswer, earlyAnswerJob, unansweredJob } from './outcomes.schema.ts'
import {
  type Answered,
  type HeldRecipient,
  holdRecipients,
  listAnswered,
  listSteps,
  listUnanswered,
  saveOutcomes,
  type Unanswered,
} from './outcomes.store.ts'

/** An answer is looked for among the campaigns of so many milliseconds. */
const campaignAgeMs = 30 * 86_400_000
/** How long an answer waits for the outcome of a message that was on its way when it came. */
const [retryMs, giveUpMs] = [1000, 3_600_000]
const sweepSize = 1000
const minuteMs = 60_000

/**
 * Messages that opt out. They are told as such just before they are told as messages, in one transaction; of one that
 * came while a campaign's was under way nobody could say later, and of two jobs the second one may be first.
 */
const optingOut = defineProcessState(() => createLru<true>(1000))

/** What became known, of a recipient; what depends on how far they are is asked then. */
type Finding = (state: OutcomeState) => Fact

function addCounts(counts: Map<string, FunnelCounts>, before: HeldRecipient, after: HeldRecipient): void {
  const [was, is] = [countOf(before), countOf(after)]
  const sum = counts.get(before.jobId) ?? countOf({ ...before, sentAt: null })
  for (const name of funnelNames) sum[name] += is[name] - was[name]
  counts.set(before.jobId, sum)
}

function isSame(a: OutcomeState, b: OutcomeState): boolean {
  return (
    a.status === b.status &&
    a.deliveredAt === b.deliveredAt &&
    a.readAt === b.readAt &&
    a.repliedAt === b.repliedAt
  )
}

/**
 * Stores what became known of recipients and what that adds to the counters of their jobs, in the caller's transaction:
 * a counter always is what counting the recipients would give.
 */
async function applyFindings(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  findings: ReadonlyMap<string, readonly Finding[]>,
): Promise<void> {
  if (findings.size === 0) return
  const held = await holdRecipients(sql, tenantId, [...findings.keys()])
  const changed: HeldRecipient[] = []
  const counts = new Map<string, FunnelCounts>()
  for (const before of held) {
    const found = findings.get(before.id) ?? []
    const state = found.reduce<OutcomeState>((known, finding) => advance(known, finding(known)), before)
    if (isSame(before, state)) continue
    const after = { ...before, ...state }
    changed.push(after)
    addCounts(counts, before, after)
  }
  if (changed.length === 0) return
  const jobs = await saveOutcomes(sql, tenantId, changed, counts, ctx.clock.now())
  for (const job of jobs) await tellChanged(ctx, sql, job)
  await planSweeps(ctx, sql, changed)
}

/** Minutes whose sweep this process has planned for certain. */
const planned = defineProcessState(() => createLru<true, number>(answerWindowMs / minuteMs + 100))

/**
 * Sees to it that somebody looks when the time of those who have just read is over: one job for each minute and process,
 * at its end. Without a key, which would let the receipts of all tenants wait for one another.
 */
async function planSweeps(ctx: Context, sql: Sql, changed: readonly HeldRecipient[]): Promise<void> {
  const now = ctx.clock.nowMs()
  const known = planned.of(ctx)
  const readers = changed.filter(({ status }) => status === 'read')
  const minutes = readers.map(({ readAt }) => {
    const dueMs = Math.max((readAt?.getTime() ?? 0) + answerWindowMs, now + minuteMs)
    return Math.ceil(dueMs / minuteMs)
  })
  for (const minute of new Set(minutes)) {
    if (known.has(minute)) continue
    await ctx.jobs.add(sql, unansweredJob, {}, { delayMs: minute * minuteMs - now })
    afterCommit(sql, () => known.set(minute, true))
  }
}

/** Takes over how far the messages of recipients have come. */
export async function noteSteps(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<void> {
  const steps = await listSteps(sql, tenantId, messageIds)
  const findings = steps.map(({ recipientId, ...fact }) => [recipientId, [() => fact]] as const)
  await applyFindings(ctx, sql, tenantId, new Map(findings))
}

/** The recipient that a message belongs to: the one it quotes, else that of the latest campaign sent before it. */
function findingOf({ quotedId, latestId, at }: Answered, kind: AnswerKind): [string, Finding] | undefined {
  const id = quotedId ?? latestId
  if (id === null) return undefined
  if (kind === 'opt_out') return [id, () => ({ optedOutAt: at })]
  return [id, (state) => (quotedId !== null || isInWindow(state, at) ? { repliedAt: at } : {})]
}

/**
 * Counts inbound messages of direct chats as answers to campaigns. When a campaign's message to the same person is
 * under way, nobody can say yet whether it was answered: a job looks again when that is known.
 */
export async function noteAnswers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
  kind: AnswerKind,
): Promise<void> {
  const known = optingOut.of(ctx)
  if (kind === 'opt_out') for (const id of messageIds) known.set(id, true)
  const ids = kind === 'opt_out' ? messageIds : messageIds.filter((id) => !known.has(id))
  if (ids.length === 0) return
  const since = new Date(ctx.clock.nowMs() - campaignAgeMs)
  const answered = await listAnswered(sql, tenantId, ids, since)
  const findings = new Map<string, Finding[]>()
  for (const answer of answered) {
    if (answer.quotedId === null && answer.isUnderWay) {
      const early = { tenantId, messageId: answer.messageId, kind, sinceMs: ctx.clock.nowMs() }
      await ctx.jobs.add(sql, earlyAnswerJob, early, { delayMs: retryMs })
      continue
    }
    const [id, finding] = findingOf(answer, kind) ?? []
    if (id !== undefined && finding !== undefined) findings.set(id, [...(findings.get(id) ?? []), finding])
  }
  await applyFindings(ctx, sql, tenantId, findings)
}

/** Looks again at an answer that came while a campaign's message was under way. */
export async function noteEarlyAnswer(
  ctx: Context,
  { tenantId, messageId, kind, sinceMs }: EarlyAnswer,
): Promise<JobOutcome> {
  const now = ctx.clock.nowMs()
  const [answer] = await listAnswered(ctx.db.sql, tenantId, [messageId], new Date(now - campaignAgeMs))
  if (answer === undefined) return done
  if (answer.isUnderWay && now - sinceMs < giveUpMs) return retryLater(retryMs)
  const [id, finding] = findingOf(answer, kind) ?? []
  if (id === undefined || finding === undefined) return done
  const findings = new Map([[id, [finding]]])
  await retryDeadlocks(() => ctx.db.transaction((sql) => applyFindings(ctx, sql, tenantId, findings)))
  return done
}

/**
 * Marks as ignored who has read and let the time pass, of all tenants, in small steps. Says whether it came to the end:
 * what a stop leaves, and what became due while nothing ran, the next run finds.
 */
export async function sweepUnanswered(ctx: Context, signal: AbortSignal): Promise<boolean> {
  const until = new Date(ctx.clock.nowMs() - answerWindowMs)
  let last: Unanswered | undefined
  while (!signal.aborted) {
    const found = await listUnanswered(ctx.db.sql, until, last, sweepSize)
    for (const [tenantId, own] of Map.groupBy(found, (recipient) => recipient.tenantId)) {
      const findings = new Map(own.map(({ id }) => [id, [() => ({ unansweredSince: until })]]))
      await retryDeadlocks(() => ctx.db.transaction((sql) => applyFindings(ctx, sql, tenantId, findings)))
    }
    if (found.length < sweepSize) return true
    last = found.at(-1)
  }
  return false
}

import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createBatcher, createStatementBatcher } from '../../../platform/database/write-batcher.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { webhookDeactivated } from '../notices/notices.schema.ts'
import { noteAttempt } from '../notices/notices.service.ts'
import * as store from './delivery.store.ts'
import {
  type AttemptResult,
  classify,
  isUnreachable,
  maxFailingMs,
  parseRetryAfter,
  probeRhythm,
  type Verdict,
  weighFailure,
} from './delivery.ts'
import type { Slot } from './endpoint-slots.ts'
import { openBody, openSecret, openUrl, postDelivery } from './post-delivery.ts'
import { publishChange } from './subscriptions.ts'
import { resumeJob } from './webhooks.schema.ts'
import { deactivateWebhook } from './webhooks.store.ts'

/** What is kept from becoming an attempt by itself: a delivery whose early tries never got an answer. */
const mostEarlyTries = 8

// What arrives while the database answers is asked for, or stored, together: one statement or commit for all of it.
const readers = defineProcessState(({ db }: Context) =>
  createStatementBatcher((keys: store.DeliveryKey[]) => readAll(db.sql, keys)),
)
const recorders = defineProcessState(
  (ctx: Context) =>
    createBatcher(ctx.db, {
      write: (sql, outcomes: store.AttemptOutcome[]) => recordAll(ctx, sql, outcomes),
    }),
  (recorder) => recorder.flush(),
)
/** Deliveries that are under way here. */
const underWay = defineProcessState(() => new Set<string>())

/** Strikes of endpoints that are not stored yet: who begins meanwhile has to know them. */
const unstoredStrikes = defineProcessState(() => new Map<string, number>())

/** What speaks for an endpoint that is down, as far as this process knows. */
export function countStrikes(ctx: Context, { webhookId, strikes }: store.PendingDelivery): number {
  return strikes + (unstoredStrikes.of(ctx).get(webhookId) ?? 0)
}

function addUnstored(ctx: Context, webhookId: string, strikes: number): void {
  const unstored = unstoredStrikes.of(ctx)
  const sum = (unstored.get(webhookId) ?? 0) + strikes
  if (sum > 0) unstored.set(webhookId, sum)
  else unstored.delete(webhookId)
}

async function readAll(sql: Sql, keys: store.DeliveryKey[]) {
  const rows = await store.listPendingDeliveries(sql, keys)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return keys.map((key) => byId.get(key.deliveryId))
}

async function recordAll(ctx: Context, sql: Sql, outcomes: store.AttemptOutcome[]) {
  const effects = new Map<store.AttemptOutcome, store.AttemptEffect>()
  // In one order on every process, since each locks the rows of its webhooks until the commit.
  for (const outcome of outcomes.toSorted((a, b) => (a.webhookId < b.webhookId ? -1 : 1))) {
    effects.set(outcome, await store.recordAttempt(sql, outcome, probeRhythm))
  }
  const last = new Map(
    [...effects].map(([{ tenantId, webhookId }, effect]) => [webhookId, { tenantId, effect }]),
  )
  for (const [webhookId, { tenantId, effect }] of last)
    await follow(ctx, sql, { tenantId, webhookId }, effect)
  const recovered = [...effects].filter(([, { recoveredFrom }]) => recoveredFrom !== null)
  for (const [{ tenantId, webhookId }, { recoveredFrom }] of recovered)
    if (recoveredFrom !== null) await resume(ctx, sql, { tenantId, webhookId }, recoveredFrom)
  const none = { failingSince: null, probeAt: null, recoveredFrom: null }
  return outcomes.map((outcome) => effects.get(outcome) ?? none)
}

/** Sees that an endpoint that fails is probed when the time comes. */
export async function follow(
  ctx: Context,
  sql: Sql,
  endpoint: store.EndpointKey,
  { failingSince, probeAt }: Pick<store.AttemptEffect, 'failingSince' | 'probeAt'>,
): Promise<void> {
  if (failingSince !== null && probeAt !== null) await lookAt(ctx, sql, endpoint, probeAt.getTime())
}

/**
 * Sees to an endpoint at that moment, whatever becomes of this process; once for all that ask for the same one. The moment
 * is part of the key: whoever comes later, or sooner, must not be content with a job that is about to run, or far away.
 */
export async function lookAt(
  ctx: Context,
  sql: Sql,
  { tenantId, webhookId }: store.EndpointKey,
  atMs: number,
): Promise<void> {
  const options = { delayMs: atMs - ctx.clock.nowMs(), key: `${webhookId}/${atMs}` }
  await ctx.jobs.addMany(sql, resumeJob, [{ tenantId, webhookId }], options)
}

/** Sees that everything leaves that waits for an endpoint that works again. */
export async function resume(
  ctx: Context,
  sql: Sql,
  { tenantId, webhookId }: store.EndpointKey,
  recoveredFrom: Date,
): Promise<void> {
  const key = `${webhookId}/${recoveredFrom.getTime()}/recovered`
  const payload = { tenantId, webhookId, recoveredFrom: recoveredFrom.toISOString() }
  await ctx.jobs.addMany(sql, resumeJob, [payload], { key })
}

/** A delivery that may still be attempted. */
export function readDelivery(
  ctx: Context,
  key: store.DeliveryKey,
): Promise<store.PendingDelivery | undefined> {
  return readers.of(ctx).add(key)
}

/** One try of a delivery. */
export interface Try {
  tenantId: string
  delivery: store.PendingDelivery
  slot: Slot
  signal: AbortSignal
  /** Out of turn, so that a failure is no attempt: to see whether the endpoint is back, or since it is. */
  outOfTurn?: 'probe' | 'early'
}

/** Makes one attempt, unless it is under way by another job already. */
export async function attempt(ctx: Context, input: Try): Promise<JobOutcome> {
  const tried = underWay.of(ctx)
  const { id } = input.delivery
  if (tried.has(id)) return retryLater(1000)
  tried.add(id)
  try {
    return await attemptAlone(ctx, input)
  } finally {
    tried.delete(id)
  }
}

async function attemptAlone(ctx: Context, input: Try): Promise<JobOutcome> {
  const { delivery, slot, signal } = input
  const at = ctx.clock.now()
  slot.begin()
  const result = await postDelivery(ctx, {
    id: delivery.id,
    event: delivery.event,
    open: () => ({
      body: openBody(ctx, delivery.id, delivery.body),
      url: openUrl(ctx, delivery.webhookId, delivery.url),
      secret: openSecret(ctx, delivery.webhookId, delivery.secret),
    }),
    signal,
  })
  const strikes = result.error === null ? 0 : weighFailure(result.statusCode)
  addUnstored(ctx, delivery.webhookId, strikes)
  slot.leave()
  const verdict = classify(result, {
    failedBefore: delivery.roundFailures,
    retrySeconds: ctx.config.webhookRetrySeconds,
    random: ctx.ids.random(),
    nowMs: ctx.clock.nowMs(),
  })
  try {
    return await settle(ctx, input, { at, result, verdict })
  } finally {
    addUnstored(ctx, delivery.webhookId, -strikes)
  }
}

interface Ended {
  at: Date
  result: AttemptResult
  verdict: Verdict
}

/** What an attempt that ended so is stored as. */
function describeOutcome(
  ctx: Context,
  { tenantId, delivery, outOfTurn }: Try,
  ended: Ended,
): store.AttemptOutcome {
  const { at, result, verdict } = ended
  // A delivery that was due is not tried twice: the probe was its attempt.
  const isDue = delivery.roundFailures > 0 && (delivery.nextAttemptAt?.getTime() ?? 0) <= at.getTime() + 1000
  const isFinal = verdict.kind === 'delivered' || verdict.kind === 'gone'
  const isCounted = outOfTurn === undefined || isDue || isFinal
  const isStrike =
    outOfTurn !== 'early' || (isUnreachable(result.statusCode) && delivery.probes < mostEarlyTries)
  const askedMs = parseRetryAfter(result.retryAfter, ctx.clock.nowMs())
  const nextMs = verdict.kind === 'retry' ? ctx.clock.nowMs() + verdict.afterMs : null
  return {
    tenantId,
    webhookId: delivery.webhookId,
    deliveryId: delivery.id,
    round: delivery.round,
    status: verdict.kind === 'delivered' ? 'delivered' : nextMs === null && isCounted ? 'failed' : 'pending',
    nextAttemptAt: nextMs === null ? null : new Date(nextMs),
    at,
    result,
    isCounted,
    strike: isCounted || isStrike ? weighFailure(result.statusCode) : undefined,
    notBefore: result.error === null || askedMs === undefined ? null : new Date(ctx.clock.nowMs() + askedMs),
    random: ctx.ids.random(),
  }
}

const noticeOf = { delivered: 'delivered', gone: 'failed', retry: 'retried', failed: 'failed' } as const

/** Stores how the attempt ended; only then is the job over, so that a crash repeats it. */
async function settle(ctx: Context, input: Try, ended: Ended): Promise<JobOutcome> {
  const { tenantId, delivery, outOfTurn } = input
  const { at, verdict } = ended
  const { failingSince } = await recorders.of(ctx).add(describeOutcome(ctx, input, ended))
  noteAttempt(ctx, { tenantId, webhookId: delivery.webhookId }, noticeOf[verdict.kind])
  const failingMs = failingSince === null ? 0 : at.getTime() - failingSince.getTime()
  if (verdict.kind === 'gone') await deactivate(ctx, tenantId, delivery, 'gone')
  else if (failingMs >= maxFailingMs) await deactivate(ctx, tenantId, delivery, 'failing')
  // The job of the schedule is another one than that of a try out of turn.
  return verdict.kind === 'retry' && outOfTurn === undefined ? retryLater(verdict.afterMs) : done
}

const deactivationTexts = {
  gone: 'Switched off: the endpoint answered 410 Gone',
  failing: 'Switched off: every delivery has failed for 120 hours',
}
/** Why a delivery ends without another attempt. */
export const inactiveText = 'The webhook is not active'

async function deactivate(
  ctx: Context,
  tenantId: string,
  delivery: store.PendingDelivery,
  reason: keyof typeof deactivationTexts,
): Promise<void> {
  const { webhookId, name } = delivery
  const change = { tenantId, id: webhookId, at: ctx.clock.now(), lastError: deactivationTexts[reason] }
  await ctx.db.transaction(async (sql) => {
    const wasActive = await deactivateWebhook(sql, change)
    if (!wasActive) return
    await store.failWaiting(sql, { tenantId, webhookId }, inactiveText)
    await publishChange(ctx, sql, tenantId)
    await ctx.events.publish(sql, webhookDeactivated, { tenantId, webhookId, name, reason })
    ctx.log.warn({ webhookId, reason }, 'a webhook was switched off')
  })
}

import type { Context } from '../../../context.ts'
import { handleJob, type JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createBatcher, createStatementBatcher } from '../../../platform/database/write-batcher.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { type AttemptResult, classify, incidentGapMs, maxFailingMs, type Verdict } from './delivery.ts'
import { endpointSlots, type Slot } from './endpoint-slots.ts'
import { openBody, openSecret, postDelivery } from './post-delivery.ts'
import { publishChange } from './subscriptions.ts'
import { deliverJob, pruneJob, webhookDeactivated } from './webhooks.schema.ts'
import * as store from './webhooks.store.ts'

/** Deliveries, and the message texts in them, are kept so long for resend and recover. */
const retentionMs = 7 * 24 * 3_600_000
const pruneBatch = 1000

interface DeliverPayload {
  tenantId: string
  webhookId: string
  deliveryId: string
  round: number
}

/** Makes one attempt, as soon as its endpoint has room for it. */
async function deliver(ctx: Context, payload: DeliverPayload, run: JobRun): Promise<JobOutcome> {
  const slot = await endpointSlots.of(ctx).enter(payload.webhookId, run.signal)
  if ('waitMs' in slot) return retryLater(slot.waitMs)
  try {
    return await attempt(ctx, payload, run, slot)
  } finally {
    slot.leave()
  }
}

async function attempt(ctx: Context, payload: DeliverPayload, run: JobRun, slot: Slot): Promise<JobOutcome> {
  const { tenantId, deliveryId, round } = payload
  const delivery = await readers.of(ctx).add({ tenantId, deliveryId })
  // Deleted, delivered by an earlier run whose end was not stored, or overtaken by a resend.
  if (delivery === undefined || delivery.round !== round) return done
  if (!delivery.isActive) {
    await store.failDelivery(ctx.db.sql, tenantId, deliveryId, 'The webhook is not active')
    return done
  }
  // The attempt was stored, but the process died before the job was put off.
  const remainingMs = (delivery.nextAttemptAt?.getTime() ?? 0) - ctx.clock.nowMs()
  if (remainingMs > 1000) return retryLater(remainingMs)
  const at = ctx.clock.now()
  slot.begin()
  const result = await postDelivery(ctx, {
    id: deliveryId,
    event: delivery.event,
    body: openBody(ctx, deliveryId, delivery.body),
    url: delivery.url,
    secret: openSecret(ctx, delivery.webhookId, delivery.secret),
    signal: run.signal,
  })
  slot.leave()
  const verdict = classify(result, {
    failedBefore: delivery.roundFailures,
    retrySeconds: ctx.config.webhookRetrySeconds,
    random: ctx.ids.random(),
    nowMs: ctx.clock.nowMs(),
  })
  return settle(ctx, { payload, delivery, at, result, verdict })
}

interface Attempt {
  payload: DeliverPayload
  delivery: store.PendingDelivery
  at: Date
  result: AttemptResult
  verdict: Verdict
}

// What arrives while the database answers is asked for, or stored, together: one statement or commit for all of it.
const readers = defineProcessState(({ db }: Context) =>
  createStatementBatcher((keys: store.DeliveryKey[]) => readAll(db.sql, keys)),
)
const recorders = defineProcessState(
  ({ db }: Context) => createBatcher(db, { write: recordAll }),
  (recorder) => recorder.flush(),
)

async function readAll(sql: Sql, keys: store.DeliveryKey[]) {
  const rows = await store.listPendingDeliveries(sql, keys)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return keys.map((key) => byId.get(key.deliveryId))
}

async function recordAll(sql: Sql, outcomes: store.AttemptOutcome[]) {
  const results = new Map<store.AttemptOutcome, { failingSince: Date | null }>()
  // In one order on every process, since each locks the rows of its webhooks until the commit.
  for (const outcome of outcomes.toSorted((a, b) => (a.webhookId < b.webhookId ? -1 : 1))) {
    results.set(outcome, await store.recordAttempt(sql, outcome, incidentGapMs))
  }
  return outcomes.map((outcome) => results.get(outcome) ?? { failingSince: null })
}

/** Stores how the attempt ended; only then is the job over, so that a crash repeats it. */
async function settle(
  ctx: Context,
  { payload, delivery, at, result, verdict }: Attempt,
): Promise<JobOutcome> {
  const { tenantId, deliveryId, round } = payload
  const afterMs = verdict.kind === 'retry' ? verdict.afterMs : null
  const { failingSince } = await recorders.of(ctx).add({
    tenantId,
    webhookId: delivery.webhookId,
    deliveryId,
    round,
    status: verdict.kind === 'delivered' ? 'delivered' : afterMs === null ? 'failed' : 'pending',
    nextAttemptAt: afterMs === null ? null : new Date(ctx.clock.nowMs() + afterMs),
    at,
    result,
  })
  const failingMs = failingSince === null ? 0 : at.getTime() - failingSince.getTime()
  if (verdict.kind === 'gone') await deactivate(ctx, tenantId, delivery, 'gone')
  else if (failingMs >= maxFailingMs) await deactivate(ctx, tenantId, delivery, 'failing')
  return afterMs === null ? done : retryLater(afterMs)
}

const deactivationTexts = {
  gone: 'Switched off: the endpoint answered 410 Gone',
  failing: 'Switched off: every delivery has failed for 120 hours',
}

async function deactivate(
  ctx: Context,
  tenantId: string,
  delivery: store.PendingDelivery,
  reason: keyof typeof deactivationTexts,
): Promise<void> {
  const { webhookId, name } = delivery
  const change = { tenantId, id: webhookId, at: ctx.clock.now(), lastError: deactivationTexts[reason] }
  await ctx.db.transaction(async (sql) => {
    const wasActive = await store.deactivateWebhook(sql, change)
    if (!wasActive) return
    await publishChange(ctx, sql, tenantId)
    await ctx.events.publish(sql, webhookDeactivated, { tenantId, webhookId, name, reason })
    ctx.log.warn({ webhookId, reason }, 'a webhook was switched off')
  })
}

async function prune(ctx: Context, run: JobRun): Promise<JobOutcome> {
  const before = new Date(ctx.clock.nowMs() - retentionMs)
  while (!run.signal.aborted) {
    const deleted = await store.deleteExpiredDeliveries(ctx.db.sql, before, pruneBatch)
    if (deleted < pruneBatch) break
  }
  return done
}

export const webhooksJobs = [
  handleJob(deliverJob, deliver),
  handleJob(pruneJob, (ctx, _payload, run) => prune(ctx, run)),
]

import type { Context } from '../../../context.ts'
import { handleJob, type JobRun } from '../../../job.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { attempt, countStrikes, inactiveText, readDelivery } from './attempt.ts'
import { park, release, resumeEndpoint } from './backlog.ts'
import type { PendingDelivery } from './delivery.store.ts'
import { downAtStrikes } from './delivery.ts'
import { endpointSlots, type Slot } from './endpoint-slots.ts'
import { type DeliverPayload, deliverJob, pruneJob, resumeJob } from './webhooks.schema.ts'
import * as store from './webhooks.store.ts'

/** Deliveries, and the message texts in them, are kept so long for resend and recover. */
const retentionMs = 7 * 24 * 3_600_000
const pruneBatch = 1000
/** An endpoint that works again is not tried sooner after the last failure of a delivery. */
const earlyGapMs = 5000

/** Makes one attempt, as soon as its endpoint has room for it. */
async function deliver(ctx: Context, payload: DeliverPayload, run: JobRun): Promise<JobOutcome> {
  const { webhookId, way } = payload
  const slots = endpointSlots.of(ctx)
  // Who is released leads others in, wherever its job runs.
  if (way === 'released') slots.noteFetched(webhookId)
  const isNew = way === undefined && run.attempt === 1
  const slot = await slots.enter(webhookId, { isNew, place: payload.deliveryId, signal: run.signal })
  if (!('begin' in slot)) {
    if (slot.because === 'stopping') return retryLater(0)
    // It still has a job at the time of its schedule.
    if (way === 'early') slots.noteParked(webhookId)
    else await park(ctx, payload)
    return way === 'early' ? retryLater(earlyGapMs) : done
  }
  let releasing: Promise<boolean> | undefined
  const leave = () => {
    slot.leave()
    releasing ??= release(ctx, payload)
  }
  try {
    return await deliverNow(ctx, payload, run, { begin: slot.begin, leave })
  } finally {
    leave()
    await releasing
  }
}

/** Whether a delivery has to let others go first, or to wait until its endpoint works again. */
function hasToWait(ctx: Context, { way }: DeliverPayload, delivery: PendingDelivery): boolean {
  if (delivery.roundFailures > 0 || way === 'resent' || way === 'early') return false
  return countStrikes(ctx, delivery) >= downAtStrikes || (way === undefined && delivery.hasOlder)
}

async function deliverNow(
  ctx: Context,
  payload: DeliverPayload,
  run: JobRun,
  slot: Slot,
): Promise<JobOutcome> {
  const { tenantId, webhookId, deliveryId, round, way } = payload
  const delivery = await readDelivery(ctx, { tenantId, deliveryId })
  // Deleted, delivered by an earlier run whose end was not stored, overtaken by a resend, or waiting by now.
  if (delivery === undefined || delivery.round !== round || delivery.isWaiting) return done
  if (!delivery.isActive) {
    await store.failDelivery(ctx.db.sql, tenantId, deliveryId, inactiveText)
    return done
  }
  const nowMs = ctx.clock.nowMs()
  if (way === 'early') {
    if ((delivery.notBefore?.getTime() ?? 0) > nowMs) return done
    const remainingMs = (delivery.triedAt?.getTime() ?? 0) + earlyGapMs - nowMs
    if (remainingMs > 0) return retryLater(remainingMs)
    return attempt(ctx, { tenantId, delivery, slot, signal: run.signal, outOfTurn: 'early' })
  }
  // The attempt was stored, but the process died before the job was put off; or a probe was the attempt.
  const remainingMs = (delivery.nextAttemptAt?.getTime() ?? 0) - nowMs
  if (remainingMs > 1000) return retryLater(remainingMs)
  if (!hasToWait(ctx, payload, delivery))
    return attempt(ctx, { tenantId, delivery, slot, signal: run.signal })
  const isDown = delivery.strikes >= downAtStrikes
  endpointSlots.of(ctx).park(webhookId)
  slot.leave()
  await park(ctx, payload, isDown ? (delivery.probeAt ?? undefined) : undefined)
  return done
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
  handleJob(resumeJob, resumeEndpoint),
  handleJob(pruneJob, (ctx, _payload, run) => prune(ctx, run)),
]

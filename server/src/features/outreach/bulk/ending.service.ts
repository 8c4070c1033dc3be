import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { releaseMessages } from '../../account/usage/usage.service.ts'
import { bulkChanged, bulkSendCompleted } from './bulk.schema.ts'
import { lockJob, lockLane, startNext, updateJob } from './bulk.store.ts'
import type { BulkJobRow, JobWait } from './bulk.tables.ts'
import { hasWaiting, type NotSent, skipWaiting, updateNotSent } from './recipients.store.ts'

/** Failures in a row after which a job stops and says why. */
export const mostFailures = 5

/** Tells that something people see of a job changed. */
export function tellChanged(
  ctx: Context,
  sql: Sql,
  { tenantId, sessionId, id }: Pick<BulkJobRow, 'tenantId' | 'sessionId' | 'id'>,
): Promise<void> {
  return ctx.events.publish(sql, bulkChanged, { tenantId, sessionId, jobId: id })
}

/** Lets the session's next job run, unless one does, no sooner than `pacedUntil`. The lane is locked. */
export async function startNextJob(
  ctx: Context,
  sql: Sql,
  { tenantId, sessionId }: Pick<BulkJobRow, 'tenantId' | 'sessionId'>,
  pacedUntil: Date | null = null,
): Promise<void> {
  const started = await startNext(sql, { tenantId, sessionId, pacedUntil }, ctx.clock.now())
  if (started !== undefined) await tellChanged(ctx, sql, { tenantId, sessionId, id: started })
}

/** Gives back quota that a job has reserved; the job is held. */
export async function releaseOf(sql: Sql, job: BulkJobRow, count: number): Promise<void> {
  if (job.quotaMonth === null || count <= 0) return
  await releaseMessages(sql, job.tenantId, job.quotaMonth.slice(0, 7), count)
}

/**
 * Ends a job: whoever still waits is skipped for `reason`, what is left of its quota is given back, those who wait for
 * the end are told, and the session's next job starts. The lane is locked and the job held. Answers the quota given back.
 */
export async function endJob(
  ctx: Context,
  sql: Sql,
  job: BulkJobRow,
  end: { status: 'completed' | 'cancelled' | 'failed'; reason: string; error?: string },
): Promise<number> {
  const now = ctx.clock.now()
  const skipped = await skipWaiting(sql, job.id, end.reason, job.inFlightId)
  const kept = job.inFlightId === null ? 0 : Math.min(1, job.quotaReserved)
  const released = job.quotaReserved - kept
  await releaseOf(sql, job, released)
  const skippedCount = job.skippedCount + skipped
  await updateJob(sql, job.id, {
    status: end.status,
    error: end.error ?? null,
    skippedCount,
    quotaReserved: kept,
    waitsFor: null,
    nextSendAt: null,
    completedAt: now,
    updatedAt: now,
  })
  const { tenantId, sessionId, source, sourceId, executionId } = job
  const about = { tenantId, jobId: job.id, sessionId, source, sourceId, executionId, status: end.status }
  const counts = {
    total: job.totalRecipients,
    sent: job.sentCount,
    failed: job.failedCount,
    skipped: skippedCount,
  }
  await ctx.events.publish(sql, bulkSendCompleted, { ...about, ...counts })
  await tellChanged(ctx, sql, job)
  await startNextJob(ctx, sql, job, job.pacedUntil)
  return released
}

/** Runs `work` with a job held in its lane, in one transaction; what it answers, or undefined when the job is gone. */
export function withJob<T>(
  ctx: Context,
  { tenantId, sessionId, id }: Pick<BulkJobRow, 'tenantId' | 'sessionId' | 'id'>,
  work: (sql: Sql, job: BulkJobRow) => Promise<T>,
): Promise<T | undefined> {
  return ctx.db.transaction(async (sql) => {
    await lockLane(sql, sessionId)
    const job = await lockJob(sql, tenantId, id)
    return job === undefined ? undefined : work(sql, job)
  })
}

/** Ends a job of which nobody waits any more; false when somebody does after all. */
export async function completeJob(ctx: Context, job: BulkJobRow): Promise<boolean> {
  const isEnded = await withJob(ctx, job, async (sql, held) => {
    if (held.status !== 'running') return true
    if (held.inFlightId !== null || (await hasWaiting(sql, held.id))) return false
    await endJob(ctx, sql, held, { status: 'completed', reason: 'completed' })
    return true
  })
  return isEnded ?? true
}

/**
 * The time for a job is over: whoever was not reached is skipped. Also for one that waits or is paused. False while its
 * last message is on its way.
 */
export async function expireJob(
  ctx: Context,
  job: Pick<BulkJobRow, 'tenantId' | 'sessionId' | 'id'>,
): Promise<boolean> {
  const isOver = await withJob(ctx, job, async (sql, held) => {
    const isOpen = held.status === 'running' || held.status === 'pending' || held.status === 'paused'
    if (!isOpen || held.sendBefore === null || held.sendBefore > ctx.clock.now()) return true
    if (held.inFlightId === null) {
      await endJob(ctx, sql, held, { status: 'completed', reason: 'expired' })
      return true
    }
    // The last message is on its way; the job ends when it is known how that went.
    const skipped = await skipWaiting(sql, held.id, 'expired', held.inFlightId)
    if (skipped === 0) return false
    const kept = Math.min(1, held.quotaReserved)
    await releaseOf(sql, held, held.quotaReserved - kept)
    await updateJob(sql, held.id, { skippedCount: held.skippedCount + skipped, quotaReserved: kept })
    await tellChanged(ctx, sql, held)
    return false
  })
  return isOver ?? true
}

/** Stops a job by itself and says why; the session's next one goes on meanwhile. */
export async function pauseByItself(ctx: Context, job: BulkJobRow, error: string): Promise<void> {
  await withJob(ctx, job, async (sql, held) => {
    if (held.status !== 'running') return
    const updatedAt = ctx.clock.now()
    await updateJob(sql, held.id, { status: 'paused', error, waitsFor: null, nextSendAt: null, updatedAt })
    await tellChanged(ctx, sql, held)
    await startNextJob(ctx, sql, held, held.pacedUntil)
  })
}

/** What else changes with recipients who get no message. */
export interface SideEffects {
  /** It counts as a failure in a row, though nobody failed. */
  isFailure?: boolean
  /** What went wrong, for people. */
  problem?: string
  /** The job goes on no sooner. */
  pacedUntil?: Date
  /** What it waits for until then. */
  waitsFor?: JobWait
  /** Until then nobody who has not written gets anything. */
  cold?: { until: Date; reason: JobWait }
  /** Their turn comes again from this position on. */
  rewindTo?: number
}

/** What of a job changes with its place in the list and the times it keeps. */
function progressOf(job: BulkJobRow, { pacedUntil, waitsFor, cold, rewindTo }: SideEffects) {
  const isShown = job.status === 'running'
  return {
    ...(rewindTo === undefined ? {} : { nextPosition: Math.min(job.nextPosition, rewindTo) }),
    ...(pacedUntil === undefined ? {} : { pacedUntil }),
    ...(isShown ? { waitsFor: waitsFor ?? null, nextSendAt: pacedUntil ?? job.nextSendAt } : {}),
    ...(cold === undefined ? {} : { coldUntil: cold.until, coldReason: cold.reason, warmPosition: 0 }),
  }
}

/**
 * Stores that recipients get no message, or not now: counters, quota and who is in flight follow. A job that has ended
 * meanwhile takes nobody back. The job is held.
 */
export async function noteNotSent(
  ctx: Context,
  sql: Sql,
  job: BulkJobRow,
  ids: readonly string[],
  outcome: NotSent,
  effects: SideEffects = {},
): Promise<void> {
  const isOver = job.completedAt !== null
  const final: NotSent =
    isOver && outcome.status === 'pending' ? { status: 'skipped', skipReason: 'cancelled' } : outcome
  const { status } = final
  const count = await updateNotSent(sql, ids, final)
  const isFinal = status !== 'pending'
  if (isFinal) await releaseOf(sql, job, count)
  const isFailure = status === 'failed' || effects.isFailure === true
  const holdsQuota = isFinal && job.quotaMonth !== null
  await updateJob(sql, job.id, {
    failedCount: job.failedCount + (status === 'failed' ? count : 0),
    skippedCount: job.skippedCount + (status === 'skipped' || status === 'opted_out' ? count : 0),
    failureStreak: job.failureStreak + (isFailure ? 1 : 0),
    ...(holdsQuota ? { quotaReserved: Math.max(0, job.quotaReserved - count) } : {}),
    ...(job.inFlightId !== null && ids.includes(job.inFlightId) ? { inFlightId: null } : {}),
    ...(isFailure && effects.problem !== undefined ? { error: effects.problem } : {}),
    ...progressOf(job, effects),
    updatedAt: ctx.clock.now(),
  })
  await tellChanged(ctx, sql, job)
}

import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { validationFailed } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { customGroupInUse } from '../../groups/custom-groups/custom-groups.schema.ts'
import type { SessionTransition } from '../../sessions/lifecycle/sessions.schema.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { type BulkJobObject, bulkWrongState, type EditBulk } from './bulk.schema.ts'
import { scheduleExpiry } from './bulk.service.ts'
import {
  findJob,
  hasUnfinished,
  listUnfinished,
  lockLane,
  markWaitingForSession,
  updateJob,
  updateUnlocked,
} from './bulk.store.ts'
import type { BulkJobRow, BulkJobStatus } from './bulk.tables.ts'
import { checkMediaUrl, checkTexts, encodeJob, requireFuture, requireJob } from './bulk-send.service.ts'
import { endJob, expireJob, startNextJob, tellChanged, withJob } from './ending.service.ts'
import { clearNotBefore } from './recipients.store.ts'

const minuteMs = 60_000

function requireState(job: BulkJobRow, states: readonly BulkJobStatus[]): void {
  if (states.includes(job.status)) return
  const message = `The job is ${job.status}; this needs one that is ${states.join(' or ')}`
  throw bulkWrongState.create({ message })
}

/** Changes a job in its lane and answers it as it is then. */
async function steer(
  ctx: Context,
  id: string,
  change: (sql: Sql, job: BulkJobRow) => Promise<void>,
): Promise<BulkJobObject> {
  const known = await requireJob(ctx, id)
  const changed = await withJob(ctx, known, async (sql, job) => {
    await change(sql, job)
    return findJob(sql, job.tenantId, id)
  })
  return encodeJob(changed ?? (await requireJob(ctx, id)))
}

/** Pauses a job; the message that is on its way is finished, the session's next job goes on. */
export function pauseBulkSend(ctx: Context, id: string): Promise<BulkJobObject> {
  return steer(ctx, id, async (sql, job) => {
    requireState(job, ['running', 'pending'])
    const updatedAt = ctx.clock.now()
    await updateJob(sql, id, { status: 'paused', error: null, waitsFor: null, nextSendAt: null, updatedAt })
    await tellChanged(ctx, sql, job)
    if (job.status === 'running') await startNextJob(ctx, sql, job, job.pacedUntil)
  })
}

/** Lets a paused job go on where it was; it is `pending` while another job of the session runs. */
export async function resumeBulkSend(ctx: Context, id: string): Promise<BulkJobObject> {
  const known = await requireJob(ctx, id)
  requireState(known, ['paused'])
  await getWorkingSession(ctx, known.sessionId)
  return steer(ctx, id, async (sql, job) => {
    requireState(job, ['paused'])
    const updatedAt = ctx.clock.now()
    // What stood in the way may have been mended: all is tried anew.
    const fresh = { failureStreak: 0, coldUntil: null, coldReason: null, warmPosition: 0 }
    await updateJob(sql, id, { status: 'pending', error: null, ...fresh, updatedAt })
    await tellChanged(ctx, sql, job)
    await startNextJob(ctx, sql, job)
  })
}

/** Ends a job for good; whoever still waits is skipped, the quota for them is given back. */
export async function cancelBulkSend(
  ctx: Context,
  id: string,
): Promise<BulkJobObject & { quota_released: number }> {
  let released = 0
  const job = await steer(ctx, id, async (sql, held) => {
    requireState(held, ['running', 'pending', 'paused'])
    released = await endJob(ctx, sql, held, { status: 'cancelled', reason: 'cancelled' })
  })
  return { ...job, quota_released: released }
}

/** What an edit leaves a job with. */
function editedContents(job: BulkJobRow, input: EditBulk) {
  const content = input.message_content ?? input.message
  const messageContent = content ?? (input.variants === undefined ? job.messageContent : null)
  const variants = input.variants ?? (content === undefined ? job.variants : null)
  const mediaUrl = input.media_url === undefined ? job.mediaUrl : input.media_url
  const messageType: BulkJobRow['messageType'] = mediaUrl === null ? 'text' : 'media'
  return { messageContent, variants, mediaUrl, messageType }
}

/** Changes a job that does not run; whoever has got the message already keeps it as it was. */
export async function editBulkSend(ctx: Context, id: string, input: EditBulk): Promise<BulkJobObject> {
  const known = await requireJob(ctx, id)
  requireState(known, ['paused', 'pending'])
  const next = editedContents(known, input)
  if (next.messageContent === null && next.variants === null && next.mediaUrl === null) {
    const message = 'the job would have nothing to send'
    const details = { errors: [{ field: 'media_url', message }] }
    throw validationFailed.create({ message: `media_url: ${message}`, details })
  }
  const { send_before: sendBefore } = input
  if (sendBefore !== undefined && sendBefore !== null) requireFuture(ctx, sendBefore)
  if (input.media_url !== undefined && input.media_url !== null) checkMediaUrl(ctx, input.media_url)
  const texts = { content: next.messageContent, variants: next.variants }
  await checkTexts(ctx, tenantOf(ctx), known.customGroupId, texts)
  return steer(ctx, id, async (sql, job) => {
    requireState(job, ['paused', 'pending'])
    await updateJob(sql, id, {
      ...editedContents(job, input),
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.quiet_hours === undefined ? {} : { quietHours: input.quiet_hours }),
      ...(input.time_zone === undefined ? {} : { timeZone: input.time_zone }),
      ...(sendBefore === undefined ? {} : { sendBefore }),
      updatedAt: ctx.clock.now(),
    })
    const isQuietOtherwise = input.quiet_hours !== undefined || input.time_zone !== undefined
    if (isQuietOtherwise && (await clearNotBefore(sql, id)) > 0) await updateJob(sql, id, { nextPosition: 0 })
    if (sendBefore !== undefined) await scheduleExpiry(ctx, sql, { ...job, sendBefore })
    await tellChanged(ctx, sql, job)
  })
}

/** A session is gone: what was to be sent through it cannot be sent any more. */
export async function failJobsOf(ctx: Context, sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  await lockLane(sql, sessionId)
  const error = 'The session was deleted'
  for (const job of await listUnfinished(sql, tenantId, sessionId)) {
    // Held back first, so that the end of one does not start the next. What was on its way went with the session.
    await updateJob(sql, job.id, { status: 'paused', inFlightId: null })
  }
  for (const job of await listUnfinished(sql, tenantId, sessionId))
    await endJob(ctx, sql, job, { status: 'failed', reason: 'session_deleted', error })
}

/** A session is not connected any more: its job says so until somebody takes it up. */
export async function noteDisconnected(
  ctx: Context,
  sql: Sql,
  { tenantId, sessionId }: { tenantId: string; sessionId: string },
): Promise<void> {
  for (const id of await markWaitingForSession(sql, tenantId, sessionId, ctx.clock.now()))
    await tellChanged(ctx, sql, { tenantId, sessionId, id })
}

/** WhatsApp lets sessions start conversations again: their jobs do not wait for the end that it had named. */
export async function noteRestrictions(
  ctx: Context,
  sql: Sql,
  states: readonly SessionTransition[],
): Promise<void> {
  // Without a connection nobody knows; with a reason it is restricted still.
  const free = states.filter(({ status, statusReason }) => status === 'working' && statusReason === null)
  if (free.length === 0) return
  for (const job of await updateUnlocked(sql, free, ctx.clock.now())) {
    // Who passed for warm and was not was put off until that end, too.
    if ((await clearNotBefore(sql, job.id)) > 0) await updateJob(sql, job.id, { nextPosition: 0 })
    await tellChanged(ctx, sql, job)
  }
}

/**
 * The time that a job had may be over; it may also have been changed, or lie further ahead than a timer holds. Of a job
 * whose last message is on its way somebody looks again: one that does not run has nobody else who would.
 */
export async function expireWhenDue(
  ctx: Context,
  job: { tenantId: string; sessionId: string; id: string },
): Promise<JobOutcome> {
  const found = await findJob(ctx.db.sql, job.tenantId, job.id)
  if (found === undefined || found.completedAt !== null || found.sendBefore === null) return done
  if (found.sendBefore <= ctx.clock.now()) return (await expireJob(ctx, job)) ? done : retryLater(minuteMs)
  await scheduleExpiry(ctx, ctx.db.sql, found)
  return done
}

/** A list that an unfinished job writes to stays: 400. */
export async function refuseDeletion(sql: Sql, tenantId: string, groupId: string): Promise<void> {
  if (await hasUnfinished(sql, tenantId, groupId)) throw customGroupInUse.create()
}

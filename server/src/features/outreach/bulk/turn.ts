import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { MessageProgress } from '../../conversations/messages/message-events.schema.ts'
import { findMessageById } from '../../conversations/messages/messages.service.ts'
import { recipientOptedOut } from '../../safety/opt-outs/opt-outs.schema.ts'
import { failureOf } from '../../sending/outbox/send-failures.schema.ts'
import { addSent, findRunning, listInFlight, updateJob } from './bulk.store.ts'
import type { BulkJobRow, BulkRecipientRow, JobWait } from './bulk.tables.ts'
import { choose } from './choose.ts'
import {
  completeJob,
  expireJob,
  mostFailures,
  pauseByItself,
  type SideEffects,
  tellChanged,
  withJob,
} from './ending.service.ts'
import { findRecipient, hasWaiting, lockJobsOf, type NotSent, updateSent } from './recipients.store.ts'
import { isHeldElsewhere, letGo, pauseMsOf, sendClaimed, sendTo } from './send-one.ts'

/** A message that is on its way is looked after so often, in case its event was missed. */
const lookAgainMs = 15_000
const hourMs = 3_600_000

/** Codes with which WhatsApp refuses a new conversation, and those with which it asks for less. */
const coldRefusals = new Set(['ack_463', 'ack_475'])
const slowDowns = new Set(['ack_420', 'ack_429'])

/** In the transaction that marks messages as sent: those of bulk jobs are counted there. */
export async function noteSent(ctx: Context, sql: Sql, payloads: readonly MessageProgress[]): Promise<void> {
  const sent = payloads.filter(({ metadata }) => metadata?.bulk_recipient_id !== undefined)
  if (sent.length === 0) return
  await lockJobsOf(
    sql,
    sent.map(({ messageId }) => messageId),
  )
  const now = ctx.clock.now()
  const marked = await updateSent(sql, sent, now)
  const byJob = [...Map.groupBy(marked, ({ jobId }) => jobId)].map(([jobId, rows]) => ({
    jobId,
    recipientIds: rows.map(({ id }) => id),
    pacedUntil: new Date(now.getTime() + pauseMsOf(ctx)),
  }))
  if (byJob.length === 0) return
  for (const job of await addSent(sql, byJob, now)) await tellChanged(ctx, sql, job)
}

/** What follows from a message that WhatsApp or the engine did not take. */
function consequenceOf(
  ctx: Context,
  recipient: BulkRecipientRow,
  error: string | null,
): { outcome: NotSent; effects: SideEffects } {
  const now = ctx.clock.now()
  const later = (ms: number): Date => new Date(now.getTime() + ms)
  if (error !== null && coldRefusals.has(error)) {
    const cold = { until: later(hourMs), reason: 'reach_out_lock' as const }
    return {
      outcome: { status: 'pending', needsNewMessage: true },
      effects: { cold, rewindTo: recipient.position },
    }
  }
  const problem = failureOf(error).message
  if (error !== null && slowDowns.has(error)) {
    const effects = { problem, isFailure: true, waitsFor: 'limits' as const }
    const pacedUntil = later(10 * 60_000)
    return {
      outcome: { status: 'pending', needsNewMessage: true },
      effects: { ...effects, pacedUntil, rewindTo: recipient.position },
    }
  }
  if (error === 'recipient_not_on_whatsapp')
    return { outcome: { status: 'skipped', skipReason: 'not_on_whatsapp' }, effects: {} }
  if (error === recipientOptedOut.code)
    return { outcome: { status: 'opted_out', skipReason: 'opted_out' }, effects: {} }
  return { outcome: { status: 'failed', error: error ?? 'no_answer' }, effects: { problem } }
}

/** Finds out how the message on its way ended, or sees to it that it leaves; false while that is not known. */
async function settle(ctx: Context, job: BulkJobRow): Promise<boolean> {
  const recipient = job.inFlightId === null ? undefined : await findRecipient(ctx.db.sql, job.inFlightId)
  if (recipient?.status !== 'pending' || recipient.messageId === null) {
    await withJob(ctx, job, async (sql, held) => {
      if (held.inFlightId === job.inFlightId) await updateJob(sql, job.id, { inFlightId: null })
    })
    return true
  }
  const message = await findMessageById(ctx, job.tenantId, recipient.messageId)
  if (message === undefined) {
    if (isHeldElsewhere(ctx, recipient)) return false
    // The process that claimed them ended before the message was stored.
    if (job.status === 'running') await sendClaimed(ctx, job, recipient, recipient.messageId)
    else await letGo(ctx, job, recipient.id, { status: 'pending' }, { rewindTo: recipient.position })
    return job.status !== 'running'
  }
  if (message.status === 'pending') return false
  if (message.status === 'failed') {
    const { outcome, effects } = consequenceOf(ctx, recipient, message.error)
    await letGo(ctx, job, recipient.id, outcome, effects)
    return true
  }
  // Sent, and counted in the same transaction: the job was read before.
  return true
}

/** Shows what a job waits for. */
async function showWait(ctx: Context, job: BulkJobRow, reason: JobWait | null, until: Date): Promise<void> {
  if (job.waitsFor === reason && job.nextSendAt?.getTime() === until.getTime()) return
  await withJob(ctx, job, async (sql, held) => {
    if (held.status !== 'running') return
    await updateJob(sql, job.id, { waitsFor: reason, nextSendAt: until, updatedAt: ctx.clock.now() })
    await tellChanged(ctx, sql, job)
  })
}

/** One turn of the job that runs; answers the milliseconds until the next one. */
async function takeTurn(ctx: Context, job: BulkJobRow): Promise<number> {
  const now = ctx.clock.now()
  if (job.failureStreak >= mostFailures) {
    const error = `Paused after ${job.failureStreak} failures in a row. The last one: ${job.error ?? 'unknown'}`
    await pauseByItself(ctx, job, error)
    return 0
  }
  if (job.sendBefore !== null && job.sendBefore <= now) {
    await expireJob(ctx, job)
    return 0
  }
  // Behind the last one nobody has to wait for the pause to be over.
  const isAtEnd = job.nextPosition >= job.totalRecipients
  if (isAtEnd && !(await hasWaiting(ctx.db.sql, job.id))) {
    await completeJob(ctx, job)
    return 0
  }
  if (job.pacedUntil !== null && job.pacedUntil > now) {
    // What it waited for is there again.
    if (job.waitsFor === 'session') await showWait(ctx, job, null, job.pacedUntil)
    return job.pacedUntil.getTime() - now.getTime()
  }
  const choice = await choose(ctx, job)
  switch (choice.kind) {
    case 'again':
      return 0
    case 'recipient':
      await sendTo(ctx, job, choice.recipient)
      return 0
    case 'nobody':
      await completeJob(ctx, job)
      return 0
    case 'wait':
      await showWait(ctx, job, choice.reason, choice.shown)
      return Math.max(1, choice.until.getTime() - now.getTime())
  }
}

/**
 * One step of what a session has to send for bulk jobs; answers the milliseconds until the next one, or undefined when
 * no job runs. Only where the session is connected, and once at a time.
 */
export async function stepSession(ctx: Context, sessionId: string): Promise<number | undefined> {
  for (const job of await listInFlight(ctx.db.sql, sessionId)) {
    const own: Context = { ...ctx, caller: { kind: 'system', tenantId: job.tenantId } }
    if (!(await settle(own, job))) return lookAgainMs
  }
  const job = await findRunning(ctx.db.sql, sessionId)
  if (job === undefined) return undefined
  // The message left while this was found out.
  if (job.inFlightId !== null) return lookAgainMs
  return takeTurn({ ...ctx, caller: { kind: 'system', tenantId: job.tenantId } }, job)
}

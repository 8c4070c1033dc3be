import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { MessageProgress } from '../../conversations/messages/message-events.schema.ts'
import type { BulkEnded } from '../bulk/bulk.schema.ts'
import type { PostConcluded } from '../channels/channels.schema.ts'
import type { ChannelPostRow } from '../channels/channels.tables.ts'
import { zonedTimestamps } from '../recurrence/recurrence.service.ts'
import {
  completeOneTime,
  findFigures,
  listOfMessages,
  type UnfinishedRun,
  updateRunning,
} from './executions.store.ts'
import { type ScheduleExecuted, scheduleExecuted } from './schedules.schema.ts'
import { findSchedule } from './schedules.store.ts'

/** How a run ended. */
export interface RunOutcome {
  status: ScheduleExecuted['status']
  totalRecipients: number
  sentCount?: number
  failedCount?: number
  skippedCount?: number
  /** A code. */
  error?: string | null
}

/** A run to one chat or channel that did not leave. */
export function notSent(status: 'failed' | 'skipped', error: string): RunOutcome {
  const counts = status === 'failed' ? { failedCount: 1 } : { skippedCount: 1 }
  return { status, totalRecipients: 1, ...counts, error }
}

/** A run to one chat or channel that left. */
export const sentToOne: RunOutcome = { status: 'completed', totalRecipients: 1, sentCount: 1 }

/** Ends a run in the caller's transaction, once: whoever comes second changes and publishes nothing. */
export async function conclude(
  ctx: Context,
  sql: Sql,
  { tenantId, executionId }: { tenantId: string; executionId: string },
  outcome: RunOutcome,
): Promise<void> {
  const now = ctx.clock.now()
  const { status, totalRecipients, sentCount = 0, failedCount = 0, skippedCount = 0, error = null } = outcome
  const counts = { totalRecipients, sentCount, failedCount, skippedCount }
  const change = { status, ...counts, error, finishedAt: now }
  const ended = await updateRunning(sql, tenantId, executionId, change)
  if (ended === undefined) return
  const { scheduleId } = ended
  await completeOneTime(sql, tenantId, scheduleId, now)
  const schedule = await findSchedule(sql, tenantId, scheduleId)
  const next = schedule?.nextRunAt ?? null
  const [nextRunAt = null] = next === null ? [] : zonedTimestamps([next], schedule?.timezone ?? 'UTC')
  const run = { tenantId, scheduleId, executionId, status, ...counts, error, nextRunAt }
  await ctx.events.publish(sql, scheduleExecuted, run)
}

/** Figures of a campaign, and how it ended. */
interface EndedJob {
  status: BulkEnded['status']
  total: number
  sent: number
  failed: number
  skipped: number
}

/** What a campaign that has ended makes of the run that made it. */
function outcomeOfJob({ status, total, sent, failed, skipped }: EndedJob): RunOutcome {
  const counts = { totalRecipients: total, sentCount: sent, failedCount: failed, skippedCount: skipped }
  const error = status === 'completed' ? null : `bulk_${status}`
  if (sent > 0) return { status: failed > 0 || error !== null ? 'partial' : 'completed', ...counts, error }
  if (failed > 0 || status === 'failed') return { status: 'failed', ...counts, error }
  return { status: 'skipped', ...counts, error: error ?? 'nobody_reached' }
}

/** Campaigns have ended, in the transaction that ends them. */
export async function concludeJobs(ctx: Context, sql: Sql, jobs: readonly BulkEnded[]): Promise<void> {
  for (const { tenantId, executionId, jobId, status } of jobs) {
    if (executionId === null) continue
    const figures = await findFigures(sql, tenantId, jobId)
    if (figures === undefined) continue
    await conclude(ctx, sql, { tenantId, executionId }, outcomeOfJob({ ...figures, status }))
  }
}

/** Whether a message is one of a schedule's: what else is sent is not looked up. */
const isOfSchedule = ({ metadata }: MessageProgress): boolean =>
  typeof metadata?.['schedule_execution_id'] === 'string'

/** Messages have left or failed, in the transaction that stores so. */
export async function concludeMessages(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageProgress[],
): Promise<void> {
  const own = new Map(messages.filter(isOfSchedule).map((message) => [message.messageId, message]))
  if (own.size === 0) return
  for (const { id, tenantId, messageId } of await listOfMessages(sql, [...own.values()])) {
    const message = own.get(messageId ?? '')
    if (message === undefined) continue
    const outcome = message.status === 'failed' ? notSent('failed', message.error ?? 'failed') : sentToOne
    await conclude(ctx, sql, { tenantId, executionId: id }, outcome)
  }
}

/** How a post to a channel ended; undefined while it has not. */
export function outcomeOfPost({ status, error }: Pick<ChannelPostRow, 'status' | 'error'>) {
  if (status === 'pending') return undefined
  return status === 'sent' ? sentToOne : notSent('failed', error ?? 'failed')
}

/** Posts have left or failed, in the transaction that stores so. */
export async function concludePosts(ctx: Context, sql: Sql, posts: readonly PostConcluded[]): Promise<void> {
  for (const { tenantId, executionId, postId, ...post } of posts) {
    if (executionId === null) continue
    await updateRunning(sql, tenantId, executionId, { postId })
    const outcome = outcomeOfPost(post)
    if (outcome !== undefined) await conclude(ctx, sql, { tenantId, executionId }, outcome)
  }
}

/** A run to a chat or a channel that has nothing to show after so long has lost the job that sends. */
const longestSendingMs = 24 * 60 * 60_000

/** How a run ended whose end was not heard of; undefined while it is under way. */
export function outcomeOfUnfinished(run: UnfinishedRun, nowMs: number): RunOutcome | undefined {
  const { jobId, jobStatus, messageId, messageStatus, messageError, postId, postStatus, postError } = run
  if (jobId !== null) {
    if (jobStatus === null) return { status: 'skipped', totalRecipients: 0, error: 'bulk_job_gone' }
    if (jobStatus === 'completed' || jobStatus === 'cancelled' || jobStatus === 'failed')
      return outcomeOfJob({ ...run, status: jobStatus })
    return undefined
  }
  if (messageId !== null) {
    if (messageStatus === null) return notSent('failed', 'message_gone')
    if (messageStatus === 'failed') return notSent('failed', messageError ?? 'failed')
    return messageStatus.startsWith('pending') ? undefined : sentToOne
  }
  if (postStatus !== null) return outcomeOfPost({ status: postStatus, error: postError })
  if (postId !== null) return notSent('failed', 'post_gone')
  return nowMs - run.startedAtMs > longestSendingMs ? notSent('failed', 'internal_error') : undefined
}

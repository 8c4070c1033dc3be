import type { Context } from '../../../context.ts'
import { chatKind, parsePhone } from '../../../engine/ids.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, planLimitReached } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { displayName, findContactByDigits } from '../../conversations/contacts/contacts.service.ts'
import type { StoredReference } from '../../sending/outbox/outbox.schema.ts'
import { submitTextOrFile } from '../../sending/send/send-attachment.service.ts'
import { publishPost } from '../channels/channels.service.ts'
import { type FilledText, fillText, renderTemplate } from '../templating/templating.service.ts'
import { conclude, notSent, outcomeOfPost, type RunOutcome } from './conclude.service.ts'
import { findExecution, updateRunning } from './executions.store.ts'
import { sendExecutionJob } from './schedules.schema.ts'
import { findSchedule } from './schedules.store.ts'
import type { ExecutionRow, ScheduleRow } from './schedules.tables.ts'

/** In a group or a channel: nobody in particular. */
const nobody = { phone: '', name: null }

/** While too many messages wait for the session's pace the run waits, too: so long each time, and in all. */
const againMs = 30_000
const longestWaitMs = 60 * 60_000

/** Sends what a run to a chat has to send; the job may be tried again, the message is one. */
export async function sendExecution(
  ctx: Context,
  place: { tenantId: string; executionId: string },
  run: Pick<JobRun, 'attempt'>,
): Promise<JobOutcome> {
  const execution = await findExecution(ctx.db.sql, place.tenantId, place.executionId)
  // With a message it has been sent, or is about to be: the outbox sees to that.
  if (execution?.status !== 'running' || execution.messageId !== null) return done
  const schedule = await findSchedule(ctx.db.sql, place.tenantId, execution.scheduleId)
  if (schedule === undefined) return done
  let outcome: RunOutcome | undefined
  try {
    outcome = await sendTo(ctx, schedule, execution)
  } catch (error) {
    if (error instanceof AppError) {
      const waitedMs = ctx.clock.nowMs() - execution.startedAt.getTime()
      if ((error.status === 429 || error.status === 503) && waitedMs < longestWaitMs)
        return retryLater(againMs, error)
      outcome = refused(error)
    } else {
      if (run.attempt <= (sendExecutionJob.options.retryLimit ?? 0)) throw error
      ctx.log.error({ err: error, execution: execution.id }, 'a run of a schedule could not be sent')
      outcome = notSent('failed', 'internal_error')
    }
  }
  const ended = outcome
  if (ended !== undefined) await ctx.db.transaction((sql) => conclude(ctx, sql, place, ended))
  return done
}

/** What the pipeline refuses of a recipient is skipped; a used up quota and what cannot be sent is failed. */
function refused({ code, status }: AppError): RunOutcome {
  return notSent(status === 403 && code !== planLimitReached.code ? 'skipped' : 'failed', code)
}

/** Hands the message to the outbox, or tells why not. Its outcome is heard of as an event. */
async function sendTo(
  ctx: Context,
  schedule: ScheduleRow,
  execution: ExecutionRow,
): Promise<RunOutcome | undefined> {
  const { tenantId, id: executionId } = execution
  const { sessionId, chatId, channelId } = schedule
  if (channelId !== null) return postTo(ctx, schedule, { executionId, channelId })
  if (chatId === null) throw new Error('a schedule has no target')
  const filled = await textFor(ctx, schedule, chatId)
  const { mediaUrl } = schedule
  if ('skip' in filled && (filled.skip !== 'empty' || mediaUrl === null))
    return notSent('skipped', filled.skip)
  const text = 'skip' in filled ? '' : filled.text
  const counts = chatKind(chatId) === 'group' ? { deliveredTo: 0, readBy: 0 } : {}
  const outgoing = {
    sessionId,
    chatId,
    origin: 'schedule' as const,
    isAsync: true,
    metadata: { schedule_id: schedule.id, schedule_execution_id: executionId },
    // No caller can give such a key: theirs have no space.
    idempotency: { key: `schedule ${executionId}`, bodyHash: 'schedule' },
    alongside: async (sql: Sql, { id: messageId }: StoredReference) => {
      await updateRunning(sql, tenantId, executionId, { messageId, ...counts })
      return undefined
    },
  }
  await submitTextOrFile(ctx, outgoing, { text, mediaUrl })
  return undefined
}

/** Posts to the channel; a post whose answer takes long is heard of as an event. */
async function postTo(
  ctx: Context,
  { id: scheduleId, tenantId, messageContent, mediaUrl }: ScheduleRow,
  run: { executionId: string; channelId: string },
): Promise<RunOutcome | undefined> {
  const text = messageContent === null ? undefined : renderTemplate(messageContent, nobody)
  const content = { text: text === '' ? undefined : text, mediaUrl: mediaUrl ?? undefined }
  const post = await publishPost(ctx, { ...run, ...content, scheduleId })
  await updateRunning(ctx.db.sql, tenantId, run.executionId, { postId: post.id })
  return outcomeOfPost(post)
}

/** The text as it is for this chat. */
async function textFor(
  ctx: Context,
  { tenantId, messageContent }: ScheduleRow,
  chatId: string,
): Promise<FilledText> {
  const content = messageContent ?? ''
  const phone = chatKind(chatId) === 'person' ? parsePhone(chatId) : undefined
  const contact =
    phone === undefined || !content.includes('{{')
      ? undefined
      : await findContactByDigits(ctx.db.sql, tenantId, phone)
  const name = contact === undefined ? null : displayName(contact)
  return fillText(content, phone === undefined ? nobody : { phone, name })
}

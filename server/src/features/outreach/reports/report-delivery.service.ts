import { type Context, tenantOf } from '../../../context.ts'
import { requireChatId } from '../../../engine/ids.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import type { MessageProgress } from '../../conversations/messages/message-events.schema.ts'
import { failureOf } from '../../sending/outbox/send-failures.schema.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import { listTenantSessions, type SessionRow } from '../../sessions/lifecycle/sessions.service.ts'
import { endRun } from './report-runs.service.ts'
import { deliverReportJob } from './reports.schema.ts'
import * as store from './reports.store.ts'
import type { ReportExecutionRow } from './reports.tables.ts'

/** A session that connects anew is waited for so long. */
const patienceMs = 15 * 60_000
/** The queue of a session may be full for longer: it empties by itself. */
const longestWaitMs = 12 * 3_600_000
const againMs = 30_000

/** Where the metadata of a message says which report and which run of it it is. */
const reportKey = 'report_id'
const executionKey = 'report_execution_id'

async function fail(ctx: Context, executionId: string, error: string): Promise<JobOutcome> {
  await ctx.db.transaction((sql) => endRun(ctx, sql, executionId, 'undelivered', { error }))
  return done
}

/** The session whose own chat the report goes to: its own one, else the first that works, else the first. */
async function sessionOf(ctx: Context, sessionId: string | null): Promise<SessionRow | undefined> {
  const sessions = await listTenantSessions(ctx)
  if (sessionId !== null) return sessions.find(({ id }) => id === sessionId)
  return sessions.find(({ status }) => status === 'working') ?? sessions[0]
}

/** Whether a session that cannot send now will in a moment, by itself. */
function isComingBack({ status, desiredState }: SessionRow): boolean {
  return desiredState === 'running' && status === 'starting'
}

/**
 * Sends a report to the own chat of its session's account, under a key of its run: a crash at any moment leads to the
 * same message. What is refused is kept with the run and told; whether it left is told by the message's own events.
 */
export async function deliverRun(ctx: Context, executionId: string, run: JobRun): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  const execution = await store.findExecution(ctx.db.sql, tenantId, executionId)
  if (execution === undefined || !isUndelivered(execution) || execution.text === null) return done
  const report = await store.findReport(ctx.db.sql, tenantId, execution.reportId)
  if (report === undefined) return done
  const session = await sessionOf(ctx, report.sessionId)
  if (session === undefined) return fail(ctx, executionId, 'There is no session to send it with')
  const waitedMs = ctx.clock.nowMs() - execution.runAt.getTime()
  if (isComingBack(session) && waitedMs < patienceMs) return retryLater(againMs)
  if (session.phoneNumber === null)
    return fail(ctx, executionId, 'The session is not linked to an account yet')
  try {
    await submit(ctx, {
      sessionId: session.id,
      chatId: requireChatId(`${session.phoneNumber}@c.us`),
      content: { kind: 'text', text: execution.text },
      origin: 'report',
      isAsync: true,
      metadata: { [reportKey]: report.id, [executionKey]: executionId },
      idempotency: { key: `report ${executionId}`, bodyHash: executionId },
    })
    return done
  } catch (error) {
    if (!(error instanceof AppError)) {
      if (run.signal.aborted || run.attempt <= (deliverReportJob.options.retryLimit ?? 0)) throw error
      ctx.log.error({ err: error, reportId: report.id }, 'a report could not be sent')
      return fail(ctx, executionId, 'The message could not be sent; the log says why')
    }
    const isTemporary = error.status === 429 || error.status === 503
    if (isTemporary && waitedMs < longestWaitMs) return retryLater(againMs, error)
    return fail(ctx, executionId, error.message)
  }
}

function isUndelivered({ status, delivered, error }: ReportExecutionRow): boolean {
  return status === 'completed' && !delivered && error === null
}

/** Notes what became of messages that are reports, in the transaction that tells it. */
export async function noteProgress(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageProgress[],
): Promise<void> {
  const brought = messages.flatMap((message) => {
    const [reportId, executionId] = [reportKey, executionKey].map((key) => message.metadata?.[key])
    return typeof reportId === 'string' && typeof executionId === 'string'
      ? [{ ...message, reportId, executionId }]
      : []
  })
  // Reports are held in one order by everybody who holds several.
  brought.sort((a, b) => (a.reportId < b.reportId ? -1 : 1))
  for (const { tenantId, executionId, status, error } of brought) {
    const own: Context = { ...ctx, caller: { kind: 'system', tenantId } }
    const end = status === 'failed' ? { error: failureOf(error).message } : { delivered: true }
    await endRun(own, sql, executionId, 'undelivered', end)
  }
}

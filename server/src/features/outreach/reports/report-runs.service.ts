import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { longestLateMs, momentsOfDue } from '../recurrence/due-runs.service.ts'
import { buildReport } from '../report-templates/report-templates.service.ts'
import { renderText } from '../report-templates/report-text.service.ts'
import { buildReportJob, deliverReportJob, dueReportJob, reportExecuted } from './reports.schema.ts'
import { armReport, keptExecutions } from './reports.service.ts'
import * as store from './reports.store.ts'
import type { ReportExecutionRow, ReportRow } from './reports.tables.ts'

/** A run that is still not at its end after so long, tries included, was given up: its process died again and again. */
const longestRunMs = 5 * 3_600_000

/** Why a run that is due makes no report; undefined when it may. */
async function refusalOf(
  ctx: Context,
  sql: Sql,
  report: ReportRow,
  dueAt: Date,
): Promise<string | undefined> {
  const { max_reports: limit } = await getLimits(ctx, report.tenantId, sql)
  if (limit !== null && (await store.countOlder(sql, report)) >= limit)
    return `The plan allows ${limit} reports (max_reports): this one is over it`
  const lateMs = ctx.clock.nowMs() - dueAt.getTime()
  if (report.scheduleType === 'one_time' && lateMs > longestLateMs)
    return 'Missed: the service was not running at its time, nor within 24 hours after it'
  return undefined
}

/**
 * Makes the run that is due, once whoever asks: it is made in the transaction that moves the report on to its next
 * moment. What came due while nothing ran is made up for by this one run.
 */
export async function startDueRun(ctx: Context, reportId: string, dueAt: Date): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const report = await store.lockReport(sql, tenantId, reportId)
    if (report?.status !== 'active' || report.nextRunAt?.getTime() !== dueAt.getTime()) return
    const now = ctx.clock.now()
    const { next, scheduledFor } = momentsOfDue(report, dueAt, now)
    await store.updateReport(sql, tenantId, reportId, {
      // The job that runs this is the one that was armed: it has nothing to cancel.
      ...(await armReport(ctx, sql, { ...report, dueJobId: null }, next)),
      status: next === null ? 'completed' : 'active',
      lastRunAt: now,
      updatedAt: now,
    })
    const error = await refusalOf(ctx, sql, report, dueAt)
    const execution = await store.insertExecution(sql, {
      id: ctx.ids.uuid(),
      tenantId,
      reportId,
      scheduledFor,
      runAt: now,
      status: 'running',
      deliveryMethod: report.deliveryMethod,
    })
    if (execution === undefined) return
    await store.deleteBeyond(sql, tenantId, reportId, keptExecutions)
    if (error !== undefined) await endRun(ctx, sql, execution.id, 'running', { status: 'failed', error })
    else await ctx.jobs.add(sql, buildReportJob, { tenantId, executionId: execution.id })
  })
  return done
}

/** Ends a run that is as expected, notes the end at its report and tells it. */
export async function endRun(
  ctx: Context,
  sql: Sql,
  executionId: string,
  expected: 'running' | 'undelivered',
  end: Partial<Pick<ReportExecutionRow, 'status' | 'delivered' | 'content' | 'text' | 'error'>>,
): Promise<void> {
  const tenantId = tenantOf(ctx)
  const report = await store.lockReportOfRun(sql, tenantId, executionId)
  if (report === undefined) return
  const ended = await store.settleExecution(sql, tenantId, executionId, expected, end)
  if (ended === undefined) return
  const { reportId, status, delivered, error, deliveryMethod } = ended
  // One that was waited for long may end after the newest.
  const isNewest = report.lastRunAt === null || ended.runAt >= report.lastRunAt
  if (isNewest) await store.updateReport(sql, tenantId, reportId, { lastError: error })
  await ctx.events.publish(sql, reportExecuted, {
    tenantId,
    reportId,
    executionId,
    name: report.name,
    templateId: report.templateId,
    deliveryMethod,
    status: status === 'completed' ? 'completed' : 'failed',
    delivered,
    error,
  })
}

/** Finds out what the report says and keeps it; bringing it is a job of its own. */
export async function buildRun(ctx: Context, executionId: string, run: JobRun): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  const execution = await store.findExecution(ctx.db.sql, tenantId, executionId)
  if (execution?.status !== 'running') return done
  const report = await store.findReport(ctx.db.sql, tenantId, execution.reportId)
  if (report === undefined) return done
  const { templateId, params, timezone: timeZone, name } = report
  const { runAt: to } = execution
  try {
    const content = await buildReport(ctx, { templateId, params, timeZone, to, signal: run.signal })
    const result = { status: 'completed' as const, content, text: renderText(content, name) }
    await ctx.db.transaction(async (sql) => {
      if (execution.deliveryMethod === 'dashboard') {
        await endRun(ctx, sql, executionId, 'running', { ...result, delivered: true })
        return
      }
      if ((await store.settleExecution(sql, tenantId, executionId, 'running', result)) === undefined) return
      await ctx.jobs.add(sql, deliverReportJob, { tenantId, executionId })
    })
  } catch (error) {
    // A process that stops leaves it to the next one; a try that took too long is one of those that count.
    const isStopping = run.signal.aborted && (run.signal.reason as Error).name !== 'TimeoutError'
    if (isStopping || run.attempt <= (buildReportJob.options.retryLimit ?? 0)) throw error
    ctx.log.error({ err: error, reportId: report.id }, 'a report could not be made')
    const end = { status: 'failed' as const, error: 'The report could not be made; the log says why' }
    await ctx.db.transaction((sql) => endRun(ctx, sql, executionId, 'running', end))
  }
  return done
}

const sessionGone = 'The session was deleted'

/**
 * A session is deleted: reports to its own chat end, and what waits to be brought there does not go to that of another
 * session instead. Reports that only name it go on.
 */
export async function releaseSession(
  ctx: Context,
  sql: Sql,
  { tenantId, sessionId }: { tenantId: string; sessionId: string },
): Promise<void> {
  const own: Context = { ...ctx, caller: { kind: 'system', tenantId } }
  for (const report of await store.lockReportsOf(sql, tenantId, sessionId)) {
    for (const { id, isRunning } of await store.listToBring(sql, tenantId, report.id)) {
      if (isRunning) await endRun(own, sql, id, 'running', { status: 'failed', error: sessionGone })
      else await endRun(own, sql, id, 'undelivered', { error: sessionGone })
    }
    const isOver = report.deliveryMethod === 'whatsapp' && report.status !== 'completed'
    const end = { status: 'cancelled' as const, lastError: sessionGone }
    await store.updateReport(sql, tenantId, report.id, {
      ...(isOver ? { ...end, ...(await armReport(own, sql, report, null)) } : {}),
      sessionId: null,
      updatedAt: ctx.clock.now(),
    })
  }
}

/** A run that has not begun so long after its time has lost its job. */
const lostAfterMs = 60_000
/** So many reports are put right at once. */
const mostOverdue = 500

/** Gives reports a job whose own is gone, one that has its job is not made twice by it; and ends runs that were given up. */
export async function sweepReports(ctx: Context): Promise<void> {
  const abandoned = new Date(ctx.clock.nowMs() - longestRunMs)
  for (const { id, tenantId } of await store.listAbandoned(ctx.db.sql, abandoned, mostOverdue)) {
    const own: Context = { ...ctx, caller: { kind: 'system', tenantId } }
    const end = { status: 'failed' as const, error: 'The report was interrupted' }
    await ctx.db.transaction((sql) => endRun(own, sql, id, 'running', end))
  }
  const before = new Date(ctx.clock.nowMs() - lostAfterMs)
  const overdue = await store.listOverdue(ctx.db.sql, before, mostOverdue)
  const payloads = overdue.flatMap(({ id: reportId, tenantId, nextRunAt }) =>
    nextRunAt === null ? [] : [{ tenantId, reportId, dueAt: nextRunAt.toISOString() }],
  )
  await ctx.jobs.addMany(ctx.db.sql, dueReportJob, payloads)
}

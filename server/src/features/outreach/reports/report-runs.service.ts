import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { newestRun, nextRun } from '../recurrence/recurrence.service.ts'
import { buildReport } from '../report-templates/report-templates.service.ts'
import { renderText } from '../report-templates/report-text.service.ts'
import { buildReportJob, deliverReportJob, reportExecuted } from './reports.schema.ts'
import { keptExecutions, planRun } from './reports.service.ts'
import * as store from './reports.store.ts'
import type { ReportExecutionRow, ReportRow } from './reports.tables.ts'

/** A report for one moment that is later than this is of no use any more. */
const latestOneTimeMs = 24 * 3_600_000

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
  if (report.scheduleType === 'one_time' && lateMs > latestOneTimeMs)
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
    const nextRunAt = nextRun(report, now > dueAt ? now : dueAt)
    const next = await store.updateReport(sql, tenantId, reportId, {
      nextRunAt,
      status: nextRunAt === null ? 'completed' : 'active',
      lastRunAt: now,
      updatedAt: now,
    })
    if (next !== undefined) await planRun(ctx, sql, next)
    const error = await refusalOf(ctx, sql, report, dueAt)
    const execution = await store.insertExecution(sql, {
      id: ctx.ids.uuid(),
      tenantId,
      reportId,
      scheduledFor: newestRun(report, dueAt, now > dueAt ? now : dueAt),
      runAt: now,
      status: 'running',
      deliveryMethod: report.deliveryMethod,
    })
    if (execution === undefined) return
    const abandoned = new Date(now.getTime() - longestRunMs)
    for (const id of await store.listRunning(sql, tenantId, reportId, abandoned))
      await endRun(ctx, sql, id, 'running', { status: 'failed', error: 'The report was interrupted' })
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
  end: Partial<Pick<ReportExecutionRow, 'status' | 'delivered' | 'content' | 'text' | 'error' | 'messageId'>>,
): Promise<void> {
  const tenantId = tenantOf(ctx)
  const ended = await store.settleExecution(sql, tenantId, executionId, expected, end)
  if (ended === undefined) return
  const { reportId, status, delivered, error, deliveryMethod } = ended
  const report = await store.updateReport(sql, tenantId, reportId, { lastError: error })
  if (report === undefined) return
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

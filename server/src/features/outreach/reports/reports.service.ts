import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { requireBelowLimit } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { getSession, listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { type Armed, armRun } from '../recurrence/due-runs.service.ts'
import { nextRun, nextRuns, parseRecurrence, zonedTimestamps } from '../recurrence/recurrence.service.ts'
import {
  type createReportBody,
  dueReportJob,
  type ExecutionObject,
  noSessionToSend,
  type ReportObject,
  reportHasNoRun,
  reportNotActive,
  reportNotPaused,
  type reportWithRuns,
  type updateReportBody,
} from './reports.schema.ts'
import * as store from './reports.store.ts'
import type { DeliveryMethod, ReportExecutionRow, ReportRow } from './reports.tables.ts'

/** Runs that are kept of each report, and shown with it. */
export const keptExecutions = 20
const shownRuns = 5

/** How many reports a tenant has: for the plan gate `max_reports`. */
export function countReports(sql: Sql, tenantId: string): Promise<number> {
  return store.countReportRows(sql, tenantId)
}

function toWire(row: ReportRow): ReportObject {
  const { timezone, nextRunAt } = row
  const isToRun = row.status === 'active' && nextRunAt !== null
  // The first one is the stored one: it is what will happen, whatever the rule would say today.
  const runs = isToRun
    ? zonedTimestamps([nextRunAt, ...nextRuns(row, nextRunAt, shownRuns - 1)], timezone)
    : []
  return {
    id: row.id,
    name: row.name,
    template_id: row.templateId,
    schedule_type: row.scheduleType,
    cron_expression: row.cronExpression,
    timezone,
    delivery_method: row.deliveryMethod,
    status: row.status,
    next_run_at: runs[0] ?? null,
    created_at: toTimestamp(row.createdAt),
    session_id: row.sessionId,
    scheduled_time: toTimestampOrNull(row.scheduledTime),
    params: row.params,
    last_run_at: toTimestampOrNull(row.lastRunAt),
    last_error: row.lastError,
    next_runs: runs,
  }
}

function executionToWire(row: ReportExecutionRow): ExecutionObject {
  return {
    id: row.id,
    run_at: toTimestamp(row.runAt),
    status: row.status === 'completed' ? 'completed' : 'failed',
    delivered: row.delivered,
    content: row.content,
    text: row.text,
    error: row.error,
    scheduled_for: toTimestamp(row.scheduledFor),
    delivery_method: row.deliveryMethod,
  }
}

/** Sets when a report runs next; what is answered belongs into its row, in the same transaction. */
export function armReport(
  ctx: Context,
  sql: Sql,
  { id: reportId, tenantId, dueJobId }: Pick<ReportRow, 'id' | 'tenantId' | 'dueJobId'>,
  nextRunAt: Date | null,
): Promise<Armed> {
  const payloadAt = (dueAt: string) => ({ tenantId, reportId, dueAt })
  return armRun(ctx, sql, { type: dueReportJob, payloadAt }, dueJobId, nextRunAt)
}

/** Whose own chat a report goes to: as asked for, or the first session that works; 400 when there is none at all. */
async function chooseSession(
  ctx: Context,
  method: DeliveryMethod,
  asked: string | undefined,
): Promise<string | null> {
  if (asked !== undefined) return (await getSession(ctx, asked)).id
  if (method === 'dashboard') return null
  const sessions = await listTenantSessions(ctx)
  if (sessions.length === 0) throw noSessionToSend.create()
  return sessions.find(({ status }) => status === 'working')?.id ?? null
}

/** A new report; 403 when the plan has no room, exact also for two calls at once. */
export async function createReport(
  ctx: Context,
  input: z.output<typeof createReportBody>,
): Promise<ReportObject> {
  const tenantId = tenantOf(ctx)
  const now = ctx.clock.now()
  const recurrence = parseRecurrence(input, { now, defaultTime: now })
  const deliveryMethod = input.delivery_method ?? 'dashboard'
  const sessionId = await chooseSession(ctx, deliveryMethod, input.session_id)
  const isNow = recurrence.scheduledTime !== null && recurrence.scheduledTime <= now
  const nextRunAt = recurrence.cronExpression === null && isNow ? now : nextRun(recurrence, now)
  return ctx.db.transaction(async (sql) => {
    await lockTenant(sql, tenantId)
    await requireBelowLimit(ctx, sql, 'max_reports', await store.countReportRows(sql, tenantId))
    const place = { id: ctx.ids.uuid(), tenantId, dueJobId: null }
    const row = await store.insertReport(sql, {
      ...recurrence,
      ...place,
      name: input.name,
      templateId: input.template_id,
      deliveryMethod,
      sessionId,
      params: input.params ?? {},
      status: 'active',
      ...(await armReport(ctx, sql, place, nextRunAt)),
      createdAt: now,
      updatedAt: now,
    })
    return toWire(row)
  })
}

/** One page of the tenant's reports, newest first. */
export async function getReports(
  ctx: Context,
  input: { status?: ReportRow['status'] | undefined; limit: number; offset: number },
) {
  const tenantId = tenantOf(ctx)
  const { status, limit, offset } = input
  const rows = await store.listReports(ctx.db.sql, tenantId, { status, limit, offset })
  const total = await store.countReportRows(ctx.db.sql, tenantId, status)
  const shown: ReportObject[] = []
  for (const row of rows) {
    // Moments to come cost a millisecond or more each time: others have their turn in between.
    if (shown.length % 10 === 9) await ctx.clock.sleep(0)
    shown.push(toWire(row))
  }
  return { reports: shown, total, limit, offset }
}

/** One report with its newest runs, or 404. */
export async function getReport(ctx: Context, id: string): Promise<z.input<typeof reportWithRuns>> {
  const tenantId = tenantOf(ctx)
  const read = async (sql: Sql) => ({
    row: await store.findReport(sql, tenantId, id),
    executions: await store.listExecutions(sql, tenantId, id, keptExecutions),
  })
  const { row, executions } = await ctx.db.transaction(read, { isSnapshot: true })
  if (row === undefined) throw unknownThing('Report')
  return { ...toWire(row), executions: executions.map(executionToWire) }
}

/** Changes a report under its lock; 404 when there is none. */
async function change(
  ctx: Context,
  id: string,
  next: (before: ReportRow) => Partial<ReportRow>,
): Promise<ReportObject> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    const before = await store.lockReport(sql, tenantId, id)
    if (before === undefined) throw unknownThing('Report')
    const changed = next(before)
    const { nextRunAt } = { ...before, ...changed }
    const isMoved = nextRunAt?.getTime() !== before.nextRunAt?.getTime()
    const armed = isMoved ? await armReport(ctx, sql, before, nextRunAt) : {}
    const updatedAt = ctx.clock.now()
    const after = await store.updateReport(sql, tenantId, id, { ...changed, ...armed, updatedAt })
    if (after === undefined) throw unknownThing('Report')
    return toWire(after)
  })
}

/** Changes what is given. One that has ended runs again when what ended it is changed: its time, or its session. */
export async function updateReport(
  ctx: Context,
  id: string,
  input: z.output<typeof updateReportBody>,
): Promise<ReportObject> {
  const tenantId = tenantOf(ctx)
  const found = await store.findReport(ctx.db.sql, tenantId, id)
  if (found === undefined) throw unknownThing('Report')
  const method = input.delivery_method ?? found.deliveryMethod
  const isWayGiven = input.delivery_method !== undefined || input.session_id !== undefined
  const keeps = input.session_id === undefined && found.sessionId !== null
  const sessionId = isWayGiven && !keeps ? await chooseSession(ctx, method, input.session_id) : undefined
  return change(ctx, id, (before) => {
    const now = ctx.clock.now()
    const { scheduleType, cronExpression, timezone, scheduledTime } = parseRecurrence(input, {
      now,
      current: before,
    })
    const recurrence = { scheduleType, cronExpression, timezone, scheduledTime }
    const isTimed =
      input.schedule_type !== undefined ||
      input.cron_expression !== undefined ||
      input.scheduled_time !== undefined ||
      input.timezone !== undefined
    const doesRevive = before.status === 'completed' ? isTimed : before.status === 'cancelled' && isWayGiven
    const nextRunAt = isTimed || doesRevive ? nextRun(recurrence, now) : before.nextRunAt
    const status = doesRevive && nextRunAt !== null ? 'active' : before.status
    return {
      ...recurrence,
      name: input.name ?? before.name,
      deliveryMethod: method,
      sessionId: sessionId === undefined ? before.sessionId : sessionId,
      params: input.params ?? before.params,
      status,
      nextRunAt: status === 'active' ? nextRunAt : null,
    }
  })
}

/** Runs no more until it is resumed; 400 unless it is active. */
export function pauseReport(ctx: Context, id: string): Promise<ReportObject> {
  return change(ctx, id, ({ status }) => {
    if (status === 'active') return { status: 'paused', nextRunAt: null }
    throw reportNotActive.create({ message: `${reportNotActive.text} (it is ${status})` })
  })
}

/** Runs again, from now on; 400 unless it is paused and has a run to come. */
export function resumeReport(ctx: Context, id: string): Promise<ReportObject> {
  return change(ctx, id, (before) => {
    const { status } = before
    if (status !== 'paused')
      throw reportNotPaused.create({ message: `${reportNotPaused.text} (it is ${status})` })
    const nextRunAt = nextRun(before, ctx.clock.now())
    if (nextRunAt === null) throw reportHasNoRun.create()
    return { status: 'active', nextRunAt }
  })
}

/** Removes a report with its runs, in any state. */
export async function removeReport(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const report = await store.lockReport(sql, tenantId, id)
    if (report === undefined) throw unknownThing('Report')
    await armReport(ctx, sql, report, null)
    await store.deleteReportRow(sql, tenantId, id)
  })
}

/** A run of a report that has a content; 404 for any other. */
export async function getExecution(
  ctx: Context,
  reportId: string,
  executionId: string,
): Promise<{ report: ReportRow; execution: ReportExecutionRow }> {
  const tenantId = tenantOf(ctx)
  const report = await store.findReport(ctx.db.sql, tenantId, reportId)
  if (report === undefined) throw unknownThing('Report')
  const execution = await store.findExecution(ctx.db.sql, tenantId, executionId)
  if (execution === undefined || execution.reportId !== reportId || execution.content === null)
    throw unknownThing('Execution')
  return { report, execution }
}

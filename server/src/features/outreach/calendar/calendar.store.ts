import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { ScheduleType } from '../recurrence/recurrence.schema.ts'

interface Named extends Record<string, unknown> {
  kind: 'message' | 'report'
  id: string
  name: string | null
}

/** Something that will run. */
export interface PlannedRow extends Named {
  scheduleType: ScheduleType
  cronExpression: string | null
  timezone: string
  scheduledTime: Date | string | null
  nextRunAt: Date | string
}

/** A run that was. */
export interface RunRow extends Named {
  at: Date | string
  status: string
  executionId: string
}

/** A span of a tenant's calendar; `hasReports` says whether reports are in it. */
export interface Span {
  tenantId: string
  from: Date
  to: Date
  hasReports: boolean
}

/** What runs by the end of a span. */
export async function listPlanned(
  sql: Sql,
  { tenantId, to, hasReports }: Span,
  limit: number,
): Promise<PlannedRow[]> {
  const columns = text`id, name, schedule_type AS "scheduleType", cron_expression AS "cronExpression", timezone,
    scheduled_time AS "scheduledTime", next_run_at AS "nextRunAt"`
  const wanted = text`tenant_id = ${tenantId} AND status = 'active' AND next_run_at < ${to.toISOString()}::timestamptz`
  const { rows } = await sql.execute<PlannedRow>(text`
    SELECT 'message' AS kind, ${columns} FROM scheduled_messages WHERE ${wanted}
    UNION ALL SELECT 'report' AS kind, ${columns} FROM reports WHERE ${hasReports} AND ${wanted}
    ORDER BY "nextRunAt", id LIMIT ${limit}`)
  return rows
}

/** Runs of a span that were, oldest first. */
export async function listRuns(
  sql: Sql,
  { tenantId, from, to, hasReports }: Span,
  limit: number,
): Promise<RunRow[]> {
  const within = (at: ReturnType<typeof text>) =>
    text`${at} >= ${from.toISOString()}::timestamptz AND ${at} < ${to.toISOString()}::timestamptz`
  const { rows } = await sql.execute<RunRow>(text`
    SELECT * FROM (
      SELECT 'message' AS kind, s.id, s.name, e.scheduled_for AS at, e.status, e.id AS "executionId"
      FROM scheduled_messages s JOIN scheduled_executions e ON e.schedule_id = s.id
      WHERE s.tenant_id = ${tenantId} AND ${within(text`e.scheduled_for`)}
      UNION ALL
      SELECT 'report' AS kind, r.id, r.name, e.scheduled_for AS at, e.status, e.id AS "executionId"
      FROM reports r JOIN report_executions e ON e.report_id = r.id
      WHERE ${hasReports} AND r.tenant_id = ${tenantId} AND ${within(text`e.scheduled_for`)}
    ) runs ORDER BY at, "executionId" LIMIT ${limit}`)
  return rows
}

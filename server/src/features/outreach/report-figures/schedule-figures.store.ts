import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A schedule and how its runs ended. */
export interface ScheduleFigures extends Record<string, unknown> {
  name: string
  status: string
  runs: number
  /** Under way. */
  running: number
  completed: number
  partial: number
  failed: number
  skipped: number
  sent: number
  /** Of the newest run that did not work. */
  error: string | null
  /** ISO 8601 in UTC. */
  nextRunAt: string | null
  schedules: number
}

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

/**
 * Schedules that are to run, or ran in a span of time, those with failed runs first; `schedules` is how many there are.
 * The first row has no name: it sums up all of them. What a run under way has sent is counted by its campaign.
 */
export async function listScheduleFigures(
  sql: Sql,
  { tenantId, from, to }: { tenantId: string; from: Date; to: Date },
  limit: number,
): Promise<ScheduleFigures[]> {
  const { rows } = await sql.execute<ScheduleFigures>(text`
    WITH figures AS MATERIALIZED (
      SELECT s.id, s.name, s.status, s.next_run_at, r.*
      FROM scheduled_messages s CROSS JOIN LATERAL (
        SELECT count(*)::int AS runs, count(*) FILTER (WHERE e.status = 'running')::int AS running,
          count(*) FILTER (WHERE e.status = 'completed')::int AS completed,
          count(*) FILTER (WHERE e.status = 'partial')::int AS partial,
          count(*) FILTER (WHERE e.status = 'failed')::int AS failed,
          count(*) FILTER (WHERE e.status = 'skipped')::int AS skipped,
          coalesce(sum(coalesce(j.sent_count, e.sent_count)), 0)::float8 AS sent,
          (array_agg(e.error ORDER BY e.started_at DESC) FILTER (WHERE e.error IS NOT NULL))[1] AS error
        FROM scheduled_executions e
          LEFT JOIN bulk_jobs j ON j.id = e.bulk_job_id AND j.tenant_id = e.tenant_id AND e.status = 'running'
        WHERE e.schedule_id = s.id AND e.tenant_id = ${tenantId}
          AND e.started_at >= ${at(from)} AND e.started_at < ${at(to)}) r
      WHERE s.tenant_id = ${tenantId} AND (s.status = 'active' OR r.runs > 0)),
    listed AS (SELECT * FROM figures ORDER BY failed + partial DESC, runs DESC, next_run_at NULLS LAST, id LIMIT ${limit})
    SELECT '' AS name, '' AS status, coalesce(sum(runs), 0)::int AS runs, coalesce(sum(running), 0)::int AS running,
      coalesce(sum(completed), 0)::int AS completed, coalesce(sum(partial), 0)::int AS partial, coalesce(sum(failed), 0)::int AS failed,
      coalesce(sum(skipped), 0)::int AS skipped, coalesce(sum(sent), 0)::float8 AS sent, NULL AS error,
      NULL AS "nextRunAt", count(*)::int AS schedules, 0 AS place
    FROM figures
    UNION ALL
    SELECT name, status, runs, running, completed, partial, failed, skipped, sent, error,
      to_char(next_run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 0,
      1 + row_number() OVER (ORDER BY failed + partial DESC, runs DESC, next_run_at NULLS LAST, id)
    FROM listed ORDER BY place`)
  return rows
}

import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId } from './rollups.schema.ts'
import { waitSeries } from './series.store.ts'
import { type Span, sums, together } from './slots.store.ts'

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`
/** The first day of a day's month. */
const monthOf = (day: SQL): SQL => text`date_trunc('month', (${day})::timestamp)::date`

/** What takes months away, and when. */
export interface Counted {
  tenantId: string
  /** That the tenant's days are in. */
  timeZone: string
  now: Date
}

/** Has months put together once they are over; one that is not has few days. */
const markMonths = ({ tenantId, timeZone, now }: Counted, months: SQL): SQL => text`
  INSERT INTO rollup_month_marks (tenant_id, session_id, month, due_at)
  SELECT ${tenantId}, m.session_id, m.month,
    greatest(${at(now)}, (m.month::timestamp + interval '1 month 1 day') AT TIME ZONE ${timeZone})
  FROM (${months}) m ON CONFLICT DO NOTHING`

/** Takes away the months that a span touches, of its session and of all: their days are new. */
export async function dropMonths(sql: Sql, counted: Counted, span: Span): Promise<void> {
  const { tenantId, timeZone } = counted
  const first = monthOf(text`${at(span.from)} AT TIME ZONE ${timeZone}`)
  const last = monthOf(text`(${at(span.to)} - interval '1 second') AT TIME ZONE ${timeZone}`)
  await sql.execute(text`
    DELETE FROM rollup_months WHERE tenant_id = ${tenantId} AND session_id IN (${span.sessionId}, ${everyId})
      AND month BETWEEN ${first} AND ${last}`)
  const months = text`
    SELECT s.session_id, month::date FROM (VALUES (${span.sessionId}::uuid), (${everyId}::uuid)) AS s (session_id)
    CROSS JOIN generate_series(${first}::timestamp, ${last}::timestamp, interval '1 month') AS month`
  await sql.execute(markMonths(counted, months))
}

/** Takes away all months of a tenant, whose days are all new. */
export async function dropAllMonths(sql: Sql, counted: Counted): Promise<void> {
  const { tenantId } = counted
  await sql.execute(text`DELETE FROM rollup_months WHERE tenant_id = ${tenantId}`)
  await sql.execute(text`DELETE FROM rollup_month_marks WHERE tenant_id = ${tenantId}`)
  const months = text`SELECT DISTINCT session_id, ${monthOf(text`day`)} AS month FROM rollup_days
    WHERE tenant_id = ${tenantId}`
  await sql.execute(markMonths(counted, months))
}

/** Puts the next month of a session together that is due; whether there was any. */
export async function addUpNextMonth(sql: Sql, tenantId: string, now: Date): Promise<boolean> {
  const { rows } = await sql.execute<{ sessionId: string; month: string }>(text`
    DELETE FROM rollup_month_marks k USING (
      SELECT session_id, month FROM rollup_month_marks WHERE tenant_id = ${tenantId} AND due_at <= ${at(now)}
      ORDER BY due_at LIMIT 1
    ) n WHERE k.tenant_id = ${tenantId} AND k.session_id = n.session_id AND k.month = n.month
    RETURNING k.session_id AS "sessionId", to_char(k.month, 'YYYY-MM-DD') AS month`)
  const [next] = rows
  if (next === undefined) return false
  const days = text`SELECT ${next.month}::date AS month, d.* FROM rollup_days d
    WHERE tenant_id = ${tenantId} AND session_id = ${next.sessionId}
      AND day >= ${next.month}::date AND day < (${next.month}::date + interval '1 month')::date`
  await sql.execute(text`
    INSERT INTO rollup_months (tenant_id, session_id, label_id, month, waits, first_waits, ${sums}, wait_series,
      first_wait_series)
    SELECT ${tenantId}, x.*, ${waitSeries(text`x.waits`)}, ${waitSeries(text`x.first_waits`)} FROM (${together(days, 'session_id, label_id, month')}) x`)
  return true
}

// Reads tables of other areas: leads (leads), outreach (bulk_jobs), sending (approvals), sessions (session_states, sessions), webhooks (webhook_deliveries, webhooks).
import { sql as text } from 'drizzle-orm'
import type { SessionStatus, StatusReason } from '../../../engine/states.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId } from '../rollups/rollups.schema.ts'
import type { Waits } from '../rollups/rollups.tables.ts'

type Moment = Date | string | null

/** A session and since when it is as it is. */
export interface SessionState extends Record<string, unknown> {
  id: string
  name: string
  status: SessionStatus
  reason: StatusReason | null
  until: Moment
  lockedUntil: Moment
  since: Moment
}

/** Every session of a tenant with the time of its last change of state. */
export async function listSessionStates(sql: Sql, tenantId: string): Promise<SessionState[]> {
  const { rows } = await sql.execute<SessionState>(text`
    SELECT s.id, s.name, s.status, s.status_reason AS reason, s.status_until AS until,
      s.reach_out_locked_until AS "lockedUntil", coalesce(t.at, s.updated_at) AS since
    FROM sessions s LEFT JOIN LATERAL (
      SELECT at FROM session_states WHERE session_id = s.id ORDER BY at DESC, id DESC LIMIT 1
    ) t ON true
    WHERE s.tenant_id = ${tenantId} ORDER BY s.created_at, s.id`)
  return rows
}

/** Leads that nobody looked at, and those of the day that has this moment in this zone. */
export async function countLeads(sql: Sql, tenantId: string, dayStart: string) {
  const { rows } = await sql.execute<{ fresh: number; today: number }>(text`
    SELECT (SELECT count(*)::int FROM leads WHERE tenant_id = ${tenantId} AND status = 'new') AS fresh,
      (SELECT count(*)::int FROM leads WHERE tenant_id = ${tenantId} AND detected_at >= ${dayStart}::timestamptz) AS today`)
  return rows[0] ?? { fresh: 0, today: 0 }
}

/** A campaign that was stopped by itself. */
export interface StoppedJob extends Record<string, unknown> {
  id: string
  name: string | null
  error: string
  since: Moment
}

/** Unfinished campaigns by state, and the paused ones with an error. */
export async function readCampaigns(sql: Sql, tenantId: string) {
  const counted = await sql.execute<{ status: string; count: number }>(text`
    SELECT status, count(*)::int AS count FROM bulk_jobs
    WHERE tenant_id = ${tenantId} AND status IN ('pending', 'running', 'paused') GROUP BY status`)
  const stopped = await sql.execute<StoppedJob>(text`
    SELECT id, name, error, updated_at AS since FROM bulk_jobs
    WHERE tenant_id = ${tenantId} AND status = 'paused' AND error IS NOT NULL
    ORDER BY updated_at DESC, id LIMIT 20`)
  return {
    counts: new Map(counted.rows.map(({ status, count }) => [status, count])),
    stopped: stopped.rows,
  }
}

/** Held messages that nobody decided on. */
export async function countApprovals(sql: Sql, tenantId: string) {
  const { rows } = await sql.execute<{ pending: number; oldest: Moment; firstEnd: Moment }>(text`
    SELECT count(*)::int AS pending, min(created_at) AS oldest, min(expires_at) AS "firstEnd" FROM approvals
    WHERE tenant_id = ${tenantId} AND status = 'pending'`)
  return rows[0] ?? { pending: 0, oldest: null, firstEnd: null }
}

/** A webhook that fails or was switched off for it. */
export interface BrokenWebhook extends Record<string, unknown> {
  id: string
  name: string
  isActive: boolean
  error: string | null
  since: Moment
  nextTryAt: Moment
  waiting: number
}

const mostCounted = 10_000

/** How many webhooks work, which do not and how much waits for them, and what was given up lately. */
export async function readWebhooks(sql: Sql, tenantId: string, now: Date) {
  const since = new Date(now.getTime() - 24 * 60 * 60_000).toISOString()
  const counted = await sql.execute<{ active: number; failed: number }>(text`
    SELECT (SELECT count(*)::int FROM webhooks
        WHERE tenant_id = ${tenantId} AND monitored_group_id IS NULL AND is_active) AS active,
      (SELECT count(*)::int FROM webhook_deliveries
        WHERE tenant_id = ${tenantId} AND status = 'failed' AND created_at >= ${since}::timestamptz) AS failed`)
  const broken = await sql.execute<BrokenWebhook>(text`
    SELECT w.id, w.name, w.is_active AS "isActive", w.last_error AS error, w.failing_since AS since,
      w.probe_at AS "nextTryAt", d.waiting
    FROM webhooks w LEFT JOIN LATERAL (
      SELECT count(*)::int AS waiting FROM (
        SELECT FROM webhook_deliveries WHERE webhook_id = w.id AND status = 'pending' LIMIT ${mostCounted}) p
    ) d ON w.is_active
    WHERE w.tenant_id = ${tenantId} AND w.monitored_group_id IS NULL AND w.failing_since IS NOT NULL
    ORDER BY w.failing_since, w.id`)
  const { active = 0, failed = 0 } = counted.rows[0] ?? {}
  return { active, failed, broken: broken.rows }
}

/** A day in a zone: when it began, and what it is called. */
export async function findDay(sql: Sql, timeZone: string, now: Date) {
  const { rows } = await sql.execute<{ day: string; start: string }>(text`
    SELECT to_char(day, 'YYYY-MM-DD') AS day,
      to_char((day AT TIME ZONE ${timeZone}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS start
    FROM (SELECT date_trunc('day', ${now.toISOString()}::timestamptz AT TIME ZONE ${timeZone}) AS day) d`)
  const [day] = rows
  if (day === undefined) throw new Error('a day without a beginning')
  return day
}

/** What happened in a quarter of an hour, told in the hours of a zone. */
export interface SlotRow extends Record<string, unknown> {
  /** Whether it is of the day itself; others are of the same weekday before. */
  isToday: boolean
  hour: number
  /** Whether its time of day is over by now. */
  isPast: boolean
  received: number
  sent: number
  failed: number
  firstWaits: Waits
}

/** The quarters of an hour of a day and of the same weekday in the four weeks before. */
export async function listSlots(
  sql: Sql,
  tenantId: string,
  { day, timeZone, now }: { day: string; timeZone: string; now: Date },
): Promise<SlotRow[]> {
  const { rows } = await sql.execute<SlotRow>(text`
    SELECT at::date = ${day}::date AS "isToday", extract(hour FROM at)::int AS hour,
      at::time <= (${now.toISOString()}::timestamptz AT TIME ZONE ${timeZone})::time AS "isPast", received, sent, failed,
      first_waits AS "firstWaits"
    FROM (
      SELECT slot AT TIME ZONE ${timeZone} AS at, received, sent, failed, first_waits FROM rollup_slots,
        generate_series(0, 4) AS week
      WHERE tenant_id = ${tenantId} AND session_id = ${everyId} AND label_id = ${everyId}
        AND slot >= ((${day}::date - 7 * week)::timestamp AT TIME ZONE ${timeZone})
        AND slot < ((${day}::date - 7 * week + 1)::timestamp AT TIME ZONE ${timeZone})
    ) s`)
  return rows
}

/** Since when something of a tenant waits to be counted, and when its first figures are; null when there is none. */
export async function findCounting(sql: Sql, tenantId: string) {
  const { rows } = await sql.execute<{ oldestMark: Moment; firstSlot: Moment }>(text`
    SELECT (SELECT min(created_at) FROM rollup_marks WHERE tenant_id = ${tenantId}) AS "oldestMark",
      (SELECT min(slot) FROM rollup_slots
        WHERE tenant_id = ${tenantId} AND session_id = ${everyId} AND label_id = ${everyId}) AS "firstSlot"`)
  return rows[0] ?? { oldestMark: null, firstSlot: null }
}

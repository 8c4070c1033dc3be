// Reads tables of other areas: sending (outbox), sessions (sessions), webhooks (webhook_deliveries, webhooks).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** Sessions of all tenants, by state. */
export async function countSessionsByStatus(sql: Sql): Promise<{ status: string; count: number }[]> {
  const { rows } = await sql.execute<{ status: string; count: number }>(text`
    SELECT status, count(*)::int AS count FROM sessions GROUP BY status`)
  return rows
}

/** Messages that no limit holds and that have not left, and for how many seconds the oldest waits. */
export async function readOutbox(sql: Sql): Promise<{ waiting: number; oldest: number }> {
  const { rows } = await sql.execute<{ waiting: number; oldest: number }>(text`
    SELECT count(*)::int AS waiting,
      coalesce(extract(epoch FROM now() - min(greatest(created_at, not_before))), 0)::float8 AS oldest
    FROM outbox WHERE waits_for IS NULL AND (not_before IS NULL OR not_before <= now())`)
  return rows[0] ?? { waiting: 0, oldest: 0 }
}

/** Deliveries that found no room at their endpoint, and for how many seconds the oldest waits. */
export async function readWaitingDeliveries(sql: Sql): Promise<{ waiting: number; oldest: number }> {
  const { rows } = await sql.execute<{ waiting: number; oldest: number }>(text`
    SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
    FROM webhook_deliveries WHERE is_waiting`)
  return rows[0] ?? { waiting: 0, oldest: 0 }
}

/** Webhooks whose deliveries fail, and those that were switched off for it. */
export async function countWebhooks(sql: Sql): Promise<{ failing: number; off: number }> {
  const { rows } = await sql.execute<{ failing: number; off: number }>(text`
    SELECT count(*) FILTER (WHERE is_active)::int AS failing, count(*) FILTER (WHERE NOT is_active)::int AS off
    FROM webhooks WHERE failing_since IS NOT NULL`)
  return rows[0] ?? { failing: 0, off: 0 }
}

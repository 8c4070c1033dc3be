import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { DeliveryFilter } from './delivery-log.schema.ts'

/** A delivery as the log shows it. */
export interface LogRow extends Record<string, unknown> {
  id: string
  webhookId: string
  webhookName: string
  event: string
  status: 'delivered' | 'failed' | 'pending'
  statusCode: number | null
  attempts: number
  durationMs: number | null
  error: string | null
  createdAt: Date | string
  nextAttemptAt: Date | string | null
  probes: number
}

/** Conditions on `d`, deliveries of a tenant, and `w`, their webhooks; endpoints of monitored groups are not listed. */
function conditions(tenantId: string, filter: DeliveryFilter, isStatusAsked: boolean) {
  const { webhook_id: webhookId, status, event, since, until } = filter
  const parts = [
    text`w.tenant_id = ${tenantId}`,
    text`w.monitored_group_id IS NULL`,
    text`d.tenant_id = ${tenantId}`,
  ]
  if (webhookId !== undefined) parts.push(text`w.id = ${webhookId}`)
  if (isStatusAsked && status !== undefined) parts.push(text`d.status = ${status}`)
  if (event !== undefined) parts.push(text`d.event = ${event}`)
  if (since !== undefined) parts.push(text`d.created_at >= ${since.toISOString()}::timestamptz`)
  if (until !== undefined) parts.push(text`d.created_at < ${until.toISOString()}::timestamptz`)
  return text.join(parts, text` AND `)
}

/** One page of deliveries, newest first: each webhook gives its own newest ones, as its index has them. */
export async function listLog(
  sql: Sql,
  tenantId: string,
  filter: DeliveryFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<LogRow[]> {
  const { rows } = await sql.execute<LogRow>(text`
    SELECT q.id, w.id AS "webhookId", w.name AS "webhookName", q.event, q.status, q.status_code AS "statusCode",
      q.attempts, q.duration_ms AS "durationMs", q.error, q.created_at AS "createdAt",
      q.next_attempt_at AS "nextAttemptAt", q.probes
    FROM webhooks w CROSS JOIN LATERAL (
      SELECT d.id, d.event, d.status, d.status_code, d.attempts, d.duration_ms, d.error, d.created_at, d.next_attempt_at,
        d.probes
      FROM webhook_deliveries d WHERE d.webhook_id = w.id AND ${conditions(tenantId, filter, true)}
      ORDER BY d.created_at DESC, d.id DESC LIMIT ${limit + offset}
    ) q
    WHERE w.tenant_id = ${tenantId} AND w.monitored_group_id IS NULL
    ORDER BY q.created_at DESC, q.id DESC LIMIT ${limit} OFFSET ${offset}`)
  return rows
}

/** How many deliveries there are of each status, whatever status is asked for. */
export async function countLog(sql: Sql, tenantId: string, filter: DeliveryFilter) {
  const { rows } = await sql.execute<{ status: LogRow['status']; count: number }>(text`
    SELECT d.status, count(*)::int AS count FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
    WHERE ${conditions(tenantId, filter, false)} GROUP BY 1`)
  return new Map(rows.map(({ status, count }) => [status, count]))
}

/** How many deliveries of each status began in each hour, which is told in seconds since 1970. */
export async function countHours(sql: Sql, tenantId: string, filter: DeliveryFilter) {
  const { rows } = await sql.execute<{ hour: number; status: LogRow['status']; count: number }>(text`
    SELECT (floor(extract(epoch FROM d.created_at) / 3600) * 3600)::float8 AS hour, d.status, count(*)::int AS count
    FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
    WHERE ${conditions(tenantId, filter, false)} GROUP BY 1, 2`)
  return rows
}

/** Deliveries by webhook: those named, or what a filter finds, at most so many. */
export async function listSelected(
  sql: Sql,
  tenantId: string,
  { ids, filter }: { ids: readonly string[] | undefined; filter: DeliveryFilter },
  limit: number,
) {
  const named = ids === undefined ? text`true` : text`d.id = ANY(${text.param([...ids])}::uuid[])`
  const { rows } = await sql.execute<{ id: string; webhookId: string; isActive: boolean }>(text`
    SELECT d.id, w.id AS "webhookId", w.is_active AS "isActive"
    FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
    WHERE ${conditions(tenantId, filter, true)} AND ${named} LIMIT ${limit}`)
  return rows
}

/** A delivery's event and sealed body, and where its webhook leads. */
export async function findSealed(sql: Sql, tenantId: string, key: { webhookId: string; deliveryId: string }) {
  const { rows } = await sql.execute<{ event: string; body: Buffer; url: string }>(text`
    SELECT d.event, d.body, w.url FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
    WHERE d.id = ${key.deliveryId} AND w.id = ${key.webhookId} AND ${conditions(tenantId, {}, false)}`)
  return rows[0]
}

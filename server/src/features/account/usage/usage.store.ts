import { and, eq, gte, lt, sql as raw, sum } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { dayOf, endOfMonth, type UsageColumn, type UsageTotals } from './usage.schema.ts'
import { usageDaily, usageQuota } from './usage.tables.ts'

/** Counts of one day. */
export interface DayCount {
  tenantId: string
  sessionId: string | null
  date: string
  count: number
}

/** Adds to one counter of many days in one statement; the rows have distinct keys and come in a fixed order. */
export async function addToDays(sql: Sql, column: UsageColumn, days: readonly DayCount[]): Promise<void> {
  if (days.length === 0) return
  const values = days.map(({ tenantId, sessionId, date, count }) => ({
    tenantId,
    sessionId,
    date,
    [column]: count,
  }))
  await sql
    .insert(usageDaily)
    .values(values)
    .onConflictDoUpdate({
      target: [usageDaily.tenantId, usageDaily.date, usageDaily.sessionId],
      set: { [column]: raw`${usageDaily[column]} + excluded.${raw.identifier(usageDaily[column].name)}` },
    })
}

/** API calls of one day, which no session made. */
export interface CallCount {
  tenantId: string
  date: string
  count: number
}

/** Adds API calls to their days; rows of tenants that are gone are left out. */
export async function addCalls(sql: Sql, days: readonly CallCount[]): Promise<void> {
  const rows = days.map(({ tenantId, date, count }) => ({ tenant_id: tenantId, date, count }))
  await sql.execute(raw`
    INSERT INTO usage_daily (tenant_id, date, api_calls)
    SELECT r.tenant_id, r.date, r.count
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(tenant_id uuid, date date, count int)
    JOIN tenants t ON t.id = r.tenant_id
    ORDER BY r.tenant_id, r.date
    ON CONFLICT (tenant_id, date, session_id) DO UPDATE SET api_calls = usage_daily.api_calls + excluded.api_calls`)
}

/** Totals of a tenant over a month given as `YYYY-MM`. */
export async function sumMonth(sql: Sql, tenantId: string, month: string): Promise<UsageTotals> {
  const [row] = await sql
    .select({
      messagesSent: sum(usageDaily.messagesSent),
      messagesReceived: sum(usageDaily.messagesReceived),
      leadsDetected: sum(usageDaily.leadsDetected),
      apiCalls: sum(usageDaily.apiCalls),
    })
    .from(usageDaily)
    .where(
      and(
        eq(usageDaily.tenantId, tenantId),
        gte(usageDaily.date, `${month}-01`),
        lt(usageDaily.date, dayOf(endOfMonth(month).getTime())),
      ),
    )
  return {
    messagesSent: Number(row?.messagesSent ?? 0),
    messagesReceived: Number(row?.messagesReceived ?? 0),
    leadsDetected: Number(row?.leadsDetected ?? 0),
    apiCalls: Number(row?.apiCalls ?? 0),
  }
}

/**
 * Admits as many of `count` as the limit leaves room for and says how many. One statement: the row lock of the
 * upsert makes it exact however many ask at once.
 */
export async function reserveQuota(
  sql: Sql,
  tenantId: string,
  month: string,
  count: number,
  limit: number | null,
) {
  const first = limit === null ? count : Math.min(count, limit)
  const room =
    limit === null
      ? raw`${count}::int`
      : raw`least(${count}::int, greatest(${limit}::int - ${usageQuota.reserved}, 0))`
  const [row] = await sql
    .insert(usageQuota)
    .values({ tenantId, month: `${month}-01`, reserved: first, admitted: first })
    .onConflictDoUpdate({
      target: [usageQuota.tenantId, usageQuota.month],
      set: { reserved: raw`${usageQuota.reserved} + ${room}`, admitted: room },
    })
    .returning({ admitted: usageQuota.admitted })
  return row?.admitted ?? 0
}

/** Gives back what was reserved and not sent. */
export async function releaseQuota(sql: Sql, tenantId: string, month: string, count: number): Promise<void> {
  await sql
    .update(usageQuota)
    .set({ reserved: raw`greatest(${usageQuota.reserved} - ${count}::int, 0)` })
    .where(and(eq(usageQuota.tenantId, tenantId), eq(usageQuota.month, `${month}-01`)))
}

import { and, eq, gte, lt, sql as raw, sum } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { dayOf, endOfMonth, type UsageColumn, type UsageTotals } from './usage.schema.ts'
import { usageAiReplyQuota, usageDaily, usagePostQuota, usageQuota } from './usage.tables.ts'

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

/** What is counted per month against a limit, each in a table of its own. */
const quotaTables = { messages: usageQuota, posts: usagePostQuota, ai_replies: usageAiReplyQuota }
/** One of them. */
export type QuotaKind = keyof typeof quotaTables

/**
 * Admits as many of `count` as the limit leaves room for and says how many. One statement: the row lock of the
 * upsert makes it exact however many ask at once.
 */
export async function reserveQuota(
  sql: Sql,
  kind: QuotaKind,
  tenantId: string,
  month: string,
  count: number,
  limit: number | null,
) {
  const table = quotaTables[kind]
  const first = limit === null ? count : Math.min(count, limit)
  const room =
    limit === null
      ? raw`${count}::int`
      : raw`least(${count}::int, greatest(${limit}::int - ${table.reserved}, 0))`
  const [row] = await sql
    .insert(table)
    .values({ tenantId, month: `${month}-01`, reserved: first, admitted: first })
    .onConflictDoUpdate({
      target: [table.tenantId, table.month],
      set: { reserved: raw`${table.reserved} + ${room}`, admitted: room },
    })
    .returning({ admitted: table.admitted })
  return row?.admitted ?? 0
}

/** Gives back what was reserved and not sent. */
export async function releaseQuota(
  sql: Sql,
  kind: QuotaKind,
  tenantId: string,
  month: string,
  count: number,
): Promise<void> {
  const table = quotaTables[kind]
  await sql
    .update(table)
    .set({ reserved: raw`greatest(${table.reserved} - ${count}::int, 0)` })
    .where(and(eq(table.tenantId, tenantId), eq(table.month, `${month}-01`)))
}

/** How many were reserved in a month. */
export async function findReserved(
  sql: Sql,
  kind: QuotaKind,
  tenantId: string,
  month: string,
): Promise<number> {
  const table = quotaTables[kind]
  const [row] = await sql
    .select({ reserved: table.reserved })
    .from(table)
    .where(and(eq(table.tenantId, tenantId), eq(table.month, `${month}-01`)))
  return row?.reserved ?? 0
}

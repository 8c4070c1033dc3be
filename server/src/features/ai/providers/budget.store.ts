import { and, asc, desc, eq, gte, lt, lte, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { Purpose } from './providers.schema.ts'
import { aiBudgetDays, aiCalls, aiUsageDays } from './providers.tables.ts'

/** A call that is about to begin. */
export interface NewCall {
  id: string
  tenantId: string
  /** In the tenant's zone. */
  day: string
  purpose: Purpose
  provider: string
  model: string
  /** What it takes at the most. */
  reservedTokens: number
  startedAt: Date
}

/** How a call ended. */
export interface EndedCall {
  id: string
  tenantId: string
  status: 'succeeded' | 'failed'
  inputTokens: number
  outputTokens: number
  costMicros: number | null
  durationMs: number
  errorCode: string | null
}

/**
 * Takes tokens of a day for a call, in one statement: it grows the row of the day only as far as the budget goes, so
 * that no two calls take the same tokens. False when they do not fit.
 */
export async function reserveCall(sql: Sql, call: NewCall, budget: number): Promise<boolean> {
  const { rows } = await sql.execute(raw`
    WITH taken AS (
      INSERT INTO ai_budget_days AS d (tenant_id, day, reserved, used)
      SELECT ${call.tenantId}::uuid, ${call.day}::date, ${call.reservedTokens}::bigint, 0
      WHERE ${call.reservedTokens}::bigint <= ${budget}::bigint
      ON CONFLICT (tenant_id, day) DO UPDATE SET reserved = d.reserved + excluded.reserved
        WHERE d.used + d.reserved + excluded.reserved <= ${budget}::bigint
      RETURNING 1
    )
    INSERT INTO ai_calls (id, tenant_id, day, purpose, provider, model, status, reserved_tokens, started_at)
    SELECT ${call.id}::uuid, ${call.tenantId}::uuid, ${call.day}::date, ${call.purpose}, ${call.provider},
      ${call.model}, 'open', ${call.reservedTokens}::bigint, ${call.startedAt.toISOString()}::timestamptz
    FROM taken RETURNING id`)
  return rows.length > 0
}

/** What of a day is gone and what is taken by calls under way. */
export async function findBudgetDay(
  sql: Sql,
  tenantId: string,
  day: string,
): Promise<{ reserved: number; used: number }> {
  const [row] = await sql
    .select({ reserved: aiBudgetDays.reserved, used: aiBudgetDays.used })
    .from(aiBudgetDays)
    .where(and(eq(aiBudgetDays.tenantId, tenantId), eq(aiBudgetDays.day, day)))
  return row ?? { reserved: 0, used: 0 }
}

/** Writes how a call ended, once: what it took leaves the reserved tokens of its day, and what it used joins the used. */
export async function settleCall(sql: Sql, call: EndedCall): Promise<void> {
  await sql.execute(raw`
    WITH ended AS (
      UPDATE ai_calls SET status = ${call.status}, input_tokens = ${call.inputTokens}::bigint,
        output_tokens = ${call.outputTokens}::bigint, cost_micros = ${call.costMicros}::bigint,
        duration_ms = ${call.durationMs}::integer, error_code = ${call.errorCode}
      WHERE id = ${call.id}::uuid AND tenant_id = ${call.tenantId}::uuid AND status = 'open'
      RETURNING *
    ), budget AS (
      UPDATE ai_budget_days d SET reserved = d.reserved - e.reserved_tokens,
        used = d.used + e.input_tokens + e.output_tokens
      FROM ended e WHERE d.tenant_id = e.tenant_id AND d.day = e.day
    )
    INSERT INTO ai_usage_days AS u (tenant_id, day, purpose, provider, model, calls, failed_calls, input_tokens,
      output_tokens, cost_micros, unpriced_calls)
    SELECT tenant_id, day, purpose, provider, model, 1, (status = 'failed')::int, input_tokens, output_tokens,
      coalesce(cost_micros, 0), (cost_micros IS NULL AND input_tokens + output_tokens > 0)::int FROM ended
    ON CONFLICT (tenant_id, day, purpose, provider, model) DO UPDATE SET calls = u.calls + 1,
      failed_calls = u.failed_calls + excluded.failed_calls, input_tokens = u.input_tokens + excluded.input_tokens,
      output_tokens = u.output_tokens + excluded.output_tokens, cost_micros = u.cost_micros + excluded.cost_micros,
      unpriced_calls = u.unpriced_calls + excluded.unpriced_calls`)
}

/** Calls whose process died before they ended. */
export function listAbandoned(sql: Sql, before: Date, limit: number) {
  return sql
    .select({ id: aiCalls.id, tenantId: aiCalls.tenantId })
    .from(aiCalls)
    .where(and(eq(aiCalls.status, 'open'), lt(aiCalls.startedAt, before)))
    .orderBy(asc(aiCalls.startedAt))
    .limit(limit)
}

/** Ends a call whose process died; it counts at its longest, because nobody knows what became of it. */
export async function settleAbandoned(
  sql: Sql,
  { id, tenantId }: { id: string; tenantId: string },
): Promise<void> {
  await sql.execute(raw`
    WITH ended AS (
      UPDATE ai_calls SET status = 'abandoned', input_tokens = reserved_tokens, error_code = 'abandoned'
      WHERE id = ${id}::uuid AND tenant_id = ${tenantId}::uuid AND status = 'open' RETURNING *
    ), budget AS (
      UPDATE ai_budget_days d SET reserved = d.reserved - e.reserved_tokens, used = d.used + e.reserved_tokens
      FROM ended e WHERE d.tenant_id = e.tenant_id AND d.day = e.day
    )
    INSERT INTO ai_usage_days AS u (tenant_id, day, purpose, provider, model, calls, failed_calls, input_tokens,
      output_tokens, cost_micros, unpriced_calls)
    SELECT tenant_id, day, purpose, provider, model, 1, 1, input_tokens, 0, 0, 1 FROM ended
    ON CONFLICT (tenant_id, day, purpose, provider, model) DO UPDATE SET calls = u.calls + 1,
      failed_calls = u.failed_calls + 1, input_tokens = u.input_tokens + excluded.input_tokens,
      unpriced_calls = u.unpriced_calls + 1`)
}

/** One line of what was used. */
export type UsageDayRow = typeof aiUsageDays.$inferSelect

/** What a tenant used in a span of days, the latest day first; both ends are included. */
export function listUsage(
  sql: Sql,
  { tenantId, from, to }: { tenantId: string; from: string; to: string },
): Promise<UsageDayRow[]> {
  return sql
    .select()
    .from(aiUsageDays)
    .where(and(eq(aiUsageDays.tenantId, tenantId), gte(aiUsageDays.day, from), lte(aiUsageDays.day, to)))
    .orderBy(
      desc(aiUsageDays.day),
      asc(aiUsageDays.purpose),
      asc(aiUsageDays.provider),
      asc(aiUsageDays.model),
    )
}

/** Removes single calls that began before a moment, and days before one, of all tenants. */
export async function deleteOld(
  sql: Sql,
  { callsBefore, daysBefore }: { callsBefore: Date; daysBefore: string },
): Promise<void> {
  await sql.delete(aiCalls).where(lt(aiCalls.startedAt, callsBefore))
  await sql.delete(aiUsageDays).where(lt(aiUsageDays.day, daysBefore))
  await sql.delete(aiBudgetDays).where(lt(aiBudgetDays.day, daysBefore))
}

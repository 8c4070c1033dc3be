// Reads tables of other areas: account (tenants).
import { and, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { safetyCounters } from './counters.tables.ts'

/** One counter as written and read. */
export type CounterRow = typeof safetyCounters.$inferSelect

/** Adds to counters, making those that are missing; rows of tenants that are gone are left out. */
export async function addToCounters(sql: Sql, rows: readonly CounterRow[]): Promise<void> {
  const items = rows.map(({ tenantId, area, counter, hits, since }) => ({
    tenant_id: tenantId,
    area,
    counter,
    hits,
    since: since.toISOString(),
  }))
  await sql.execute(text`
    INSERT INTO tallies (tenant_id, area, counter, hits, since)
    SELECT r.tenant_id, r.area, r.counter, r.hits, r.since
    FROM json_to_recordset(${JSON.stringify(items)}::json)
      AS r(tenant_id uuid, area text, counter text, hits bigint, since timestamptz)
    JOIN tenants t ON t.id = r.tenant_id
    ORDER BY r.tenant_id, r.area, r.counter
    ON CONFLICT (tenant_id, area, counter) DO UPDATE SET hits = tallies.hits + excluded.hits`)
}

/** Counters of a tenant in an area. */
export function listCounters(sql: Sql, tenantId: string, area: string): Promise<CounterRow[]> {
  return sql
    .select()
    .from(safetyCounters)
    .where(and(eq(safetyCounters.tenantId, tenantId), eq(safetyCounters.area, area)))
}

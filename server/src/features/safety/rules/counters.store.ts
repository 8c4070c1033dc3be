// Reads tables of other areas: account (tenants).
import { and, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tallies } from './counters.tables.ts'

/** One counter as written and read. */
export type TallyRow = typeof tallies.$inferSelect

/** Adds to counters, making those that are missing; rows of tenants that are gone are left out. */
export async function addToTallies(sql: Sql, rows: readonly TallyRow[]): Promise<void> {
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
export function listTallies(sql: Sql, tenantId: string, area: string): Promise<TallyRow[]> {
  return sql
    .select()
    .from(tallies)
    .where(and(eq(tallies.tenantId, tenantId), eq(tallies.area, area)))
}

import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** How many reports a tenant has. */
export async function countReportRows(sql: Sql, tenantId: string): Promise<number> {
  const { rows } = await sql.execute<{ reports: number }>(text`
    SELECT count(*)::int AS reports FROM reports WHERE tenant_id = ${tenantId}`)
  return rows[0]?.reports ?? 0
}

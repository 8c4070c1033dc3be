// Reads tables of other areas: groups (custom_groups).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** How many lists and reports a tenant has. */
export async function countKept(
  sql: Sql,
  tenantId: string,
): Promise<{ customGroups: number; reports: number }> {
  const { rows } = await sql.execute<{ customGroups: number; reports: number }>(text`
    SELECT (SELECT count(*)::int FROM custom_groups WHERE tenant_id = ${tenantId}) AS "customGroups",
      (SELECT count(*)::int FROM reports WHERE tenant_id = ${tenantId}) AS reports`)
  return rows[0] ?? { customGroups: 0, reports: 0 }
}

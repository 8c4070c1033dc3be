import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** Whether a tenant has the group; it stays until the transaction ends. */
export async function holdGroup(sql: Sql, tenantId: string, groupId: string): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT id FROM custom_groups WHERE id = ${groupId} AND tenant_id = ${tenantId} FOR KEY SHARE`)
  return rows.length > 0
}

/** Somebody to be put on a list, with an id already chosen. */
export interface NewMember {
  id: string
  phone: string
  name: string | null
}

/** Adds those whose phones are not on the list yet, in one order for everybody; answers the phones that went in. */
export async function insertMembers(
  sql: Sql,
  target: { tenantId: string; groupId: string; now: Date },
  members: readonly NewMember[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ phone: string }>(text`
    INSERT INTO custom_group_members (id, tenant_id, group_id, phone, name, added_at)
    SELECT id, ${target.tenantId}::uuid, ${target.groupId}::uuid, phone, name, ${target.now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(members)}::json) AS r(id uuid, phone text, name text)
    ORDER BY phone
    ON CONFLICT (group_id, phone) DO NOTHING RETURNING phone`)
  return new Set(rows.map((row) => row.phone))
}

/** Notes that a list has changed. */
export async function touchGroup(sql: Sql, tenantId: string, groupId: string, now: Date): Promise<void> {
  await sql.execute(text`
    UPDATE custom_groups SET updated_at = ${now.toISOString()}::timestamptz
    WHERE id = ${groupId} AND tenant_id = ${tenantId}`)
}

// Reads tables of other areas: sessions (sessions).
import { and, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type WaGroupRow, waGroups } from './wa-groups.tables.ts'

/** Makes the group's row when the session still exists, and holds it until the transaction ends. */
export async function lockGroup(
  sql: Sql,
  group: Pick<WaGroupRow, 'tenantId' | 'sessionId' | 'waGroupId'>,
  now: Date,
): Promise<{ row: WaGroupRow; isNew: boolean } | undefined> {
  const { tenantId, sessionId, waGroupId } = group
  const inserted = await sql.execute(text`
    INSERT INTO wa_groups (session_id, wa_group_id, tenant_id, updated_at)
    SELECT id, ${waGroupId}, tenant_id, ${now.toISOString()}::timestamptz FROM sessions
    WHERE id = ${sessionId} AND tenant_id = ${tenantId}
    ON CONFLICT DO NOTHING RETURNING wa_group_id`)
  const [row] = await sql.select().from(waGroups).where(ofSession(group)).for('update')
  return row === undefined ? undefined : { row, isNew: inserted.rows.length > 0 }
}

const ofSession = ({
  tenantId,
  sessionId,
  waGroupId,
}: Pick<WaGroupRow, 'tenantId' | 'sessionId' | 'waGroupId'>) =>
  and(eq(waGroups.tenantId, tenantId), eq(waGroups.sessionId, sessionId), eq(waGroups.waGroupId, waGroupId))

/** Changes what is given. */
export async function updateGroup(
  sql: Sql,
  group: Pick<WaGroupRow, 'tenantId' | 'sessionId' | 'waGroupId'>,
  change: Partial<Pick<WaGroupRow, 'name' | 'description' | 'isMember' | 'describedAt' | 'updatedAt'>>,
): Promise<void> {
  await sql.update(waGroups).set(change).where(ofSession(group))
}

/** Sessions of a tenant whose accounts are in a group, with whether they work. */
export async function listSessionsInGroup(
  sql: Sql,
  tenantId: string,
  waGroupId: string,
): Promise<{ sessionId: string; isWorking: boolean }[]> {
  const { rows } = await sql.execute<{ sessionId: string; isWorking: boolean }>(text`
    SELECT s.id AS "sessionId", s.status = 'working' AS "isWorking"
    FROM wa_groups g JOIN sessions s ON s.id = g.session_id
    WHERE g.tenant_id = ${tenantId} AND g.wa_group_id = ${waGroupId} AND g.is_member ORDER BY s.id`)
  return rows
}

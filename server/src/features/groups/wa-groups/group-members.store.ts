import { and, count, eq, inArray, or, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type WaGroupMemberRow, waGroupMembers } from './wa-groups.tables.ts'

/** What names a group of a session. */
export type GroupKey = Pick<WaGroupMemberRow, 'tenantId' | 'sessionId' | 'waGroupId'>

const inGroup = ({ tenantId, sessionId, waGroupId }: GroupKey) =>
  and(
    eq(waGroupMembers.tenantId, tenantId),
    eq(waGroupMembers.sessionId, sessionId),
    eq(waGroupMembers.waGroupId, waGroupId),
  )

/** Everybody known to be in a group. */
export function listMembers(sql: Sql, group: GroupKey): Promise<WaGroupMemberRow[]> {
  return sql.select().from(waGroupMembers).where(inGroup(group))
}

/** How many are known to be in a group. */
export async function countMembers(sql: Sql, group: GroupKey): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(waGroupMembers).where(inGroup(group))
  return row?.total ?? 0
}

/** One member by any address. */
export async function findMember(
  sql: Sql,
  group: GroupKey,
  person: { phone: string | null; lid: string | null },
): Promise<WaGroupMemberRow | undefined> {
  const byPhone = person.phone === null ? undefined : eq(waGroupMembers.phone, person.phone)
  const byLid = person.lid === null ? undefined : eq(waGroupMembers.lid, person.lid)
  if (byPhone === undefined && byLid === undefined) return undefined
  const [row] = await sql
    .select()
    .from(waGroupMembers)
    .where(and(inGroup(group), or(byPhone, byLid)))
    .limit(1)
  return row
}

/** Removes members by their row ids; with no list everybody. */
export async function deleteMembers(sql: Sql, group: GroupKey, ids?: readonly string[]): Promise<void> {
  if (ids?.length === 0) return
  const chosen = ids === undefined ? undefined : inArray(waGroupMembers.id, [...ids])
  await sql.delete(waGroupMembers).where(and(inGroup(group), chosen))
}

/** Adds members, or changes those whose row id is known. */
export async function upsertMembers(sql: Sql, rows: readonly WaGroupMemberRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql.execute(text`
    INSERT INTO wa_group_members (id, session_id, wa_group_id, tenant_id, phone, lid, role)
    SELECT id, "sessionId", "waGroupId", "tenantId", phone, lid, role
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, "sessionId" uuid, "waGroupId" text,
      "tenantId" uuid, phone text, lid text, role text)
    ON CONFLICT (id) DO UPDATE SET phone = excluded.phone, lid = excluded.lid, role = excluded.role`)
}

/** A phone and a LID are one person: members known by one address get the other; two rows of one person become one. */
export async function completeMembers(
  sql: Sql,
  tenantId: string,
  mappings: readonly { phone: string; lid: string }[],
): Promise<void> {
  const mappingRows = text`json_to_recordset(${JSON.stringify(mappings)}::json) AS r(phone text, lid text)`
  await sql.execute(text`
    DELETE FROM wa_group_members d USING ${mappingRows}, wa_group_members k
    WHERE d.tenant_id = ${tenantId} AND d.phone IS NULL AND d.lid = r.lid
      AND k.session_id = d.session_id AND k.wa_group_id = d.wa_group_id AND k.phone = r.phone`)
  await sql.execute(text`
    UPDATE wa_group_members m SET phone = r.phone FROM ${mappingRows}
    WHERE m.tenant_id = ${tenantId} AND m.phone IS NULL AND m.lid = r.lid`)
  await sql.execute(text`
    UPDATE wa_group_members m SET lid = r.lid FROM ${mappingRows}
    WHERE m.tenant_id = ${tenantId} AND m.lid IS NULL AND m.phone = r.phone
      AND NOT EXISTS (SELECT FROM wa_group_members o
        WHERE o.session_id = m.session_id AND o.wa_group_id = m.wa_group_id AND o.lid = r.lid)`)
}

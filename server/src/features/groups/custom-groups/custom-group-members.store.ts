import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A list, as its members name it. */
export interface ListKey {
  tenantId: string
  groupId: string
}

/** Somebody to be put on a list, with an id already chosen. */
export interface NewMember {
  id: string
  /** Digits. */
  phone: string
  name: string | null
  variables: Readonly<Record<string, string>>
}

/** A member with the moment it was added, as a text of the database. */
export interface MemberRow extends NewMember, Record<string, unknown> {
  addedAt: string
}

const memberColumns = text`id, phone, name, variables, added_at AS "addedAt"`

/** Adds those whose phones are not on the list yet, in one order for everybody; answers the phones that went in. */
export async function insertMembers(
  sql: Sql,
  { tenantId, groupId }: ListKey,
  members: readonly NewMember[],
  now: Date,
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ phone: string }>(text`
    INSERT INTO custom_group_members (id, tenant_id, group_id, phone, name, variables, added_at)
    SELECT id, ${tenantId}::uuid, ${groupId}::uuid, phone, name, variables, ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(members)}::json) AS r(id uuid, phone text, name text, variables jsonb)
    ORDER BY phone
    ON CONFLICT (group_id, phone) DO NOTHING RETURNING phone`)
  return new Set(rows.map((row) => row.phone))
}

/** One page of the members as they came. */
export async function listMembers(
  sql: Sql,
  { tenantId, groupId }: ListKey,
  limit: number,
  offset: number,
): Promise<MemberRow[]> {
  const { rows } = await sql.execute<MemberRow>(text`
    SELECT ${memberColumns} FROM custom_group_members
    WHERE tenant_id = ${tenantId} AND group_id = ${groupId} ORDER BY id LIMIT ${limit} OFFSET ${offset}`)
  return rows
}

/** The members that come after one, as they came. */
export async function listNextMembers(
  sql: Sql,
  { tenantId, groupId }: ListKey,
  afterId: string | undefined,
  limit: number,
): Promise<MemberRow[]> {
  const after = afterId === undefined ? text`` : text`AND id > ${afterId}::uuid`
  const { rows } = await sql.execute<MemberRow>(text`
    SELECT ${memberColumns} FROM custom_group_members
    WHERE tenant_id = ${tenantId} AND group_id = ${groupId} ${after} ORDER BY id LIMIT ${limit}`)
  return rows
}

/** Takes members off a list by their ids or phones (digits); answers how many were on it. */
export async function deleteMembers(
  sql: Sql,
  { tenantId, groupId }: ListKey,
  chosen: { ids: readonly string[] } | { phones: readonly string[] },
): Promise<number> {
  const condition =
    'ids' in chosen
      ? text`id = ANY(${text.param([...chosen.ids])}::uuid[])`
      : text`phone = ANY(${text.param([...chosen.phones])}::text[])`
  const { rows } = await sql.execute(text`
    DELETE FROM custom_group_members WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM custom_group_members
      WHERE tenant_id = ${tenantId} AND group_id = ${groupId} AND ${condition} ORDER BY phone FOR UPDATE))
    RETURNING id`)
  return rows.length
}

/**
 * Removes some of the members that a list has left behind, those after an id, unless the list is there; answers the last
 * id that went. What is behind it need not be looked at again.
 */
export async function deleteLeftBehind(
  sql: Sql,
  { tenantId, groupId }: ListKey,
  options: { afterId: string | undefined; most: number },
): Promise<string | undefined> {
  const after = options.afterId === undefined ? text`` : text`AND id > ${options.afterId}::uuid`
  const { rows } = await sql.execute<{ id: string }>(text`
    DELETE FROM custom_group_members WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM custom_group_members WHERE tenant_id = ${tenantId} AND group_id = ${groupId} ${after}
        AND NOT EXISTS (SELECT FROM custom_groups WHERE id = ${groupId}) ORDER BY id LIMIT ${options.most}))
    RETURNING id`)
  return rows.reduce<string | undefined>(
    (last, { id }) => (last === undefined || id > last ? id : last),
    undefined,
  )
}

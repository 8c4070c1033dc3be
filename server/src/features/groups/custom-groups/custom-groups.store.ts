import { and, count, desc, eq, isNotNull, isNull, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type CustomGroupRow, customGroups, type GroupKind } from './custom-groups.tables.ts'

const ofGroup = (tenantId: string, id: string) =>
  and(eq(customGroups.tenantId, tenantId), eq(customGroups.id, id))

/** A list has members, a segment a filter. A plan allows a tenant so few that none needs an index of its own. */
function ofKind(tenantId: string, kind: GroupKind | undefined) {
  const { filter } = customGroups
  const isKind = kind === undefined ? undefined : kind === 'segment' ? isNotNull(filter) : isNull(filter)
  return and(eq(customGroups.tenantId, tenantId), isKind)
}

/** How many lists a tenant has. */
export async function countGroups(sql: Sql, tenantId: string, kind?: GroupKind): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(customGroups).where(ofKind(tenantId, kind))
  return row?.total ?? 0
}

/** One page of a tenant's lists, newest first. */
export function listGroups(
  sql: Sql,
  tenantId: string,
  { limit, offset, kind }: { limit: number; offset: number; kind?: GroupKind | undefined },
): Promise<CustomGroupRow[]> {
  return sql
    .select()
    .from(customGroups)
    .where(ofKind(tenantId, kind))
    .orderBy(desc(customGroups.createdAt), desc(customGroups.id))
    .limit(limit)
    .offset(offset)
}

/** One list of a tenant. */
export async function findGroup(sql: Sql, tenantId: string, id: string): Promise<CustomGroupRow | undefined> {
  const [row] = await sql.select().from(customGroups).where(ofGroup(tenantId, id))
  return row
}

/** One list of a tenant, which cannot be deleted until the transaction ends. */
export async function holdGroup(sql: Sql, tenantId: string, id: string): Promise<CustomGroupRow | undefined> {
  const [row] = await sql.select().from(customGroups).where(ofGroup(tenantId, id)).for('key share')
  return row
}

/** One list of a tenant, for this transaction alone. */
export async function lockGroup(sql: Sql, tenantId: string, id: string): Promise<CustomGroupRow | undefined> {
  const [row] = await sql.select().from(customGroups).where(ofGroup(tenantId, id)).for('update')
  return row
}

/** How many of a tenant's lists are older than one of them. */
export async function countOlder(sql: Sql, row: CustomGroupRow): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM custom_groups o JOIN custom_groups g ON g.id = ${row.id}
    WHERE o.tenant_id = ${row.tenantId} AND (o.created_at, o.id) < (g.created_at, g.id)`)
  return rows[0]?.total ?? 0
}

/** Adds a list. */
export async function insertGroup(sql: Sql, row: CustomGroupRow): Promise<void> {
  await sql.insert(customGroups).values(row)
}

/** Changes what is given; undefined when the tenant has no such list. */
export async function updateGroup(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Pick<CustomGroupRow, 'name' | 'description' | 'updatedAt'>>,
): Promise<CustomGroupRow | undefined> {
  const [row] = await sql.update(customGroups).set(change).where(ofGroup(tenantId, id)).returning()
  return row
}

/** Deletes a list without its members. */
export async function deleteGroup(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.delete(customGroups).where(ofGroup(tenantId, id))
}

/** Counts members that came or went, and keeps the names of values that are new; answers the list as it is now. */
export async function noteMembers(
  sql: Sql,
  group: Pick<CustomGroupRow, 'tenantId' | 'id'>,
  change: { added: number; names: readonly string[]; now: Date },
): Promise<Pick<CustomGroupRow, 'memberCount' | 'variableNames'> | undefined> {
  const known = text`SELECT lower(normalize(n, NFC)) FROM unnest(variable_names) AS n`
  // What is on nobody's entry any more is forgotten with the last entry: earlier, everybody would have to be asked.
  const left =
    change.names.length === 0
      ? text`CASE WHEN member_count + ${change.added} = 0 THEN '{}' ELSE variable_names END`
      : text`variable_names || ARRAY(
          SELECT n FROM unnest(${text.param([...change.names])}::text[]) WITH ORDINALITY AS r (n, i)
          WHERE lower(normalize(n, NFC)) NOT IN (${known}) ORDER BY i)`
  const { rows } = await sql.execute<Pick<CustomGroupRow, 'memberCount' | 'variableNames'>>(text`
    UPDATE custom_groups SET member_count = member_count + ${change.added},
      updated_at = ${change.now.toISOString()}::timestamptz, variable_names = ${left}
    WHERE id = ${group.id} AND tenant_id = ${group.tenantId}
    RETURNING member_count AS "memberCount", variable_names AS "variableNames"`)
  return rows[0]
}

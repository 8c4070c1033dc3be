import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A list, or a segment with its filter. */
export interface FilteredGroup extends Record<string, unknown> {
  id: string
  name: string
  filter: Record<string, unknown> | null
  variableNames: string[]
}

const columns = text`g.id, g.name, g.filter, g.variable_names AS "variableNames"`

/** Some groups of a tenant. */
export async function listGroupsById(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<FilteredGroup[]> {
  const { rows } = await sql.execute<FilteredGroup>(text`
    SELECT ${columns} FROM custom_groups g
    WHERE g.tenant_id = ${tenantId} AND g.id = ANY(${text.param([...ids])}::uuid[])`)
  return rows
}

/**
 * Locks a group until the transaction ends, so that nobody is put on it meanwhile. Whether it has members its own row
 * says: what another table says is as old as the begin of the statement, which may have waited for the lock.
 */
export async function lockFiltered(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<(FilteredGroup & { hasMembers: boolean }) | undefined> {
  const { rows } = await sql.execute<FilteredGroup & { hasMembers: boolean }>(text`
    SELECT ${columns}, g.filter IS NULL AND g.member_count > 0 AS "hasMembers"
    FROM custom_groups g WHERE g.tenant_id = ${tenantId} AND g.id = ${id} FOR UPDATE OF g`)
  return rows[0]
}

/** Holds groups that something is going to name: none of them goes until the transaction ends. Answers those there are. */
export async function holdNamed(sql: Sql, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM custom_groups WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])
    ORDER BY id FOR KEY SHARE`)
  return new Set(rows.map(({ id }) => id))
}

/** Replaces a group's filter; it is not counted then. */
export async function updateFilter(
  sql: Sql,
  tenantId: string,
  id: string,
  filter: object | null,
  now: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE custom_groups SET filter = ${filter === null ? null : JSON.stringify(filter)}::jsonb,
      member_count = 0, member_counted_at = NULL, updated_at = ${now.toISOString()}::timestamptz
    WHERE tenant_id = ${tenantId} AND id = ${id}`)
}

/** Notes how many people a segment has, as long as it is the filter they were counted with. */
export async function updateCount(
  sql: Sql,
  tenantId: string,
  id: string,
  { filter, count, now }: { filter: object; count: number; now: Date },
): Promise<void> {
  await sql.execute(text`
    UPDATE custom_groups SET member_count = ${count}, member_counted_at = ${now.toISOString()}::timestamptz
    WHERE tenant_id = ${tenantId} AND id = ${id} AND filter = ${JSON.stringify(filter)}::jsonb`)
}

// Reads tables of other areas: conversations (labels), groups (custom_group_members, custom_groups), leads (lead_groups, monitored_groups), safety (opt_outs), sessions (sessions).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

const idsOf = (ids: readonly string[]) => text`ANY(${text.param([...ids])}::uuid[])`

/** The people of a list, as a subquery in parentheses. */
export function membersOf(tenantId: string, groupId: string): SQL {
  return text`(SELECT m.phone, m.name, m.variables
    FROM custom_group_members m WHERE m.group_id = ${groupId} AND m.tenant_id = ${tenantId})`
}

/** A query with others before it that it names, as a subquery in parentheses. */
export function queryAfter(named: readonly { name: string; query: SQL }[], query: SQL): SQL {
  const parts = named.map((each) => text`${text.identifier(each.name)} AS (${each.query})`)
  return named.length === 0 ? text`(${query})` : text`(WITH ${text.join(parts, text`, `)} ${query})`
}

/** A named query as a table. */
export function tableNamed(name: string): SQL {
  return text`${text.identifier(name)}`
}

/** Replaces which groups a segment's filter names. */
export async function replaceReferences(
  sql: Sql,
  tenantId: string,
  segmentId: string,
  groupIds: readonly string[],
): Promise<void> {
  await sql.execute(text`
    DELETE FROM segment_references WHERE tenant_id = ${tenantId} AND segment_id = ${segmentId}`)
  if (groupIds.length === 0) return
  await sql.execute(text`
    INSERT INTO segment_references (segment_id, group_id, tenant_id)
    SELECT ${segmentId}::uuid, id, ${tenantId}::uuid FROM unnest(${text.param([...groupIds])}::uuid[]) AS r (id)`)
}

/** The groups that filters lead to from these, themselves included, at most so many. */
export async function listReachable(
  sql: Sql,
  tenantId: string,
  groupIds: readonly string[],
  most: number,
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    WITH RECURSIVE reached AS (
      SELECT id FROM unnest(${text.param([...groupIds])}::uuid[]) AS r (id)
      UNION SELECT s.group_id FROM segment_references s JOIN reached ON reached.id = s.segment_id
      WHERE s.tenant_id = ${tenantId}
    )
    SELECT id FROM reached LIMIT ${most}`)
  return rows.map(({ id }) => id)
}

/** Names of segments whose filters name a group. */
export async function listNaming(sql: Sql, tenantId: string, groupId: string): Promise<string[]> {
  const { rows } = await sql.execute<{ name: string }>(text`
    SELECT g.name FROM segment_references s JOIN custom_groups g ON g.id = s.segment_id
    WHERE s.tenant_id = ${tenantId} AND s.group_id = ${groupId} AND s.segment_id <> ${groupId}
    ORDER BY g.name, g.id LIMIT 10`)
  return rows.map(({ name }) => name)
}

/** Which of these a tenant has. */
export async function listKnown(
  sql: Sql,
  tenantId: string,
  wanted: { labels: readonly string[]; sessions: readonly string[]; sources: readonly string[] },
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM labels WHERE tenant_id = ${tenantId} AND id = ${idsOf(wanted.labels)}
    UNION ALL SELECT id FROM sessions WHERE tenant_id = ${tenantId} AND id = ${idsOf(wanted.sessions)}
    UNION ALL SELECT id FROM monitored_groups WHERE tenant_id = ${tenantId} AND id = ${idsOf(wanted.sources)}
    UNION ALL SELECT s.id FROM unnest(${text.param([...wanted.sources])}::uuid[]) AS s (id)
      WHERE EXISTS (SELECT FROM lead_groups z WHERE z.tenant_id = ${tenantId} AND z.group_id = s.id)`)
  return new Set(rows.map(({ id }) => id))
}

/** Somebody of a list or segment. */
export interface PersonRow extends Record<string, unknown> {
  /** Digits. */
  phone: string
  name: string | null
  variables: Record<string, string>
}

/** Somebody of a preview. */
export interface PreviewRow extends PersonRow {
  isOptedOut: boolean
}

/** The numbers of all people in order, with spaces between them: some 13 bytes each, found out once. */
export async function listNumbers(sql: Sql, people: SQL): Promise<string> {
  const { rows } = await sql.execute<{ phones: string | null }>(
    text`SELECT string_agg(p.phone, ' ' ORDER BY p.phone) AS phones FROM ${people} p`,
  )
  return rows[0]?.phones ?? ''
}

/** Those of some numbers who are among the people, by number. */
export async function listPeopleByNumber(
  sql: Sql,
  people: SQL,
  phones: readonly string[],
): Promise<PersonRow[]> {
  const { rows } = await sql.execute<PersonRow>(text`
    SELECT p.phone, p.name, p.variables FROM ${people} p
    WHERE p.phone = ANY(${text.param([...phones])}::text[]) ORDER BY p.phone`)
  return rows
}

/** How many people there are and how many of them opted out, and one page of them by number. */
export async function readPreview(
  sql: Sql,
  tenantId: string,
  people: SQL,
  page: { limit: number; offset: number },
): Promise<{ total: number; optedOut: number; rows: PreviewRow[] }> {
  const { rows } = await sql.execute<{ total: number; optedOut: number; rows: PreviewRow[] }>(text`
    WITH people AS MATERIALIZED (
      SELECT p.phone, p.name, p.variables, coalesce(o.is_opted_out, false) AS "isOptedOut"
      FROM ${people} p LEFT JOIN opt_outs o ON o.tenant_id = ${tenantId} AND o.address = p.phone
    )
    SELECT count(*)::int AS total, (count(*) FILTER (WHERE "isOptedOut"))::int AS "optedOut",
      (SELECT coalesce(json_agg(g), '[]') FROM (
        SELECT * FROM people ORDER BY phone LIMIT ${page.limit} OFFSET ${page.offset}) g) AS rows
    FROM people`)
  return rows[0] ?? { total: 0, optedOut: 0, rows: [] }
}

/** How many people there are. */
export async function countPeople(sql: Sql, people: SQL): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`SELECT count(*)::int AS total FROM ${people} p`)
  return rows[0]?.total ?? 0
}

import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadStatus } from '../detection/leads.tables.ts'

/** A lead as lists show it. */
export interface LeadRow extends Record<string, unknown> {
  id: string
  contactPhone: string | null
  contactName: string | null
  status: LeadStatus
  score: number
  scoreSource: 'signals' | 'ai'
  groupId: string
  groupName: string
  matchedKeyword: string | null
  messagePreview: string | null
  monitorMode: string
  /** As answers carry timestamps, as the one below. */
  triggeredAt: string
  detectedAt: string
}

/** Which leads of a tenant; the search is a text that PostgreSQL reads as `tsquery`. */
export interface LeadFilter {
  tenantId: string
  status: LeadStatus | undefined
  groupId: string | undefined
  search: string | undefined
}

const wireTimestamp = (timestamp: SQL) =>
  text`to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

const columns = text`l.id, l.contact_phone AS "contactPhone", l.contact_name AS "contactName", l.status, l.score,
  l.score_source AS "scoreSource", l.group_id AS "groupId", l.group_name AS "groupName",
  l.matched_keyword AS "matchedKeyword", l.message_preview AS "messagePreview", l.monitor_mode AS "monitorMode",
  ${wireTimestamp(text`l.triggered_at`)} AS "triggeredAt", ${wireTimestamp(text`l.detected_at`)} AS "detectedAt"`

// The expression of the index `lead_search_words`, to the letter.
const words = text`lead_words(l.tenant_id, l.contact_name, l.contact_phone, l.keywords)`

/** Conditions on `l`: a lead, or its row of `lead_search`, where alone there is something to search. */
function condition({ tenantId, status, groupId, search }: LeadFilter): SQL {
  return text`l.tenant_id = ${tenantId}
    ${status === undefined ? text`` : text`AND l.status = ${status}`}
    ${groupId === undefined ? text`` : text`AND l.group_id = ${groupId}`}
    ${search === undefined ? text`` : text`AND ${words} @@ ${search}::tsquery`}`
}

const tableOf = ({ search }: LeadFilter): SQL => (search === undefined ? text`leads` : text`lead_search`)

/** How many leads there are. */
export async function countLeads(sql: Sql, filter: LeadFilter): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM ${tableOf(filter)} l WHERE ${condition(filter)}`)
  return rows[0]?.total ?? 0
}

/** One page of leads, newest detection first. */
async function listPage(sql: Sql, filter: LeadFilter, limit: number, offset: number): Promise<LeadRow[]> {
  const { rows } = await sql.execute<LeadRow>(text`
    SELECT ${columns} FROM leads l WHERE ${condition(filter)}
    ORDER BY l.detected_at DESC, l.id DESC LIMIT ${limit} OFFSET ${offset}`)
  return rows
}

/** The same of what a search finds: both in one walk over the index, since the number of hits is asked anyway. */
async function searchPage(
  sql: Sql,
  filter: LeadFilter,
  limit: number,
  offset: number,
): Promise<{ rows: LeadRow[]; total: number }> {
  const { rows } = await sql.execute<LeadRow & { total: number; found: string | null }>(text`
    WITH hits AS MATERIALIZED (SELECT l.lead_id AS id, l.detected_at FROM lead_search l WHERE ${condition(filter)}),
      page AS (SELECT id FROM hits ORDER BY detected_at DESC, id DESC LIMIT ${limit} OFFSET ${offset})
    SELECT (SELECT count(*)::int FROM hits) AS total, p.id AS found, ${columns}
    FROM (SELECT 1) AS one LEFT JOIN page p ON true LEFT JOIN leads l ON l.id = p.id
    ORDER BY l.detected_at DESC, l.id DESC`)
  const total = rows[0]?.total ?? 0
  return {
    total,
    rows: rows.flatMap(({ total: _total, found, ...row }) => (found === null ? [] : [row as LeadRow])),
  }
}

/** One page of leads, newest detection first, and how many there are in all. */
export async function listLeads(
  sql: Sql,
  filter: LeadFilter,
  limit: number,
  offset: number,
): Promise<{ rows: LeadRow[]; total: number }> {
  if (filter.search !== undefined) return searchPage(sql, filter, limit, offset)
  const total = await countLeads(sql, filter)
  return { total, rows: offset >= total ? [] : await listPage(sql, filter, limit, offset) }
}

/** The cursor of a walk over leads: it goes on behind this one. */
export interface LeadCursor {
  id: string
  /** With all its digits, as PostgreSQL prints it. */
  detectedAt: string
}

/** The next leads of a walk, newest detection first; the cursor of the last one leads on. */
export async function listNextLeads(
  sql: Sql,
  filter: LeadFilter,
  after: LeadCursor | undefined,
  limit: number,
): Promise<(LeadRow & { exactAt: string })[]> {
  const key = filter.search === undefined ? text`l.id` : text`l.lead_id`
  const behind =
    after === undefined
      ? text``
      : text`AND (l.detected_at, ${key}) < (${after.detectedAt}::timestamptz, ${after.id}::uuid)`
  const { rows } = await sql.execute<LeadRow & { exactAt: string }>(text`
    WITH next AS (SELECT ${key} AS id FROM ${tableOf(filter)} l WHERE ${condition(filter)} ${behind}
      ORDER BY l.detected_at DESC, ${key} DESC LIMIT ${limit})
    SELECT ${columns}, l.detected_at::text AS "exactAt" FROM next n JOIN leads l ON l.id = n.id
    ORDER BY l.detected_at DESC, l.id DESC`)
  return rows
}

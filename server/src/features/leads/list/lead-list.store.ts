import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadStatus, ScoreSignal } from '../detection/leads.tables.ts'
import type { LeadSort } from './lead-list.schema.ts'

/** A lead as lists show it. */
export interface LeadRow extends Record<string, unknown> {
  id: string
  contactPhone: string | null
  contactName: string | null
  status: LeadStatus
  leadScore: number
  signalScore: number
  scoreSignals: ScoreSignal[]
  assignedTo: string | null
  groupId: string
  groupName: string
  matchedKeyword: string | null
  messagePreview: string | null
  monitorMode: string
  lastGroupId: string
  lastGroupName: string
  lastMatchedKeyword: string | null
  lastMessagePreview: string | null
  lastMonitorMode: string
  /** As answers carry timestamps, as the one below. */
  lastSignalAt: string
  detectedAt: string
}

/** Bounds of a score, both of them within. */
interface ScoreRange {
  least: number | undefined
  most: number | undefined
}

/** Which leads of a tenant, in which order; the search is a text that PostgreSQL reads as `tsquery`. */
export interface LeadFilter {
  tenantId: string
  status: LeadStatus | undefined
  /** Any group that gave a signal. */
  groupId: string | undefined
  search: string | undefined
  leadScore: ScoreRange
  signalScore: ScoreRange
  sort: LeadSort
  isAscending: boolean
  /** A user, or null for leads of nobody. */
  assignedTo?: string | null | undefined
  detectedAfter?: Date | undefined
  /** These and no others. */
  ids?: readonly string[] | undefined
}

const wireTimestamp = (timestamp: SQL) =>
  text`to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

const columns = text`l.id, l.contact_phone AS "contactPhone", l.contact_name AS "contactName", l.status,
  l.lead_score AS "leadScore", l.signal_score AS "signalScore", l.score_signals AS "scoreSignals",
  l.assigned_to AS "assignedTo",
  l.group_id AS "groupId", l.group_name AS "groupName", l.matched_keyword AS "matchedKeyword",
  l.message_preview AS "messagePreview", l.monitor_mode AS "monitorMode", l.last_group_id AS "lastGroupId",
  l.last_group_name AS "lastGroupName", l.last_matched_keyword AS "lastMatchedKeyword",
  l.last_message_preview AS "lastMessagePreview", l.last_monitor_mode AS "lastMonitorMode",
  ${wireTimestamp(text`l.last_signal_at`)} AS "lastSignalAt", ${wireTimestamp(text`l.detected_at`)} AS "detectedAt"`

// The expression of the index `lead_search_words`, to the letter.
const words = text`lead_words(s.tenant_id, s.contact_name, s.contact_phone, s.keywords)`

const sortColumns: Record<LeadSort, SQL | undefined> = {
  lead_detected_at: undefined,
  lead_score: text`l.lead_score`,
  signal_score: text`l.signal_score`,
  last_signal: text`l.last_signal_at`,
}

const isBounded = ({ least, most }: ScoreRange): boolean => least !== undefined || most !== undefined

/** The narrowest tables that know what is asked: `s` for a search, `g` for a group, `l` for the leads themselves. */
interface Source {
  from: SQL
  where: SQL
  id: SQL
  detectedAt: SQL
}

const nothing = text``

function within(column: SQL, { least, most }: ScoreRange): SQL {
  return text`${least === undefined ? nothing : text`AND ${column} >= ${least}`}
    ${most === undefined ? nothing : text`AND ${column} <= ${most}`}`
}

function narrowed({ assignedTo, detectedAfter, ids }: LeadFilter, detectedAt: SQL): SQL {
  const ofWhom =
    assignedTo === null ? text`AND l.assigned_to IS NULL` : text`AND l.assigned_to = ${assignedTo}`
  return text`${assignedTo === undefined ? nothing : ofWhom}
    ${detectedAfter === undefined ? nothing : text`AND ${detectedAt} >= ${detectedAfter.toISOString()}::timestamptz`}
    ${ids === undefined ? nothing : text`AND l.id = ANY(${text.param([...ids])}::uuid[])`}`
}

/** Where to look first: its table, what it says of status and group, and whether it is the lead itself. */
function baseOf({ search, groupId }: LeadFilter) {
  if (search !== undefined) {
    const ofGroup = text`AND (s.group_id = ${groupId} OR ${groupId} = ANY (s.other_group_ids))`
    const found = text`AND ${words} @@ ${search}::tsquery`
    return {
      name: text`s`,
      table: text`lead_search s`,
      id: text`s.lead_id`,
      status: text`s.status`,
      ofGroup,
      found,
    }
  }
  const lead = { status: text`l.status`, found: nothing }
  if (groupId === undefined)
    return { ...lead, name: text`l`, table: text`leads l`, id: text`l.id`, ofGroup: nothing }
  const ofGroup = text`AND g.group_id = ${groupId}`
  return { ...lead, name: text`g`, table: text`lead_groups g`, id: text`g.lead_id`, ofGroup }
}

function sourceOf(filter: LeadFilter): Source {
  const { tenantId, status, groupId, search, leadScore, signalScore } = filter
  const base = baseOf(filter)
  const isScored = isBounded(leadScore) || isBounded(signalScore) || sortColumns[filter.sort] !== undefined
  const isLead = search === undefined && groupId === undefined
  const isOfLead = filter.assignedTo !== undefined || filter.ids !== undefined
  const needsLead = isOfLead || isScored || (search === undefined && status !== undefined)
  return {
    from: needsLead && !isLead ? text`${base.table} JOIN leads l ON l.id = ${base.id}` : base.table,
    where: text`${base.name}.tenant_id = ${tenantId}
      ${status === undefined ? nothing : text`AND ${base.status} = ${status}`}
      ${groupId === undefined ? nothing : base.ofGroup} ${base.found}
      ${within(text`l.lead_score`, leadScore)} ${within(text`l.signal_score`, signalScore)}
      ${narrowed(filter, text`${base.name}.detected_at`)}`,
    id: base.id,
    detectedAt: text`${base.name}.detected_at`,
  }
}

/** What leads are ordered by: the column that is asked for, then the detection, so that no two are alike. */
function keyOf({ sort }: LeadFilter, { id, detectedAt }: Pick<Source, 'id' | 'detectedAt'>): SQL[] {
  const first = sortColumns[sort]
  return first === undefined ? [detectedAt, id] : [first, detectedAt, id]
}

const ofLead = { id: text`l.id`, detectedAt: text`l.detected_at` }

function orderBy({ isAscending }: LeadFilter, key: readonly SQL[]): SQL {
  const direction = isAscending ? text`ASC` : text`DESC`
  return text.join(
    key.map((column) => text`${column} ${direction}`),
    text`, `,
  )
}

/** How many leads there are. */
export async function countLeads(sql: Sql, filter: LeadFilter): Promise<number> {
  const { from, where } = sourceOf(filter)
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM ${from} WHERE ${where}`)
  return rows[0]?.total ?? 0
}

/** How many leads there are of each status. */
export async function countStatuses(
  sql: Sql,
  filter: LeadFilter,
): Promise<{ status: LeadStatus; count: number }[]> {
  const { from, where, id } = sourceOf(filter)
  const { rows } = await sql.execute<{ status: LeadStatus; count: number }>(text`
    SELECT q.status, count(*)::int AS count FROM leads q WHERE q.id IN (SELECT ${id} FROM ${from} WHERE ${where})
    GROUP BY 1`)
  return rows
}

/** The ids of leads, at most so many. */
export async function listLeadIds(sql: Sql, filter: LeadFilter, limit: number): Promise<string[]> {
  const { from, where, id } = sourceOf(filter)
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT ${id} AS id FROM ${from} WHERE ${where} LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** One page of leads in their order. */
async function listPage(sql: Sql, filter: LeadFilter, limit: number, offset: number): Promise<LeadRow[]> {
  const source = sourceOf(filter)
  const { rows } = await sql.execute<LeadRow>(text`
    WITH page AS (SELECT ${source.id} AS id FROM ${source.from} WHERE ${source.where}
      ORDER BY ${orderBy(filter, keyOf(filter, source))} LIMIT ${limit} OFFSET ${offset})
    SELECT ${columns} FROM page p JOIN leads l ON l.id = p.id
    ORDER BY ${orderBy(filter, keyOf(filter, ofLead))}`)
  return rows
}

/** The same of what a search finds: both in one walk over the index, since the number of hits is asked anyway. */
async function searchPage(
  sql: Sql,
  filter: LeadFilter,
  limit: number,
  offset: number,
): Promise<{ rows: LeadRow[]; total: number }> {
  const source = sourceOf(filter)
  const key = keyOf(filter, source)
  const names = key.map((_, index) => text.raw(index === key.length - 1 ? 'id' : `key${index}`))
  const hits = text.join(
    key.map((column, index) => text`${column} AS ${names[index]}`),
    text`, `,
  )
  const { rows } = await sql.execute<LeadRow & { total: number; found: string | null }>(text`
    WITH hits AS MATERIALIZED (SELECT ${hits} FROM ${source.from} WHERE ${source.where}),
      page AS (SELECT id FROM hits ORDER BY ${orderBy(filter, names)} LIMIT ${limit} OFFSET ${offset})
    SELECT (SELECT count(*)::int FROM hits) AS total, p.id AS found, ${columns}
    FROM (SELECT 1) AS one LEFT JOIN page p ON true LEFT JOIN leads l ON l.id = p.id
    ORDER BY ${orderBy(filter, keyOf(filter, ofLead))}`)
  const total = rows[0]?.total ?? 0
  return {
    total,
    rows: rows.flatMap(({ total: _total, found, ...row }) => (found === null ? [] : [row as LeadRow])),
  }
}

/** One page of leads in their order, and how many there are in all. */
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
  exactAt: string
  /** What is sorted by, where that is not the detection. */
  sorted: string | null
}

/** The next leads of a walk in their order; the last one is the cursor that leads on. */
export async function listNextLeads(
  sql: Sql,
  filter: LeadFilter,
  after: LeadCursor | undefined,
  limit: number,
): Promise<(LeadRow & LeadCursor)[]> {
  const source = sourceOf(filter)
  const key = keyOf(filter, source)
  const sorted = sortColumns[filter.sort]
  const type = filter.sort === 'last_signal' ? text`timestamptz` : text`integer`
  const at =
    after === undefined
      ? nothing
      : text`${sorted === undefined ? nothing : text`${after.sorted}::text::${type}, `}${after.exactAt}::timestamptz, ${after.id}::uuid`
  const behind =
    after === undefined
      ? nothing
      : text`AND (${text.join(key, text`, `)}) ${filter.isAscending ? text`>` : text`<`} (${at})`
  const { rows } = await sql.execute<LeadRow & LeadCursor>(text`
    WITH next AS (SELECT ${source.id} AS id FROM ${source.from} WHERE ${source.where} ${behind}
      ORDER BY ${orderBy(filter, key)} LIMIT ${limit})
    SELECT ${columns}, l.detected_at::text AS "exactAt",
      ${sorted === undefined ? text`NULL` : text`${sorted}::text`} AS sorted
    FROM next n JOIN leads l ON l.id = n.id ORDER BY ${orderBy(filter, keyOf(filter, ofLead))}`)
  return rows
}

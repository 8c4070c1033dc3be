// Reads tables of other areas: conversations (labels), sessions (sessions).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId } from '../rollups/rollups.schema.ts'
import type { WaitSet } from '../rollups/waits.service.ts'
import { type KeptPeriod, keptPeriodOf, wholeMonths } from './period.ts'

/** Whose figures, of which days. */
export interface FigureScope {
  tenantId: string
  sessionId: string | undefined
  labelId: string | undefined
  /** `YYYY-MM-DD`, both included. */
  from: string
  to: string
  timeZone: string
  /** The zone that the tenant's days are kept in; undefined before anything was counted. */
  keptZone: string | undefined
}

/** Figures that add up. */
export interface Figures {
  received: number
  sent: number
  groupReceived: number
  groupSent: number
  failed: number
  delivered: number
  read: number
  replied: number
  leadsDetected: number
  leadsContacted: number
  leadsQualified: number
  leadsConverted: number
  leadsLost: number
}

/** A row of figures: of a day, or a session or label. */
export type FigureRow = Figures & { key: string }
/** A row of answers. */
export interface WaitRow {
  key: string
  waits: readonly WaitSet[]
  firstWaits: readonly WaitSet[]
}

/** The column of each. */
export const figureColumns: Readonly<Record<keyof Figures, string>> = {
  received: 'received',
  sent: 'sent',
  groupReceived: 'group_received',
  groupSent: 'group_sent',
  failed: 'failed',
  delivered: 'delivered',
  read: 'read',
  replied: 'replied',
  leadsDetected: 'leads_detected',
  leadsContacted: 'leads_contacted',
  leadsQualified: 'leads_qualified',
  leadsConverted: 'leads_converted',
  leadsLost: 'leads_lost',
}
const figureSums = text.raw(
  Object.entries(figureColumns)
    .map(([name, column]) => `sum(${column})::int AS "${name}"`)
    .join(', '),
)

/** What rows are put together by. */
export type Grouping = 'day' | 'session' | 'label'

const keys: Readonly<Record<Grouping, SQL>> = {
  day: text`to_char(day, 'YYYY-MM-DD')`,
  session: text`session_id`,
  label: text`label_id`,
}

/** Rows of the scope: of one session and label, or of all those that are grouped by. */
function whose({ tenantId, sessionId, labelId }: FigureScope, by: Grouping): SQL {
  const session =
    by === 'session' && sessionId === undefined
      ? text`session_id <> ${everyId}`
      : text`session_id = ${sessionId ?? everyId}`
  const label =
    by === 'label' && labelId === undefined
      ? text`label_id <> ${everyId}`
      : text`label_id = ${labelId ?? everyId}`
  return text`tenant_id = ${tenantId} AND ${session} AND ${label}`
}

/** What is read of rows: figures, or answers as numbers. */
interface Read {
  /** Of days and months. */
  kept: SQL
  /** Of quarters of an hour. */
  slots: SQL
}

const sums = text.raw(`session_id, label_id, ${Object.values(figureColumns).join(', ')}`)
const figures: Read = { kept: sums, slots: sums }
const waits: Read = {
  kept: text`session_id, label_id, coalesce(wait_series, waits::text) AS waits,
    coalesce(first_wait_series, first_waits::text) AS first_waits`,
  slots: text`session_id, label_id, waits::text AS waits, first_waits::text AS first_waits`,
}

/** The whole months that have been put together, and the days of all others: fewer rows. */
function monthsAndDays(
  read: Read,
  scope: FigureScope,
  by: Grouping,
  { from, to }: { from: string; to: string },
): SQL {
  const { tenantId } = scope
  const { first, last } = wholeMonths(from, to)
  const months = text`month BETWEEN ${first}::date AND ${last}::date`
  return text`
    SELECT ${read.kept} FROM rollup_months WHERE ${whose(scope, by)} AND ${months}
    UNION ALL
    SELECT ${read.kept} FROM rollup_days WHERE ${whose(scope, by)} AND day BETWEEN ${from} AND ${to}
      AND (session_id, date_trunc('month', day::timestamp)::date) NOT IN (
        SELECT session_id, month FROM rollup_months
        WHERE tenant_id = ${tenantId} AND label_id = ${everyId} AND ${months})`
}

/** What lies within the period, whatever its days: days of the zone that they are kept in, and what is around them. */
function around(read: Read, scope: FigureScope, by: Grouping, { begin, end, days }: KeptPeriod): SQL {
  const during = (from: Date, to: Date): SQL =>
    text`(slot >= ${from.toISOString()}::timestamptz AND slot < ${to.toISOString()}::timestamptz)`
  const slots = text`SELECT ${read.slots} FROM rollup_slots WHERE ${whose(scope, by)}`
  if (days === undefined) return text`${slots} AND ${during(begin, end)}`
  return text`${monthsAndDays(read, scope, by, days)}
    UNION ALL ${slots} AND (${during(begin, days.begin)} OR ${during(days.end, end)})`
}

/** Whether the days of a scope are those that are kept: all others are told from the quarters of an hour. */
export const isKept = ({ timeZone, keptZone }: FigureScope): boolean => keptZone === timeZone

/** What a scope covers, of the kept days or whatever they are grouped by. */
function rowsOf(read: Read, scope: FigureScope, by: Grouping): SQL {
  const { from, to, keptZone } = scope
  if (by === 'day')
    return text`SELECT day, ${read.kept} FROM rollup_days WHERE ${whose(scope, by)} AND day BETWEEN ${from} AND ${to}`
  return isKept(scope)
    ? monthsAndDays(read, scope, by, scope)
    : around(read, scope, by, keptPeriodOf(scope, keptZone))
}

/** The zone that a tenant's days are kept in, and a number that grows with each count; undefined before the first. */
export async function findCounted(
  sql: Sql,
  tenantId: string,
): Promise<{ timeZone: string; version: string } | undefined> {
  const { rows } = await sql.execute<{ timeZone: string; version: string }>(text`
    SELECT time_zone AS "timeZone", version::text FROM rollup_tenants WHERE tenant_id = ${tenantId}`)
  return rows[0]
}

/** Since when something of a tenant waits to be counted; null when nothing does. */
export async function findOldestMark(sql: Sql, tenantId: string): Promise<Date | null> {
  const { rows } = await sql.execute<{ at: string | null }>(text`
    SELECT to_char(min(created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at FROM rollup_marks
    WHERE tenant_id = ${tenantId}`)
  const at = rows[0]?.at
  return at === null || at === undefined ? null : new Date(at)
}

/** Figures by day, session or label; days are those that are kept. */
export async function listFigures(sql: Sql, scope: FigureScope, by: Grouping): Promise<FigureRow[]> {
  const { rows } = await sql.execute<FigureRow & Record<string, unknown>>(text`
    SELECT ${keys[by]} AS key, ${figureSums} FROM (${rowsOf(figures, scope, by)}) d GROUP BY 1 ORDER BY 1`)
  return rows
}

/** Answers by day, session or label; days are those that are kept. Several rows may have one key. */
export async function listWaits(sql: Sql, scope: FigureScope, by: Grouping): Promise<WaitRow[]> {
  const { rows } = await sql.execute<{ key: string; waits: string; firstWaits: string }>(text`
    SELECT ${keys[by]} AS key, waits, first_waits AS "firstWaits" FROM (${rowsOf(waits, scope, by)}) d
    WHERE waits NOT IN ('', '{}') ORDER BY 1`)
  return rows.map((row) => ({
    key: row.key,
    waits: [row.waits],
    firstWaits: [row.firstWaits],
  }))
}

/** Names of a tenant's sessions by id. */
export async function listSessionNames(sql: Sql, tenantId: string): Promise<Map<string, string>> {
  const { rows } = await sql.execute<{ id: string; name: string }>(text`
    SELECT id, name FROM sessions WHERE tenant_id = ${tenantId}`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** A tenant's labels by id. */
export async function listLabelNames(
  sql: Sql,
  tenantId: string,
): Promise<Map<string, { name: string; color: string }>> {
  const { rows } = await sql.execute<{ id: string; name: string; color: string }>(text`
    SELECT id, name, color FROM labels WHERE tenant_id = ${tenantId}`)
  return new Map(rows.map(({ id, name, color }) => [id, { name, color }]))
}

/** What was sent to persons in one hour of the week. */
export interface HourRow extends Record<string, unknown> {
  weekday: number
  hour: number
  sent: number
  read: number
  replied: number
}

/** Sends to persons by hour of the week, of one session or all. */
export async function listHours(
  sql: Sql,
  scope: {
    tenantId: string
    sessionId: string | undefined
    since: Date
    timeZone: string
    isOutreach: boolean
  },
): Promise<HourRow[]> {
  const { tenantId, sessionId, since, timeZone, isOutreach } = scope
  const columns = isOutreach
    ? text`outreach_sent AS sent, outreach_read AS read, outreach_replied AS replied`
    : text`sent - group_sent AS sent, read, replied`
  const { rows } = await sql.execute<HourRow>(text`
    SELECT extract(isodow FROM at)::int AS weekday, extract(hour FROM at)::int AS hour, sum(sent)::int AS sent,
      sum(read)::int AS read, sum(replied)::int AS replied
    FROM (
      SELECT slot AT TIME ZONE ${timeZone} AS at, ${columns} FROM rollup_slots
      WHERE tenant_id = ${tenantId} AND session_id = ${sessionId ?? everyId} AND label_id = ${everyId}
        AND slot >= ${since.toISOString()}::timestamptz AND sent > 0
    ) s GROUP BY 1, 2`)
  return rows
}

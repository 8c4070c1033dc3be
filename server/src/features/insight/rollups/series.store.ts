import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId, type SeriesColumn, seriesFigures } from './rollups.schema.ts'

const dayOf = (column: SQL): SQL => text`(${column} AT TIME ZONE 'UTC')::date`
const startOf = (day: SQL): SQL => text`((${day})::timestamp AT TIME ZONE 'UTC')`

/** Answers as numbers: step, how many, seconds together; before each what `prefix` says. */
export function waitSeries(waits: SQL, prefix = text`''`): SQL {
  return text`coalesce((
    SELECT string_agg(${prefix} || e.key || ' ' || (e.value->>0) || ' ' || (e.value->>1), ' ' ORDER BY e.key)
    FROM jsonb_each(${waits}) e), '')`
}

const quarter = text`(extract(epoch FROM slot)::bigint % 86400 / 900)`

function figuresOf(name: keyof typeof seriesFigures): SQL {
  const columns = seriesFigures[name]
  const numbers = text.raw(columns.join(', '))
  const hasAny = text.raw(`${columns.join(' + ')} > 0`)
  return text`coalesce(string_agg(concat_ws(' ', ${quarter}, ${numbers}), ' ' ORDER BY slot) FILTER (WHERE ${hasAny}), '')`
}

const waitsOf = (
  column: SQL,
): SQL => text`coalesce(string_agg(${waitSeries(column, text`${quarter} || ' '`)}, ' '
  ORDER BY slot) FILTER (WHERE ${column} <> '{}'), '')`

/** Series of days (UTC), each with its session and label, from quarters of an hour. */
const seriesOf = (slots: SQL): SQL => text`
  SELECT session_id, label_id, ${dayOf(text`slot`)} AS day, ${figuresOf('messages')} AS messages,
    ${figuresOf('outreach')} AS outreach, ${figuresOf('leads')} AS leads, ${waitsOf(text`waits`)} AS waits,
    ${waitsOf(text`first_waits`)} AS first_waits
  FROM (${slots}) s GROUP BY 1, 2, 3`

/** Which days (UTC), both included, of all sessions or of one and all of them together. */
interface SeriesSpan {
  first: SQL
  last: SQL
  sessionId: string | undefined
}

async function writeSeries(sql: Sql, tenantId: string, { first, last, sessionId }: SeriesSpan) {
  const whose =
    sessionId === undefined
      ? text`tenant_id = ${tenantId}`
      : text`tenant_id = ${tenantId} AND session_id IN (${sessionId}, ${everyId})`
  await sql.execute(text`DELETE FROM rollup_series WHERE ${whose} AND day BETWEEN ${first} AND ${last}`)
  const slots = text`SELECT * FROM rollup_slots
    WHERE ${whose} AND slot >= ${startOf(first)} AND slot < ${startOf(text`${last} + 1`)}`
  await sql.execute(text`
    INSERT INTO rollup_series (tenant_id, session_id, label_id, day, messages, outreach, leads, waits, first_waits)
    SELECT ${tenantId}, x.* FROM (${seriesOf(slots)}) x`)
}

/** Writes the series of the days (UTC) that a time of a session touches anew. */
export async function addUpSeries(
  sql: Sql,
  tenantId: string,
  { sessionId, from, to }: { sessionId: string; from: Date; to: Date },
): Promise<void> {
  const day = (at: Date): SQL => text`${at.toISOString().slice(0, 10)}::date`
  await writeSeries(sql, tenantId, { first: day(from), last: day(new Date(to.getTime() - 1)), sessionId })
}

/** So many days are written at once where they were counted before there were series. */
const daysAtOnce = 4

/** Writes the next series that an older version of the program left out, newest first; whether there were any. */
export async function addOldSeries(sql: Sql, tenantId: string): Promise<boolean> {
  const { rows } = await sql.execute<{ last: string | null }>(text`
    SELECT to_char((
      SELECT ${dayOf(text`max(s.slot)`)} FROM rollup_slots s
      WHERE s.tenant_id = ${tenantId} AND s.slot < ${startOf(text`r.series_since`)}
    ), 'YYYY-MM-DD') AS last
    FROM rollup_tenants r WHERE r.tenant_id = ${tenantId} AND r.series_since > '-infinity'`)
  const [row] = rows
  if (row === undefined) return false
  const last = row.last === null ? text`'-infinity'::date` : text`${row.last}::date`
  const first = row.last === null ? last : text`(${last} - ${daysAtOnce - 1}::int)`
  if (row.last !== null) {
    await writeSeries(sql, tenantId, { first, last, sessionId: undefined })
    await fillWaits(sql, tenantId, { first, last })
  }
  await sql.execute(text`UPDATE rollup_tenants SET series_since = ${first} WHERE tenant_id = ${tenantId}`)
  return true
}

/** Writes answers of days and months as numbers where they are not yet; of any zone, so a day more at both ends. */
async function fillWaits(sql: Sql, tenantId: string, { first, last }: { first: SQL; last: SQL }) {
  const filled = text`wait_series = ${waitSeries(text`waits`)}, first_wait_series = ${waitSeries(text`first_waits`)}`
  await sql.execute(text`
    UPDATE rollup_days SET ${filled} WHERE tenant_id = ${tenantId} AND wait_series IS NULL
      AND day BETWEEN ${first} - 1 AND ${last} + 1`)
  await sql.execute(text`
    UPDATE rollup_months SET ${filled} WHERE tenant_id = ${tenantId} AND wait_series IS NULL
      AND month BETWEEN date_trunc('month', (${first} - 1)::timestamp)::date AND ${last} + 1`)
}

/** Whose series: of one session and label, or of all. */
export interface SeriesScope {
  tenantId: string
  sessionId: string | undefined
  labelId: string | undefined
}

/** A day (UTC), its number since 1970, and a series of it. */
export interface SeriesRow extends Record<string, unknown> {
  day: number
  series: string
}

/**
 * A series of days (UTC, `YYYY-MM-DD`), both included. Those that have not been written yet are put together from the
 * quarters of an hour, which takes longer.
 */
export async function listSeries(
  sql: Sql,
  { tenantId, sessionId, labelId }: SeriesScope,
  { from, to }: { from: string; to: string },
  column: SeriesColumn,
): Promise<SeriesRow[]> {
  const whose = text`tenant_id = ${tenantId} AND session_id = ${sessionId ?? everyId} AND label_id = ${labelId ?? everyId}`
  const since = text`coalesce((SELECT series_since FROM rollup_tenants WHERE tenant_id = ${tenantId}), 'infinity')`
  const missing = text`SELECT * FROM rollup_slots WHERE ${whose}
    AND slot >= ${startOf(text`${from}::date`)} AND slot < ${startOf(text`least(${to}::date + 1, ${since})`)}`
  const name = text.raw(column)
  const { rows } = await sql.execute<SeriesRow>(text`
    SELECT day - '1970-01-01'::date AS day, ${name} AS series FROM rollup_series
    WHERE ${whose} AND day BETWEEN ${from}::date AND ${to}::date AND day >= ${since} AND ${name} <> ''
    UNION ALL
    SELECT day - '1970-01-01'::date, ${name} FROM (${seriesOf(missing)}) m WHERE ${name} <> ''`)
  return rows
}

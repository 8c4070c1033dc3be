import { quarterSeconds, type ReportSpan } from '../report-figures/report-span.schema.ts'
import type { LocalClock } from './local-clock.ts'
import type {
  ReportCell,
  ReportContent,
  ReportFigure,
  ReportSeries,
  ReportTable,
  Unit,
} from './report-content.schema.ts'

/** What a template is asked for. */
export interface ReportAsk extends ReportSpan {
  clock: LocalClock
}

/** What a template finds out; the rest of a report is the same for all. */
export type ReportParts = Pick<ReportContent, 'has_data' | 'figures' | 'series' | 'tables' | 'notes'>

/** A report of so many parts; what is not given is empty. */
export function partsOf(parts: Partial<ReportParts> & Pick<ReportParts, 'has_data'>): ReportParts {
  return { figures: [], series: [], tables: [], notes: [], ...parts }
}

/** A number or word of a report; a number is a count unless told otherwise. */
export function figure(key: string, label: string, value: ReportCell, unit: Unit = 'count'): ReportFigure {
  return { key, label, unit, value }
}

type Columns<R> = { [K in keyof R & string]: readonly [label: string, unit: Unit] }

/** A table whose columns stand in the order in which they are named; `total` when there are more rows than shown. */
export function table<R extends Record<string, ReportCell>>(
  key: string,
  title: string,
  columns: Columns<R>,
  rows: readonly R[],
  total: number = rows.length,
): ReportTable {
  const described = Object.entries(columns) as [string, readonly [string, Unit]][]
  return {
    key,
    title,
    columns: described.map(([name, [label, unit]]) => ({ key: name, label, unit })),
    rows: rows.map((row) => Object.fromEntries(described.map(([name]) => [name, row[name] ?? null]))),
    total,
  }
}

/** A share of a whole with four decimals; null when there is no whole. */
export function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000
}

/** The share of the known time in which a session worked; null when nothing is known. */
export function uptimeOf(
  uptime: { workingSeconds: number; knownSeconds: number } | undefined,
): number | null {
  return uptime === undefined ? null : rateOf(uptime.workingSeconds, uptime.knownSeconds)
}

const quarterMs = quarterSeconds * 1000

/**
 * Counts by quarter of an hour (since the epoch) as a course by hours, of reports over more than two days by days; those
 * in which nothing happened are there, too.
 */
export function seriesOf(
  { from, to, days, clock }: ReportAsk,
  key: string,
  title: string,
  counts: ReadonlyMap<number, number>,
): ReportSeries {
  const interval = days <= 2 ? 'hour' : 'day'
  const label = interval === 'hour' ? clock.hour : clock.day
  const points = new Map<string, number>()
  const first = Math.floor(from.getTime() / quarterMs)
  for (let quarter = first; quarter * quarterMs < to.getTime(); quarter += 1) {
    const at = label(Math.max(quarter * quarterMs, from.getTime()))
    points.set(at, (points.get(at) ?? 0) + (counts.get(quarter) ?? 0))
  }
  return { key, title, interval, points: [...points].map(([at, value]) => ({ at, value })) }
}

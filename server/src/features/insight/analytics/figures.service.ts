import type { Sql } from '../../../platform/database/database.ts'
import { addDays } from '../../../platform/days.ts'
import { type SeriesColumn, seriesFigures } from '../rollups/rollups.schema.ts'
import { eachRow, readSeries } from '../rollups/series.service.ts'
import { addStep, noWaits, type WaitSums } from '../rollups/waits.service.ts'
import {
  type FigureRow,
  type FigureScope,
  figureColumns,
  type Grouping,
  isKept,
  listFigures,
  listWaits,
  type WaitRow,
} from './figures.store.ts'
import { dayNumberOf, dayOfNumber, quarterReader } from './local-time.ts'

/** Which figures somebody looks at. */
export type FigureKind = 'messages' | 'leads'

/** Sums of each day of a zone, by the day's number since 1970. */
async function sumDays<T>(
  sql: Sql,
  scope: FigureScope,
  { column, width, begin, add }: DaySums<T>,
): Promise<Map<number, T>> {
  // Days of a zone begin up to 14 hours before and 12 hours after those of UTC.
  const days = { from: addDays(scope.from, -1), to: addDays(scope.to, 1) }
  const rows = await readSeries(sql, scope, days, column)
  const [first, last] = [scope.from, scope.to].map((day) => dayNumberOf(Date.parse(day))) as [number, number]
  const sums = new Map<number, T>()
  const quartersOf = quarterReader(scope.timeZone)
  const sumOf = (day: number): T | undefined => {
    if (day < first || day > last) return undefined
    const sum = sums.get(day) ?? begin()
    sums.set(day, sum)
    return sum
  }
  for (const { day, series } of rows) {
    const clockAt = quartersOf(day)
    let quarter: number | undefined
    let sum: T | undefined
    eachRow(series, width, (numbers) => {
      if (numbers[0] !== quarter) {
        quarter = numbers[0] ?? 0
        sum = sumOf(dayNumberOf(clockAt(quarter)))
      }
      if (sum !== undefined) add(sum, numbers)
    })
  }
  return sums
}

interface DaySums<T> {
  column: SeriesColumn
  /** How many numbers belong together, that of the quarter first. */
  width: number
  begin: () => T
  add: (sum: T, numbers: readonly number[]) => void
}

/** Figures of each day of a zone, in the order that the series has them, by the day's number since 1970. */
function sumFiguresByDay(sql: Sql, scope: FigureScope, column: FigureKind): Promise<Map<number, number[]>> {
  const { length } = seriesFigures[column]
  return sumDays(sql, scope, {
    column,
    width: length + 1,
    begin: () => new Array<number>(length).fill(0),
    add(sum, numbers) {
      for (let place = 0; place < length; place += 1)
        sum[place] = (sum[place] ?? 0) + (numbers[place + 1] ?? 0)
    },
  })
}

/** Answers of each day of a zone, by the day's number since 1970. */
function sumWaitsByDay(
  sql: Sql,
  scope: FigureScope,
  column: 'waits' | 'first_waits',
): Promise<Map<number, WaitSums>> {
  return sumDays(sql, scope, {
    column,
    width: 4,
    begin: noWaits,
    add: (sum, numbers) => addStep(sum, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 0),
  })
}

async function readDaysElsewhere(sql: Sql, scope: FigureScope, kind: FigureKind): Promise<FigureRow[]> {
  const days = await sumFiguresByDay(sql, scope, kind)
  const columns: readonly string[] = seriesFigures[kind]
  const places = Object.entries(figureColumns).map(
    ([name, column]) => [name, columns.indexOf(column)] as const,
  )
  return [...days].map(([day, sum]) => {
    const row = Object.fromEntries(places.map(([name, place]) => [name, sum[place] ?? 0]))
    return { key: dayOfNumber(day), ...row } as FigureRow
  })
}

async function readWaitsElsewhere(sql: Sql, scope: FigureScope): Promise<WaitRow[]> {
  const [all, first] = await Promise.all([
    sumWaitsByDay(sql, scope, 'waits'),
    sumWaitsByDay(sql, scope, 'first_waits'),
  ])
  return [...all].map(([day, sum]) => ({
    key: dayOfNumber(day),
    waits: [sum],
    firstWaits: [first.get(day) ?? noWaits()],
  }))
}

/** Figures by day, session or label; in a zone whose days are not kept only those that somebody looks at. */
export function readFigures(
  sql: Sql,
  scope: FigureScope,
  by: Grouping,
  kind: FigureKind,
): Promise<FigureRow[]> {
  return by === 'day' && !isKept(scope) ? readDaysElsewhere(sql, scope, kind) : listFigures(sql, scope, by)
}

/** Answers by day, session or label; several rows may have one key. */
export function readWaitRows(sql: Sql, scope: FigureScope, by: Grouping): Promise<WaitRow[]> {
  return by === 'day' && !isKept(scope) ? readWaitsElsewhere(sql, scope) : listWaits(sql, scope, by)
}

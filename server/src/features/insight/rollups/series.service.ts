import type { Sql } from '../../../platform/database/database.ts'
import type { SeriesColumn } from './rollups.schema.ts'
import { listSeries, type SeriesRow, type SeriesScope } from './series.store.ts'

/**
 * Reads numbers with a blank between each two, so many at a time; `take` has the same list each time. A year of waits has
 * a million digits, and lists of texts and numbers of them would take longer than all else.
 */
export function eachRow(series: string, width: number, take: (numbers: readonly number[]) => void): void {
  const numbers = new Array<number>(width).fill(0)
  let [place, value] = [0, 0]
  for (let index = 0; index <= series.length; index += 1) {
    const digit = series.charCodeAt(index) - 48
    if (digit >= 0) {
      value = value * 10 + digit
      continue
    }
    numbers[place] = value
    value = 0
    place += 1
    if (place < width) continue
    place = 0
    take(numbers)
  }
}

/** A series of days (UTC, `YYYY-MM-DD`), both included; days without figures are left out. */
export function readSeries(
  sql: Sql,
  scope: SeriesScope,
  days: { from: string; to: string },
  column: SeriesColumn,
): Promise<SeriesRow[]> {
  return listSeries(sql, scope, days, column)
}

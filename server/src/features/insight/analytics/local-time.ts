const [quarterMs, dayMs] = [15 * 60_000, 24 * 60 * 60_000]

/** What clocks of a zone show at a moment, in milliseconds since the beginning of 1970 on them. */
function clockReader(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  }
}

/**
 * Tells for a day (UTC, its number since 1970) what clocks of a zone show at the beginning of each quarter of an hour. A
 * zone is asked once a day, and for each quarter only on a day whose ends differ.
 */
export function quarterReader(timeZone: string): (day: number) => (quarter: number) => number {
  const clock = clockReader(timeZone)
  const known = new Map<number, number>()
  const offsetAt = (day: number): number => {
    const offset = known.get(day) ?? clock(day * dayMs) - day * dayMs
    known.set(day, offset)
    return offset
  }
  return (day) => {
    const beginMs = day * dayMs
    const offset = offsetAt(day)
    if (offset === offsetAt(day + 1)) return (quarter) => beginMs + quarter * quarterMs + offset
    return (quarter) => clock(beginMs + quarter * quarterMs)
  }
}

/** A day (`YYYY-MM-DD`) by its number since 1970. */
export const dayOfNumber = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** The number since 1970 of the day that clocks show. */
export const dayNumberOf = (clockMs: number): number => Math.floor(clockMs / dayMs)

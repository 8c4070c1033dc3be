import type { CalendarWord } from './segments.schema.ts'

const dayMs = 86_400_000
/** No zone is further from UTC. */
const furthestMs = 16 * 3_600_000

/** The day of a moment by the clock of a zone, counted from 1970. */
function dayOf(ms: number, format: Intl.DateTimeFormat): number {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day) / dayMs
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
}

/** When a day begins by the clock of a zone: at midnight, or later where the clock jumps over it. */
function beginningOf(day: number, format: Intl.DateTimeFormat): Date {
  let before = day * dayMs - furthestMs
  let after = day * dayMs + furthestMs
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dayOf(middle, format) < day) before = middle
    else after = middle
  }
  return new Date(after)
}

/** Days since 1970 of the first day of what a word names. Weeks begin on Monday. */
function firstDayOf(word: CalendarWord, today: number): number {
  const date = new Date(today * dayMs)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const monday = today - ((date.getUTCDay() + 6) % 7)
  switch (word) {
    case 'today':
      return today
    case 'yesterday':
      return today - 1
    case 'this_week':
      return monday
    case 'last_week':
      return monday - 7
    case 'this_month':
      return Date.UTC(year, month, 1) / dayMs
    case 'last_month':
      return Date.UTC(year, month - 1, 1) / dayMs
    case 'this_year':
      return Date.UTC(year, 0, 1) / dayMs
  }
}

/** When the day or span that a word names begins, by the clock of an IANA zone. */
export function beginningOfWord(word: CalendarWord, now: Date, timeZone: string): Date {
  const format = formatOf(timeZone)
  return beginningOf(firstDayOf(word, dayOf(now.getTime(), format)), format)
}

/** When a date (`2026-02-11`) begins by the clock of an IANA zone. */
export function beginningOfDate(date: string, timeZone: string): Date {
  return beginningOf(Date.parse(`${date}T00:00:00Z`) / dayMs, formatOf(timeZone))
}

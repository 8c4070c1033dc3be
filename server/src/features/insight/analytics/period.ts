import { type Interval, mostDays } from './analytics.schema.ts'

const dayMs = 24 * 60 * 60_000

/** Says which day (`YYYY-MM-DD`) a moment falls on in a zone. To make one takes longer than to ask it a hundred times. */
function dayReader(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`
  }
}

/** The day (`YYYY-MM-DD`) that a moment falls on in a zone. */
export function dayIn(timeZone: string, at: Date): string {
  return dayReader(timeZone)(at)
}

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const toMs = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** So many days after a day. */
export function addDays(day: string, count: number): string {
  return toDay(toMs(day) + count * dayMs)
}

/** The step that a day belongs to, as its first day in the calendar. */
export function stepOf(day: string, interval: Interval): string {
  if (interval === 'day') return day
  if (interval === 'month') return `${day.slice(0, 8)}01`
  const weekday = (new Date(toMs(day)).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

/** How many days a period has, both ends included; 0 or less when it ends before it begins. */
export function countDays(from: string, to: string): number {
  return Math.round((toMs(to) - toMs(from)) / dayMs) + 1
}

/** The first days of the first and the last month that a period has all days of; the last before the first: none. */
export function wholeMonths(from: string, to: string): { first: string; last: string } {
  const monthOf = (day: string): string => `${day.slice(0, 8)}01`
  return {
    first: from.endsWith('-01') ? from : monthOf(addDays(monthOf(from), 31)),
    last: monthOf(addDays(monthOf(addDays(to, 1)), -1)),
  }
}

/** Every step of a period in order, those without figures too. */
export function listSteps(from: string, to: string, interval: Interval): string[] {
  const days = Array.from({ length: Math.min(countDays(from, to), mostDays) }, (_, index) =>
    addDays(from, index),
  )
  return [...new Set(days.map((day) => stepOf(day, interval)))]
}

/** The moment at which a day begins in a zone: midnight, or what comes after one that is left out. */
export function startOfDay(day: string, timeZone: string): Date {
  return startOf(day, dayReader(timeZone))
}

function startOf(day: string, dayOf: (at: Date) => string): Date {
  // No zone is further from UTC than 26 hours: the first quarter of an hour that shows the day is looked for there.
  const quarterMs = 15 * 60_000
  let [low, high] = [toMs(day) - 26 * 60 * 60_000, toMs(day) + 26 * 60 * 60_000]
  while (high - low > quarterMs) {
    const middle = low + Math.floor((high - low) / 2 / quarterMs) * quarterMs
    if (dayOf(new Date(middle)) >= day) high = middle
    else low = middle
  }
  return new Date(high)
}

/** A period of days in one zone, told from the days of another and the quarters of an hour around them. */
export interface KeptPeriod {
  begin: Date
  end: Date
  /** The days of the other zone that lie within, and when the first begins and the last ends; undefined: none. */
  days: { from: string; to: string; begin: Date; end: Date } | undefined
}

/** Which days of `keptZone` lie within a period; of an unknown zone none. */
export function keptPeriodOf(
  { from, to, timeZone }: { from: string; to: string; timeZone: string },
  keptZone: string | undefined,
): KeptPeriod {
  const asked = dayReader(timeZone)
  const [begin, end] = [startOf(from, asked), startOf(addDays(to, 1), asked)]
  if (keptZone === undefined) return { begin, end, days: undefined }
  const kept = dayReader(keptZone)
  const day = kept(begin)
  const first = startOf(day, kept) < begin ? addDays(day, 1) : day
  const after = kept(end)
  const days = {
    from: first,
    to: addDays(after, -1),
    begin: startOf(first, kept),
    end: startOf(after, kept),
  }
  return { begin, end, days: days.begin < days.end ? days : undefined }
}

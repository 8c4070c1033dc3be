import { addDays, dayReader, startOfDayBy } from '../../../platform/days.ts'
import { type Interval, mostDays } from './analytics.schema.ts'

const dayMs = 24 * 60 * 60_000

const toMs = (day: string): number => Date.parse(`${day}T00:00:00Z`)

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
  const [begin, end] = [startOfDayBy(from, asked), startOfDayBy(addDays(to, 1), asked)]
  if (keptZone === undefined) return { begin, end, days: undefined }
  const kept = dayReader(keptZone)
  const day = kept(begin)
  const first = startOfDayBy(day, kept) < begin ? addDays(day, 1) : day
  const after = kept(end)
  const days = {
    from: first,
    to: addDays(after, -1),
    begin: startOfDayBy(first, kept),
    end: startOfDayBy(after, kept),
  }
  return { begin, end, days: days.begin < days.end ? days : undefined }
}

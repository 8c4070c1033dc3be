import { dayIn } from './days.ts'

/** Days of a week, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
/** One of them. */
export type Weekday = (typeof weekdays)[number]

/** When somebody is there. */
export interface OfficeHours {
  /** IANA name. */
  time_zone: string
  /** Spans of `HH:MM`; one that ends before it begins goes on into the next day. A day that is missing is closed. */
  days: Partial<Record<Weekday, readonly (readonly [string, string])[] | undefined>>
  /** Days (`YYYY-MM-DD`) on which nobody is there. */
  holidays: readonly string[]
}

const minuteMs = 60_000
const quarterMs = 15 * minuteMs
/** A closed span that is longer is looked at no further. */
const longestLookMs = 21 * 24 * 60 * minuteMs

/** Minute of the day in a zone. */
function minuteIn(timeZone: string, at: Date): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    numberingSystem: 'latn',
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0)
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

function weekdayOf(day: string): Weekday {
  return weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'mon'
}

function spansOf({ days, holidays }: OfficeHours, day: string): (readonly [number, number])[] {
  if (holidays.includes(day)) return []
  return (days[weekdayOf(day)] ?? []).map(([from, to]) => [minutesOf(from), minutesOf(to)] as const)
}

/** Whether somebody is there, by the clock on the wall of that zone. */
export function isWithinHours(hours: OfficeHours, at: Date): boolean {
  const minute = minuteIn(hours.time_zone, at)
  const today = dayIn(hours.time_zone, at)
  const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - 24 * 60 * minuteMs).toISOString().slice(0, 10)
  return (
    spansOf(hours, today).some(([from, to]) =>
      from < to ? minute >= from && minute < to : minute >= from,
    ) || spansOf(hours, yesterday).some(([from, to]) => from >= to && minute < to)
  )
}

/** Whether somebody was there, or not, at any time between two moments: then it is another night than before. */
export function changedSince(hours: OfficeHours, since: Date, now: Date): boolean {
  const isNow = isWithinHours(hours, now)
  const firstMs = Math.max(since.getTime(), now.getTime() - longestLookMs)
  if (firstMs > since.getTime()) return true
  for (let atMs = firstMs; atMs < now.getTime(); atMs += quarterMs)
    if (isWithinHours(hours, new Date(atMs)) !== isNow) return true
  return false
}

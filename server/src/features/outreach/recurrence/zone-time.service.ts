import { Cron } from 'croner'
import type { WallTime } from './recurrence.schema.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** Reads the clock on the wall of one time zone; making one costs more than asking it. */
export interface ZoneClock {
  readonly timeZone: string
  /** What the wall shows at a moment. */
  wallAt(atMs: number): WallTime
  /** Milliseconds that the wall is ahead of UTC at a moment. */
  offsetAt(atMs: number): number
}

/** A clock for a zone that `isTimeZone` accepts. */
export function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const wallAt = (atMs: number): WallTime => {
    const wall: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(atMs)) wall[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = wall
    return { year, month, day, hour, minute, second }
  }
  const offsetAt = (atMs: number): number => wallToUtc(wallAt(atMs)) - Math.floor(atMs / 1000) * 1000
  return { timeZone, wallAt, offsetAt }
}

function wallToUtc({ year, month, day, hour, minute, second }: WallTime): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour, minute, second, 0)
}

/**
 * The moment at which a wall shows a time: the first of two when the clocks are set back, the next valid minute when
 * they are set forward over it; undefined for a date that no calendar has.
 */
export function momentOf(wall: WallTime, timeZone: string): Date | undefined {
  const { second, minute, hour, day, month, year } = wall
  const noon = new Date(wallToUtc({ ...wall, hour: 12 }))
  if (hour > 23 || minute > 59 || second > 59 || noon.getUTCMonth() !== month - 1) return undefined
  const cron = new Cron(`${second} ${minute} ${hour} ${day} ${month} * ${year}`, {
    timezone: timeZone,
    mode: '7-part',
    paused: true,
  })
  return cron.nextRun(new Date(noon.getTime() - 3 * dayMs)) ?? undefined
}

/** The moments between two others at which a zone sets its clocks, and by how much. */
export function clockChanges(
  clock: ZoneClock,
  fromMs: number,
  toMs: number,
): { atMs: number; byMs: number }[] {
  const changes: { atMs: number; byMs: number }[] = []
  let before = clock.offsetAt(fromMs)
  for (let at = fromMs; at < toMs; at += dayMs) {
    const offset = clock.offsetAt(at + dayMs)
    if (offset === before) continue
    let [low, high] = [at, at + dayMs]
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2)
      if (clock.offsetAt(middle) === before) low = middle
      else high = middle
    }
    changes.push({ atMs: Math.floor(high / minuteMs) * minuteMs, byMs: offset - before })
    before = offset
  }
  return changes
}

/** ISO 8601 with the offset that the zone has at that moment, without fractions: `2026-02-16T09:00:00-05:00`. */
export function formatIn(clock: ZoneClock, date: Date): string {
  const offsetMinutes = Math.trunc(clock.offsetAt(date.getTime()) / minuteMs)
  const minutes = Math.abs(offsetMinutes)
  const pad = (value: number) => String(value).padStart(2, '0')
  const local = new Date(date.getTime() + offsetMinutes * minuteMs).toISOString().slice(0, 19)
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

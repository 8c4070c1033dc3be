import type { CronRuns } from './cron-expression.ts'
import { clockChanges, zoneClock } from './zone-time.service.ts'

const minuteMs = 60_000
/** Runs of one schedule are at least so far apart. */
const shortestMs = 5 * minuteMs
/** Over so many days. */
const days = 400
/** Where runs of a day lie too close they do so on its first ordinary day; this many runs reach it. */
const mostRuns = 1000

/** Two runs that follow each other too closely. */
export interface ClosePair {
  first: Date
  second: Date
}

/**
 * The first place where two runs of the next 400 days are less than five real minutes apart. Only where that can happen
 * are runs counted out: within a day, around midnight and around clock changes. A year of runs every five minutes
 * would block the process for seconds.
 */
export function findClosePair(runs: CronRuns, timeZone: string, from: Date): ClosePair | undefined {
  const end = new Date(from.getTime() + days * 24 * 60 * minuteMs)
  const minutes = runs.minutesOfDay
  const isCloseWithin = minutes.some((minute, index) => minute - (minutes[index - 1] ?? -5) < 5)
  const first = minutes[0] ?? 0
  const isCloseOvernight = first + 24 * 60 - (minutes.at(-1) ?? 0) < 5
  return (
    (isCloseWithin ? searchFrom(runs, from, end) : undefined) ??
    (isCloseOvernight ? searchMidnights(runs, from, end) : undefined) ??
    searchClockChanges(runs, timeZone, from, end)
  )
}

function searchFrom(runs: CronRuns, from: Date, end: Date): ClosePair | undefined {
  let previous = runs.nextAfter(from)
  for (let count = 0; count < mostRuns && previous !== null; count += 1) {
    const next = runs.nextAfter(previous)
    if (next === null || next >= end) return undefined
    if (next.getTime() - previous.getTime() < shortestMs) return { first: previous, second: next }
    previous = next
  }
  return undefined
}

/** Looks at each day's first run whether the day before ends too close to it. */
function searchMidnights(runs: CronRuns, from: Date, end: Date): ClosePair | undefined {
  const mornings = runs.firstOfDay()
  for (let second = mornings.nextAfter(from); second !== null && second < end; ) {
    const first = runs.nextAfter(new Date(Math.max(second.getTime() - shortestMs, from.getTime())))
    if (first !== null && first < second) return { first, second }
    second = mornings.nextAfter(second)
  }
  return undefined
}

function searchClockChanges(runs: CronRuns, timeZone: string, from: Date, end: Date): ClosePair | undefined {
  for (const { atMs, byMs } of clockChanges(zoneClock(timeZone), from.getTime(), end.getTime())) {
    const start = new Date(Math.max(atMs - 2 * shortestMs, from.getTime()))
    const pair = searchFrom(runs, start, new Date(atMs + Math.abs(byMs) + 2 * shortestMs))
    if (pair !== undefined) return pair
  }
  return undefined
}

import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import type { QuietHours } from './bulk.tables.ts'

const minuteMs = 60_000
const dayMinutes = 24 * 60

/** The clock of each zone. */
const clocksOf = defineProcessState(() => new LRUCache<string, Intl.DateTimeFormat>({ max: 500 }))

/** A clock that shows a zone's minutes since midnight. */
type Minutes = (zone: string, atMs: number) => number

const wallForm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

function minutesOf(ctx: Context): Minutes {
  const clocks = clocksOf.of(ctx)
  return (zone, atMs) => {
    const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en-GB', { ...wallForm, timeZone: zone })
    clocks.set(zone, clock)
    return toMinutes(clock.format(atMs))
  }
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

function isWithin({ start, end }: QuietHours, minutes: number): boolean {
  const [from, to] = [toMinutes(start), toMinutes(end)]
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to
}

/**
 * When quiet hours that have begun in a zone are over there. Read off the zone's own clock at the end, and corrected:
 * on the days on which clocks change a day has not 24 hours.
 */
function endIn(quiet: QuietHours, zone: string, nowMs: number, minutes: Minutes): number {
  const end = toMinutes(quiet.end)
  const left = (end - minutes(zone, nowMs) + dayMinutes) % dayMinutes
  let atMs = Math.floor(nowMs / minuteMs) * minuteMs + left * minuteMs
  const shown = minutes(zone, atMs)
  const off = ((shown - end + dayMinutes + dayMinutes / 2) % dayMinutes) - dayMinutes / 2
  const corrected = atMs - off * minuteMs
  // An end that the clocks skip never shows: then the first free minute after it counts.
  if (off !== 0 && corrected > nowMs && !isWithin(quiet, minutes(zone, corrected))) atMs = corrected
  while (isWithin(quiet, minutes(zone, atMs))) atMs += minuteMs
  while (atMs - minuteMs > nowMs && !isWithin(quiet, minutes(zone, atMs - minuteMs))) atMs -= minuteMs
  return atMs
}

/**
 * Until when nothing may leave to somebody who may be in any of these zones: null when it may leave now. Hours that are
 * never free everywhere at once (a country over ten zones with long nights) count in the first zone alone.
 */
export function quietUntil(
  ctx: Context,
  quiet: QuietHours | null,
  zones: readonly string[],
  nowMs: number,
): Date | null {
  if (quiet === null || quiet.start === quiet.end) return null
  const minutes = minutesOf(ctx)
  const isQuiet = (zone: string, atMs: number): boolean => isWithin(quiet, minutes(zone, atMs))
  let atMs = nowMs
  for (let round = 0; round < 20; round += 1) {
    const busy = zones.filter((zone) => isQuiet(zone, atMs))
    if (busy.length === 0) return atMs === nowMs ? null : new Date(atMs)
    atMs = Math.max(...busy.map((zone) => endIn(quiet, zone, atMs, minutes)))
  }
  const [zone = 'UTC'] = zones
  return isQuiet(zone, nowMs) ? new Date(endIn(quiet, zone, nowMs, minutes)) : null
}

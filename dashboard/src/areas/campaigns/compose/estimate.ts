import { wallTime } from '../../../i18n/wall-time.ts'

/** Milliseconds between two messages on the average: 30 to 120 s, and typing. */
const stepMs = 78_000
const minuteMs = 60_000
const dayMinutes = 1440
/** Nobody plans further ahead; beyond it the figure would only pretend. */
const longestMs = 366 * dayMinutes * minuteMs

/** Times of a day between which nothing leaves. */
export interface Quiet {
  start: string
  end: string
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** How many minutes it stays quiet from here; 0 when it is not. */
function quietMinutes(at: number, quiet: Quiet, timeZone: string): number {
  const now = minutesOf(wallTime(at, timeZone).slice(11))
  const [start, end] = [minutesOf(quiet.start), minutesOf(quiet.end)]
  const isQuiet = start < end ? now >= start && now < end : now >= start || now < end
  return isQuiet ? (end - now + dayMinutes) % dayMinutes : 0
}

/** About when so many messages will have left, nothing of them in the quiet hours. */
export function estimateEnd(count: number, from: number, quiet: Quiet | null, timeZone: string): Date {
  let at = from
  let left = Math.max(0, count - 1) * stepMs
  if (quiet === null || quiet.start === quiet.end) return new Date(at + left)
  while (at - from < longestMs) {
    const closed = quietMinutes(at, quiet, timeZone)
    at += closed * minuteMs
    const [now, start] = [minutesOf(wallTime(at, timeZone).slice(11)), minutesOf(quiet.start)]
    const openMs = ((start - now + dayMinutes) % dayMinutes || dayMinutes) * minuteMs
    if (left <= openMs) return new Date(at + left)
    left -= openMs
    at += openMs
  }
  return new Date(at)
}

import type { components } from '../../api/schema.d.ts'
import { momentOfWall } from '../../i18n/wall-time.ts'

type CalendarRun = components['schemas']['CalendarEntry']

const dayMs = 86_400_000
const week = 7

/** A day as `2026-12-01`. */
export type Day = string

const toMs = (day: Day) => Date.parse(`${day}T00:00:00Z`)
const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)

/** So many days later. */
export const addDays = (day: Day, count: number): Day => toDay(toMs(day) + count * dayMs)

/** The same place in another month; the last day where it has no such. */
export function addMonths(day: Day, count: number): Day {
  const date = new Date(toMs(day))
  const wanted = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + count)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(wanted, last))
  return toDay(date.getTime())
}

/** On which day the week begins where a language is spoken; 0 is Sunday. */
export function firstWeekday(tag: string): number {
  const locale = new Intl.Locale(tag) as Intl.Locale & {
    getWeekInfo?(): { firstDay: number }
    weekInfo?: { firstDay: number }
  }
  return (locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1 }).firstDay % week
}

/** The first day of the week of a day. */
function weekOf(day: Day, first: number): Day {
  const weekday = new Date(toMs(day)).getUTCDay()
  return addDays(day, -((weekday - first + week) % week))
}

/** The days of a sheet: a week, or a month with the days around it. */
export function sheetOf(view: 'week' | 'month', at: Day, first: number): Day[] {
  if (view === 'week') return Array.from({ length: week }, (_, index) => addDays(weekOf(at, first), index))
  const begin = weekOf(`${at.slice(0, 8)}01`, first)
  const days: Day[] = []
  const next = addMonths(`${at.slice(0, 8)}01`, 1)
  for (let day = begin; day < next || days.length % week !== 0; day = addDays(day, 1)) days.push(day)
  return days
}

/** From when to when a sheet goes, by the clock of a zone. */
export function spanOf(days: readonly Day[], timeZone: string): { from: string; to: string } {
  const [first = '', last = ''] = [days[0], days.at(-1)]
  return {
    from: momentOfWall(`${first}T00:00`, timeZone).toISOString(),
    to: momentOfWall(`${addDays(last, 1)}T00:00`, timeZone).toISOString(),
  }
}

/** Runs of one schedule or report on one day. */
export interface DayRuns {
  id: string
  first: CalendarRun
  /** How many more there are. */
  more: number
}

/** Runs by day and schedule, in the order of their first one. */
export function groupRuns(runs: readonly CalendarRun[], dayOf: (at: string) => Day): Map<Day, DayRuns[]> {
  const days = new Map<Day, DayRuns[]>()
  for (const run of runs) {
    const day = dayOf(run.at)
    const list = days.get(day) ?? []
    const known = list.find(({ id }) => id === run.id)
    if (known === undefined) list.push({ id: run.id, first: run, more: 0 })
    else known.more += 1
    days.set(day, list)
  }
  return days
}

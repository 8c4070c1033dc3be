import { wallTime } from '../i18n/wall-time.ts'

/** How often something runs, in the words of a form. */
export const ruleKinds = ['now', 'once', 'daily', 'weekly', 'monthly', 'cron'] as const
/** One of them. */
export type RuleKind = (typeof ruleKinds)[number]

/** When something runs, as a form holds it. */
export interface Rule {
  kind: RuleKind
  /** `2026-12-24`, of what runs once. */
  date: string
  /** `09:00`. */
  time: string
  /** 0 is Sunday. */
  weekdays: readonly number[]
  /** Of the month; `L` is the last. */
  day: string
  cron: string
  timezone: string
}

type ScheduleType = 'one_time' | 'daily' | 'weekly' | 'monthly' | 'cron'

/** When something runs, as the API tells it. */
export interface Timed {
  schedule_type: ScheduleType
  cron_expression: string | null
  scheduled_time: string | null
  timezone: string
}

/** When something runs, as the API takes it. */
export interface RuleBody {
  schedule_type: ScheduleType
  cron_expression?: string
  scheduled_time?: string
  timezone: string
}

const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const lastWeekday = 7

/** The days of the week of a cron field; undefined for what is more than a list of days. */
function readWeekdays(field: string): number[] | undefined {
  const toDay = (text: string) => {
    const place = dayNames.indexOf(text.toUpperCase())
    if (place >= 0) return place
    return /^[0-7]$/.test(text) ? Number(text) % lastWeekday : Number.NaN
  }
  const days = field.split(',').flatMap((part) => {
    const [first = '', last] = part.split('-')
    const [from, to] = [toDay(first), last === undefined ? toDay(first) : toDay(last)]
    if (Number.isNaN(from) || Number.isNaN(to)) return [Number.NaN]
    const length = ((to - from + lastWeekday) % lastWeekday) + 1
    return Array.from({ length }, (_, index) => (from + index) % lastWeekday)
  })
  return days.some((day) => Number.isNaN(day)) ? undefined : [...new Set(days)].toSorted((a, b) => a - b)
}

/** What a cron expression means, where that can be said in words. */
export function readCron(expression: string): Pick<Rule, 'kind' | 'time' | 'weekdays' | 'day'> | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ')
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour) || month !== '*') return undefined
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day === '*' && weekday === '*') return { kind: 'daily', time, weekdays: [], day: '1' }
  if (day === '*') {
    const weekdays = readWeekdays(weekday)
    return weekdays === undefined ? undefined : { kind: 'weekly', time, weekdays, day: '1' }
  }
  if (weekday === '*' && /^(?:\d{1,2}|L)$/i.test(day))
    return { kind: 'monthly', time, weekdays: [], day: day.toUpperCase() }
  return undefined
}

/** A rule to begin with: once, tomorrow at nine. */
export function freshRule(now: number, timezone: string): Rule {
  const tomorrow = wallTime(now + 86_400_000, timezone).slice(0, 10)
  return { kind: 'once', date: tomorrow, time: '09:00', weekdays: [1], day: '1', cron: '', timezone }
}

/** The rule of what the API tells. */
export function ruleOf(timed: Timed, now: number): Rule {
  const { schedule_type: type, cron_expression: cron, scheduled_time: at, timezone } = timed
  const fresh = freshRule(now, timezone)
  if (type === 'one_time') {
    const wall = at === null ? '' : wallTime(at, timezone)
    return wall === '' ? fresh : { ...fresh, date: wall.slice(0, 10), time: wall.slice(11) }
  }
  const read = readCron(cron ?? '')
  return read === undefined
    ? { ...fresh, kind: 'cron', cron: cron ?? '' }
    : { ...fresh, ...read, cron: cron ?? '' }
}

/** The rule as the API takes it. */
export function toRuleBody({ kind, date, time, weekdays, day, cron, timezone }: Rule): RuleBody {
  if (kind === 'now') return { schedule_type: 'one_time', timezone }
  if (kind === 'once') return { schedule_type: 'one_time', scheduled_time: `${date}T${time}`, timezone }
  const at = `${Number(time.slice(3, 5))} ${Number(time.slice(0, 2))}`
  if (kind === 'daily') return { schedule_type: 'daily', cron_expression: `${at} * * *`, timezone }
  if (kind === 'weekly') {
    const names = weekdays.map((weekday) => dayNames[weekday]).join(',')
    return { schedule_type: 'weekly', cron_expression: `${at} * * ${names}`, timezone }
  }
  if (kind === 'monthly') return { schedule_type: 'monthly', cron_expression: `${at} ${day} * *`, timezone }
  return { schedule_type: 'cron', cron_expression: cron.trim(), timezone }
}

/** Whether it names one moment that has passed: what has it does not run again. */
export function isPast({ kind, date, time, timezone }: Rule, now: number): boolean {
  return kind === 'once' && `${date}T${time}` <= wallTime(now, timezone)
}

/** Whether enough of it is filled in to be asked about. */
export function isWhole({ kind, date, time, weekdays, cron }: Rule): boolean {
  if (kind === 'now') return true
  if (kind === 'cron') return cron.trim() !== ''
  if (time === '' || (kind === 'once' && date === '')) return false
  return kind !== 'weekly' || weekdays.length > 0
}

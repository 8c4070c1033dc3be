/** How often a report comes, in the words of the form. */
export const kinds = ['now', 'once', 'daily', 'weekly', 'monthly', 'cron'] as const
/** One of them. */
export type Kind = (typeof kinds)[number]

/** When a report comes, as the form holds it. */
export interface Rule {
  kind: Kind
  /** `2026-12-24`, of what comes once. */
  date: string
  /** `09:00`. */
  time: string
  /** 0 is Sunday. */
  weekday: string
  /** Of the month; `L` is the last. */
  day: string
  cron: string
  timezone: string
}

/** When something runs, as the API takes it. */
export interface Timing {
  schedule_type: ScheduleType
  cron_expression?: string
  scheduled_time?: string
  timezone: string
}

type ScheduleType = 'one_time' | 'daily' | 'weekly' | 'monthly' | 'cron'

interface Timed {
  schedule_type: ScheduleType
  cron_expression: string | null
  scheduled_time: string | null
  timezone: string
}

const dayMs = 86_400_000

/** A moment on the wall of a zone: `2026-12-24T09:00`. */
function wallTime(at: number, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return clock.format(at).replace(' ', 'T')
}

/** A rule to begin with: Mondays at nine. */
export function freshRule(now: number, timezone: string): Rule {
  const tomorrow = wallTime(now + dayMs, timezone).slice(0, 10)
  return { kind: 'weekly', date: tomorrow, time: '09:00', weekday: '1', day: '1', cron: '', timezone }
}

const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** What a cron expression means where the form has fields for it; undefined for all others. */
function readCron(expression: string): Partial<Rule> | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.toUpperCase().split(' ')
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour) || month !== '*') return undefined
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day === '*' && weekday === '*') return { kind: 'daily', time }
  if (weekday === '*' && /^(?:\d{1,2}|L)$/.test(day)) return { kind: 'monthly', time, day }
  const number = names.includes(weekday) ? names.indexOf(weekday) : Number(weekday) % names.length
  if (day !== '*' || !/^(?:[0-7]|[A-Z]{3})$/.test(weekday) || Number.isNaN(number)) return undefined
  return { kind: 'weekly', time, weekday: String(number) }
}

/** The rule of a report. */
export function ruleOf(report: Timed, now: number): Rule {
  const { schedule_type: type, cron_expression: cron, scheduled_time: at, timezone } = report
  const fresh = freshRule(now, timezone)
  if (type === 'one_time') {
    const wall = at === null ? '' : wallTime(Date.parse(at), timezone)
    return {
      ...fresh,
      kind: 'once',
      ...(wall === '' ? {} : { date: wall.slice(0, 10), time: wall.slice(11) }),
    }
  }
  return { ...fresh, kind: 'cron', cron: cron ?? '', ...readCron(cron ?? '') }
}

/** The rule as the API takes it. */
export function timingOf({ kind, date, time, weekday, day, cron, timezone }: Rule): Timing {
  if (kind === 'now') return { schedule_type: 'one_time', timezone }
  if (kind === 'once') return { schedule_type: 'one_time', scheduled_time: `${date}T${time}`, timezone }
  if (kind === 'cron') return { schedule_type: 'cron', cron_expression: cron.trim(), timezone }
  const at = `${Number(time.slice(3, 5))} ${Number(time.slice(0, 2))}`
  const rest = {
    daily: '* * *',
    weekly: `* * ${names[Number(weekday)] ?? 'MON'}`,
    monthly: `${day} * *`,
  }[kind]
  return { schedule_type: kind, cron_expression: `${at} ${rest}`, timezone }
}

/** Whether it names one moment that has passed: such a report does not come again. */
export function isPast({ kind, date, time, timezone }: Rule, now: number): boolean {
  return kind === 'once' && `${date}T${time}` <= wallTime(now, timezone)
}

/** Whether enough of it is filled in to be asked about. */
export function isWhole({ kind, date, time, cron }: Rule): boolean {
  if (kind === 'now') return true
  if (kind === 'cron') return cron.trim() !== ''
  return time !== '' && (kind !== 'once' || date !== '')
}

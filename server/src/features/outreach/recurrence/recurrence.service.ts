import { validationFailed } from '../../../platform/errors.ts'
import { CronProblem, readCron, tidyCron } from './cron-expression.ts'
import { findClosePair } from './five-minutes.ts'
import type { Recurrence, RecurrenceInput, ScheduleType, TimeInput, WallTime } from './recurrence.schema.ts'
import { formatIn, momentOf, zoneClock } from './zone-time.service.ts'

/** How a request is read. */
export interface RecurrenceReading {
  now: Date
  /** What a PATCH changes; what the request leaves out stays. */
  current?: Recurrence
  /** The type when the request names none; without it that is refused. */
  defaultType?: ScheduleType
  /** When a `one_time` without a time runs; without it that is refused. */
  defaultTime?: Date
}

function refuse(field: string, message: string): never {
  throw validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** Reads the fields that say when something runs; 422 naming the field for what does not fit together. */
export function parseRecurrence(input: RecurrenceInput, reading: RecurrenceReading): Recurrence {
  const { now, current } = reading
  const isUntouched = Object.values(timingOf(input)).every((value) => value === undefined)
  if (current !== undefined && isUntouched) return current
  const scheduleType = typeOf(input, reading)
  const timezone = input.timezone ?? current?.timezone ?? 'UTC'
  const time = input.scheduled_time
  if (scheduleType === 'one_time') {
    if (input.cron_expression) refuse('cron_expression', 'a one_time schedule runs at scheduled_time')
    const scheduledTime =
      (time === undefined ? current?.scheduledTime : momentIn(time, timezone)) ?? reading.defaultTime
    if (scheduledTime === undefined) refuse('scheduled_time', 'required for a one_time schedule')
    if (scheduledTime < now && scheduledTime !== reading.defaultTime)
      refuse('scheduled_time', 'must be in the future')
    return { scheduleType, cronExpression: null, timezone, scheduledTime }
  }
  const { cronExpression, scheduledTime } = ruleOf(input, scheduleType, timezone, current)
  checkRuns(cronExpression, timezone, scheduledTime !== null && scheduledTime > now ? scheduledTime : now)
  return { scheduleType, cronExpression, timezone, scheduledTime }
}

function timingOf({ schedule_type, recurrence, cron_expression, scheduled_time, timezone }: RecurrenceInput) {
  return { schedule_type, recurrence, cron_expression, scheduled_time, timezone }
}

function typeOf(input: RecurrenceInput, { current, defaultType }: RecurrenceReading): ScheduleType {
  const alias = input.recurrence === 'none' ? 'one_time' : input.recurrence
  if (alias !== undefined && input.schedule_type !== undefined && alias !== input.schedule_type)
    refuse('recurrence', 'does not agree with schedule_type')
  const type = input.schedule_type ?? alias ?? current?.scheduleType ?? defaultType
  return type ?? refuse('schedule_type', 'required')
}

/** The expression of a recurring schedule: as given, as made of a time, or as it was. */
function ruleOf(
  input: RecurrenceInput,
  type: Exclude<ScheduleType, 'one_time'>,
  timezone: string,
  current: Recurrence | undefined,
): { cronExpression: string; scheduledTime: Date | null } {
  const time = input.scheduled_time
  const given = input.cron_expression || undefined
  const isOfTime = current !== undefined && isMadeOfTime(current)
  const kept = isOfTime && timezone !== current.timezone ? wallOf(current) : undefined
  const anchor = time ?? kept
  const scheduledTime = anchor === undefined ? (current?.scheduledTime ?? null) : momentIn(anchor, timezone)
  if (given !== undefined)
    return { cronExpression: readable(given), scheduledTime: time === undefined ? null : scheduledTime }
  const isSameType = current?.scheduleType === type
  const old = current?.cronExpression ?? undefined
  if (old !== undefined && (isSameType || type === 'cron') && (time === undefined || !isOfTime))
    return { cronExpression: old, scheduledTime }
  if (type === 'cron') refuse('cron_expression', 'required')
  const wall =
    anchor?.wall ?? (scheduledTime === null ? undefined : zoneClock(timezone).wallAt(scheduledTime.getTime()))
  if (wall === undefined) refuse('cron_expression', `required for a ${type} schedule without scheduled_time`)
  return { cronExpression: deriveCron(type, wall), scheduledTime }
}

function momentIn(time: TimeInput, timezone: string): Date {
  if (time.at !== undefined) return time.at
  return momentOf(time.wall, timezone) ?? refuse('scheduled_time', `is no time in ${timezone}`)
}

function wallOf({ scheduledTime, timezone }: Recurrence): TimeInput | undefined {
  return scheduledTime === null ? undefined : { wall: zoneClock(timezone).wallAt(scheduledTime.getTime()) }
}

function readable(expression: string): string {
  try {
    return tidyCron(expression)
  } catch (cause) {
    if (cause instanceof CronProblem) refuse('cron_expression', cause.message)
    throw cause
  }
}

function deriveCron(type: 'daily' | 'weekly' | 'monthly', wall: WallTime): string {
  const time = `${wall.minute} ${wall.hour}`
  if (type === 'daily') return `${time} * * *`
  if (type === 'monthly') return `${time} ${wall.day} * *`
  const date = new Date(0)
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day)
  return `${time} * * ${date.getUTCDay()}`
}

/** Whether the expression was made of the time, which then is the first run. */
function isMadeOfTime({ scheduleType, scheduledTime, timezone, cronExpression }: Recurrence): boolean {
  if (scheduledTime === null || scheduleType === 'one_time' || scheduleType === 'cron') return false
  return deriveCron(scheduleType, zoneClock(timezone).wallAt(scheduledTime.getTime())) === cronExpression
}

function checkRuns(expression: string, timezone: string, from: Date): void {
  try {
    const runs = readCron(expression, timezone)
    if (runs.nextAfter(from) === null) refuse('cron_expression', 'never runs: no such date exists')
    const pair = findClosePair(runs, timezone, from)
    if (pair === undefined) return
    const [first, second] = zonedTimestamps([pair.first, pair.second], timezone)
    refuse(
      'cron_expression',
      `runs must be at least five minutes apart, these are not: ${first} and ${second}`,
    )
  } catch (cause) {
    if (cause instanceof CronProblem) refuse('cron_expression', cause.message)
    throw cause
  }
}

/** Moments as ISO 8601, each with the offset that the zone has then: `2026-02-16T09:00:00-05:00`. */
export function zonedTimestamps(dates: readonly Date[], timezone: string): string[] {
  const clock = zoneClock(timezone)
  return dates.map((date) => formatIn(clock, date))
}

/** The first run after a moment, not at it; null when there is none any more. */
export function nextRun(recurrence: Recurrence, after: Date): Date | null {
  return nextRuns(recurrence, after, 1)[0] ?? null
}

/** The next runs after a moment, in order; fewer than asked for when it ends before. */
export function nextRuns(recurrence: Recurrence, after: Date, count: number): Date[] {
  const { cronExpression, timezone, scheduledTime } = recurrence
  if (cronExpression === null) return scheduledTime !== null && scheduledTime > after ? [scheduledTime] : []
  const cron = readCron(cronExpression, timezone)
  const runs: Date[] = []
  let last = after
  if (scheduledTime !== null && scheduledTime > after) {
    if (isMadeOfTime(recurrence)) runs.push(scheduledTime)
    // A run at the very time counts.
    last = isMadeOfTime(recurrence) ? scheduledTime : new Date(scheduledTime.getTime() - 1)
  }
  while (runs.length < count) {
    const next = cron.nextAfter(last)
    if (next === null) break
    runs.push(next)
    last = next
  }
  return runs
}

const hourMs = 60 * 60_000
/** How far back is looked for a run, little by little, so that there are few to pass before the newest. */
const looksBackMs = [hourMs / 6, 2 * hourMs, 48 * hourMs, 62 * 24 * hourMs, 9 * 366 * 24 * hourMs]

/** The newest run that is neither before `from`, a run itself, nor after `until`. */
export function newestRun(recurrence: Recurrence, from: Date, until: Date): Date {
  if (recurrence.cronExpression === null) return from
  for (const backMs of looksBackMs) {
    const start = new Date(Math.max(until.getTime() - backMs, from.getTime()))
    let newest = nextRun(recurrence, start)
    if (newest === null || newest > until) {
      if (start <= from) return from
      continue
    }
    for (;;) {
      const next = nextRun(recurrence, newest)
      if (next === null || next > until) return newest
      newest = next
    }
  }
  return from
}

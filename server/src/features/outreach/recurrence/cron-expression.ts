import { Cron, CronPattern } from 'croner'

/** A five-part expression in a zone that has been read. */
export interface CronRuns {
  /** The first run after a moment, not at it; null when none comes within eight years. */
  nextAfter(after: Date): Date | null
  /** The minutes of a day (0 to 1439) at which it runs on the days it runs, in order. */
  readonly minutesOfDay: readonly number[]
  /** As this one, with the first run of each day alone. */
  firstOfDay(): CronRuns
}

/** What is wrong with an expression, for people. */
export class CronProblem extends Error {}

/** 29 February may be eight years away, around 2100. */
const horizonMs = (8 * 366 + 1) * 24 * 60 * 60_000

const fields = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of the week', from: 0, to: 7 },
] as const

/** Writes an expression with single spaces and its names in capitals; throws a `CronProblem` unless it has five usable fields. */
export function tidyCron(text: string): string {
  const parts = text.trim().toUpperCase().split(/\s+/)
  if (parts.length !== fields.length)
    throw new CronProblem('must have five fields: minute, hour, day of the month, month, day of the week')
  for (const [index, part] of parts.entries()) checkField(part, index)
  return parts.join(' ')
}

/** The library's own messages count days and months from 0, so numbers are looked at here first. */
function checkField(part: string, index: number): void {
  const { name, from, to } = fields[index] ?? fields[0]
  if (!/^[0-9A-Z*,/#?-]+$/.test(part)) throw new CronProblem(`the ${name} has a sign that means nothing here`)
  for (const [, value] of part.matchAll(/(?<![0-9/#])([0-9]+)/g)) {
    if (Number(value) < from || Number(value) > to)
      throw new CronProblem(`the ${name} must be ${from} to ${to}, not ${value?.slice(0, 8)}`)
  }
}

/**
 * Reads an expression. Hours that are named run by the clock on the wall: once when it is set back, at the next valid
 * minute when it is set forward over them. An expression for every hour runs by the hour that passes, as many times as
 * the day has hours.
 */
export function readCron(expression: string, timeZone: string): CronRuns {
  const tidy = tidyCron(expression)
  try {
    return cronRuns(tidy, timeZone)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : ''
    throw new CronProblem(`is not a cron expression: ${reason}`, { cause })
  }
}

function cronRuns(expression: string, timeZone: string): CronRuns {
  const days = expression.split(' ').slice(2).join(' ')
  const pattern = new CronPattern(expression, timeZone, { mode: '5-part' })
  const [minutes, hours] = [listSet(pattern.minute), listSet(pattern.hour)]
  const make = (minute: string, hour: string): Cron =>
    new Cron(`${minute} ${hour} ${days}`, {
      timezone: timeZone,
      mode: '5-part',
      paused: true,
      fixedTimeRule: 'no-wildcard',
    })
  // Written out as lists, since the library takes any star or step as "by the hour that passes".
  const cron = make(minutes.join(','), hours.length === 24 ? '*' : hours.join(','))
  return {
    nextAfter(after) {
      const next = cron.nextRun(after)
      return next === null || next.getTime() - after.getTime() > horizonMs ? null : next
    },
    minutesOfDay: hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)),
    firstOfDay: () => cronRuns(`${minutes[0]} ${hours[0]} ${days}`, timeZone),
  }
}

function listSet(flags: readonly number[]): number[] {
  return flags.flatMap((flag, value) => (flag === 0 ? [] : [value]))
}

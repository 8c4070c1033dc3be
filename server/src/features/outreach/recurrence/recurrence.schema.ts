import { z } from 'zod'
import { isTimeZone } from '../../../platform/time-zones.ts'

/** When something runs: once, by a rule with a name, or by a cron expression. */
export const scheduleTypes = ['one_time', 'daily', 'weekly', 'monthly', 'cron'] as const
/** One of them. */
export type ScheduleType = (typeof scheduleTypes)[number]

/** A date and time on the wall of some time zone. */
export interface WallTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

/** `scheduled_time` as it was sent: a moment, or a time on the wall of the schedule's zone. */
export type TimeInput = { at: Date; wall?: undefined } | { at?: undefined; wall: WallTime }

const timeForm =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|z|[+-][0-9]{2}:?[0-9]{2})?$/

/** Beyond them a time would be in a year that neither ISO 8601 nor the database writes, somewhere or by some zone. */
const years = { first: 1000, last: 9998 } as const

function readTime(text: string): TimeInput | undefined {
  const match = timeForm.exec(text.trim())
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const utc = new Date(Date.UTC(2000, 0, 1, hour, minute, second))
  utc.setUTCFullYear(year, month - 1, day)
  const isDate =
    year >= years.first && year <= years.last && utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day
  if (!isDate || hour > 23 || minute > 59 || second > 59) return undefined
  const zone = match[7]
  if (zone === undefined) return { wall: { year, month, day, hour, minute, second } }
  if (zone.toUpperCase() === 'Z') return { at: utc }
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return undefined
  const offsetMs = (hours * 60 + minutes) * 60_000 * (zone.startsWith('-') ? -1 : 1)
  return { at: new Date(utc.getTime() - offsetMs) }
}

/** IANA name of a time zone. */
export const timeZoneField = z
  .string()
  .trim()
  .max(64)
  .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
  .meta({ examples: ['America/New_York'] })

/** The fields of a request that say when something runs; `parseRecurrence` reads them together. */
export const recurrenceFields = {
  schedule_type: z
    .enum([...scheduleTypes, 'recurring'])
    .transform((type): ScheduleType => (type === 'recurring' ? 'cron' : type))
    .optional()
    .meta({ description: '`recurring` is accepted for `cron`', examples: ['cron'] }),
  recurrence: z
    .enum(['none', 'daily', 'weekly', 'monthly'])
    .optional()
    .meta({ description: 'Alias of `schedule_type`; `none` is one time' }),
  cron_expression: z
    .string()
    .trim()
    .max(255)
    .optional()
    .meta({
      description:
        'Five fields: minute, hour, day of the month, month, day of the week. Names, ranges, lists and steps; `L` is the last day of a month. Runs are at least five minutes apart',
      examples: ['0 9 * * MON'],
    }),
  scheduled_time: z
    .string()
    .max(64)
    .transform((text, context): TimeInput => {
      const time = readTime(text)
      if (time !== undefined) return time
      const range = `of the years ${years.first} to ${years.last}`
      context.addIssue({ code: 'custom', message: `must be a date and time in ISO 8601, ${range}` })
      return z.NEVER
    })
    .optional()
    .meta({
      description:
        'ISO 8601. Without an offset it is local to `timezone`. The time of a `one_time`, and the first run of a `daily`, `weekly` or `monthly` one without a cron expression, which is made of it',
    }),
  timezone: timeZoneField.optional().meta({
    description: 'IANA name, by default `UTC`',
    examples: ['America/New_York'],
  }),
}

/** What these fields hold when they have been checked one by one. */
export type RecurrenceInput = {
  [Field in keyof typeof recurrenceFields]?: z.output<(typeof recurrenceFields)[Field]> | undefined
}

/** When something runs, as it is stored. */
export interface Recurrence {
  scheduleType: ScheduleType
  /** Five fields; null for `one_time` alone. */
  cronExpression: string | null
  /** IANA name. */
  timezone: string
  /** When a `one_time` runs; for the others nothing runs before it, and what was made of it runs at it first. */
  scheduledTime: Date | null
}

/** `next_runs` of an answer: each with the offset of the schedule's zone. */
export const zonedTimestampOutput = z.iso.datetime({ precision: 0, offset: true }).meta({
  examples: ['2026-02-16T09:00:00-05:00'],
  description: "ISO 8601 with the offset of the schedule's zone",
})

import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { isTimeZone } from '../../../platform/time-zones.ts'
import { limitQuery, offsetQuery, pageAnswer, timestampOutput, uuidField } from '../../../wire.ts'

export const badPeriod = defineError('bad_period', 422, 'to: lies before from')

/** No period is longer: three years. */
export const mostDays = 1100
/** What a period without a beginning goes back. */
export const defaultDays = 30

const zoneQuery = z
  .string()
  .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
  .optional()
  .meta({ examples: ['Europe/Berlin'] })

const isInRange = (input: string): boolean => {
  const year = new Date(input).getUTCFullYear()
  return year >= 1970 && year <= 9998
}

/** A day, or a moment; of years in which something can have happened. */
export const dayOrMoment = (description: string) =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a date such as 2026-02-01, or a date and time',
    })
    .refine(isInRange, 'must be of the years 1970 to 9998')
    .optional()
    .meta({ description, examples: ['2026-02-01'] })

/** Steps that a period is shown in. */
export const intervals = ['day', 'week', 'month'] as const
/** One of them. */
export type Interval = (typeof intervals)[number]

/** Which figures of which period. */
export const periodQuery = z.object({
  from: dayOrMoment('The first day; 30 days before the last one unless given'),
  to: dayOrMoment('The last day, included; today unless given'),
  interval: z.enum(intervals).default('day').meta({ description: 'Weeks begin on Mondays' }),
  timezone: zoneQuery.meta({
    description: "Where days begin and end; the tenant's `time_zone` unless given, which answers fastest",
  }),
  session_id: uuidField.optional(),
  label_id: uuidField.optional().meta({ description: 'Chats that have this label now' }),
})
/** A period as it is asked for. */
export type PeriodInput = z.output<typeof periodQuery>

const rate = (description: string) =>
  z
    .number()
    .min(0)
    .nullable()
    .meta({ description: `${description}; null where there is nothing to divide by` })

const messageFigures = {
  received: z.int().meta({ description: 'From persons and in groups, without reactions' }),
  sent: z.int().meta({ description: 'To persons and into groups' }),
  group_received: z.int(),
  group_sent: z.int(),
  failed: z.int(),
  delivered: z.int().meta({ description: 'Of those sent to persons; a reply proves delivery and reading' }),
  read: z.int(),
  replied: z.int().meta({
    description: 'Answered within 72 hours: a quoted message by its answer, else the newest one before it',
  }),
  delivery_rate: rate('delivered ÷ sent to persons'),
  read_rate: rate('read ÷ delivered'),
  reply_rate: rate('replied ÷ delivered'),
}

const waitFigures = z.object({
  count: z.int(),
  median_seconds: z.int().nullable(),
  average_seconds: z.int().nullable(),
  p90_seconds: z.int().nullable().meta({ description: 'Nine of ten waited no longer' }),
})

const responseFigures = {
  first_reply: waitFigures.meta({
    description: 'The first answer after a person wrote who had been silent for 24 hours, or was new',
  }),
  reply: waitFigures.meta({ description: 'Every answer, since the first message it answers' }),
}

const leadFigures = {
  detected: z.int(),
  contacted: z.int().meta({ description: 'Of these, ever contacted or further' }),
  qualified: z.int(),
  converted: z.int(),
  lost: z.int(),
}
const leadRates = z.object({
  contact_rate: rate('contacted ÷ detected'),
  qualification_rate: rate('qualified ÷ detected'),
  conversion_rate: rate('converted ÷ detected'),
  loss_rate: rate('lost ÷ detected'),
})

const ofSession = {
  session_id: z.string(),
  name: z.string().nullable().meta({ description: 'Null: deleted' }),
}
const ofLabel = { label_id: z.string(), name: z.string(), color: z.string() }
const ofStep = { date: z.iso.date().meta({ description: 'The first day of the step' }) }

const periodAnswer = {
  timezone: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  interval: z.enum(intervals),
  as_of: timestampOutput.meta({ description: 'What happened until then is counted' }),
}

/** How much was written. */
export const messagesAnswer = z
  .object({
    ...periodAnswer,
    totals: z.object(messageFigures),
    series: z.array(z.object({ ...ofStep, ...messageFigures })),
    by_session: z.array(z.object({ ...ofSession, ...messageFigures })),
    by_label: z.array(z.object({ ...ofLabel, ...messageFigures })),
  })
  .meta({ id: 'MessageVolumes', description: 'How much was written, and what became of it' })

/** How long people waited for answers. */
export const responseTimesAnswer = z
  .object({
    ...periodAnswer,
    totals: z.object(responseFigures),
    series: z.array(z.object({ ...ofStep, ...responseFigures })),
    by_session: z.array(z.object({ ...ofSession, ...responseFigures })),
    by_label: z.array(z.object({ ...ofLabel, ...responseFigures })),
  })
  .meta({ id: 'ResponseTimes', description: 'How long people waited for answers, by the day of the answer' })

/** How far leads come. */
export const leadFunnelAnswer = z
  .object({
    ...periodAnswer,
    funnel: z.object(leadFigures),
    rates: leadRates,
    series: z.array(z.object({ ...ofStep, ...leadFigures })),
    by_session: z.array(z.object({ ...ofSession, ...leadFigures })),
    by_label: z.array(z.object({ ...ofLabel, ...leadFigures })),
  })
  .meta({ id: 'LeadFunnel', description: 'How far the leads of a period have come, by the day of detection' })

/** What contacts can be ranked by. */
export const contactSorts = [
  'engagement_score',
  'messages_sent',
  'messages_received',
  'reply_rate',
  'last_active_at',
] as const
/** One of them. */
export type ContactSort = (typeof contactSorts)[number]

/** Which contacts, in which order. */
export const contactsQuery = z.object({
  sort: z.enum(contactSorts).default('engagement_score'),
  order: z.enum(['desc', 'asc']).default('desc').meta({ description: 'Equals are listed by their number' }),
  limit: limitQuery(),
  offset: offsetQuery(),
  session_id: uuidField.optional(),
})

/** Contacts by how engaged they are. */
export const contactsAnswer = z
  .object({
    contacts: z.array(
      z.object({
        phone: z.string().nullable().meta({ description: '`+E.164`; null while WhatsApp hides the number' }),
        name: z.string().nullable(),
        engagement_score: z.number().min(0).max(100),
        score_parts: z
          .object({ received: z.number(), reply_rate: z.number(), recency: z.number(), sent: z.number() })
          .meta({ description: 'Points of each part: at most 40, 30, 20 and 10' }),
        messages_sent: z.int(),
        messages_received: z.int(),
        reply_rate: z
          .number()
          .min(0)
          .max(1)
          .meta({ description: 'Turns of ours that were answered within 72 hours' }),
        last_active_at: timestampOutput.nullable().meta({ description: 'When the person wrote last' }),
        first_seen_at: timestampOutput,
      }),
    ),
    ...pageAnswer,
  })
  .meta({ id: 'ContactEngagement', description: 'People by how much they take part' })

/** Which sends the heat map is of. */
export const sendTimesQuery = z.object({
  timezone: zoneQuery.meta({ description: 'UTC unless given' }),
  days: z.coerce.number().int().min(7).max(180).default(90),
  session_id: uuidField.optional(),
  source: z
    .enum(['all', 'campaigns'])
    .default('all')
    .meta({ description: '`campaigns`: bulk jobs and schedules alone' }),
})

/** When messages are answered. */
export const sendTimesAnswer = z
  .object({
    timezone: z.string(),
    days: z.int(),
    metric: z.literal('reply_rate'),
    cells: z
      .array(
        z.object({
          weekday: z.int().min(1).max(7).meta({ description: '1 is Monday' }),
          hour: z.int().min(0).max(23),
          sent: z.int(),
          read: z.int(),
          replied: z.int(),
          read_rate: rate('read ÷ sent'),
          reply_rate: rate('replied ÷ sent'),
        }),
      )
      .meta({ description: 'All 168 hours of a week' }),
    best: z
      .array(z.object({ weekday: z.int(), hour: z.int(), score: z.number() }))
      .meta({ description: 'At most five with at least ten sends' }),
    sample_size: z.int(),
  })
  .meta({ id: 'SendTimes', description: 'What became of messages to persons, by the hour they were sent' })

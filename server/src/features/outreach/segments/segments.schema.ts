import { z } from 'zod'
import { AppError, defineError, validationFailed } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { isTimeZone } from '../../../platform/time-zones.ts'
import { pageAnswer, pageQuery, timestampInput, timestampOutput, uuidField } from '../../../wire.ts'
import { leadStatuses } from '../../leads/detection/leads.tables.ts'

export const segmentBroken = defineError(
  'segment_broken',
  400,
  'The segment names something that is gone: change its filter',
)
/** Refuses a part of a filter. */
export function badFilter(field: string, message: string): AppError {
  return new AppError(validationFailed, {
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** Reads what people wrote for segments of a tenant that ask for a language. */
export const readLanguagesJob = defineJob<{ tenantId: string }>('segments.read_languages', {
  expireSeconds: 3600,
})

/** Words for days and spans of the calendar; each stands for the moment at which it begins. */
export const calendarWords = [
  'today',
  'yesterday',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_year',
] as const
/** One of them. */
export type CalendarWord = (typeof calendarWords)[number]

const days = z.int().min(1).max(3650)
const forDays = (description: string) =>
  days.optional().meta({ description: `${description}; a day is 24 hours`, examples: [3] })

const instant = z.string().refine((text) => timestampInput().safeParse(text).success, {
  message: 'must be a date and time with Z or an offset',
})
/** Nobody had WhatsApp before; neither the database nor calendars know every year that can be written. */
const day = z.iso.date().refine((text) => text >= '1970', { message: 'must be a date from 1970 on' })
const daysAgo = z.strictObject({ days_ago: days })

/** A moment: fixed, the beginning of a day or of a span of the calendar, or so many times 24 hours ago. */
const moment = z.union([z.enum(calendarWords), day, daysAgo, instant], {
  error: `must be one of ${calendarWords.join(', ')}, a date (2026-02-11), a date and time with Z or an offset, or {"days_ago": 3}`,
})
/** A moment as a filter names it. */
export type Moment = z.output<typeof moment>

const momentField = (description: string, example: unknown) =>
  moment.optional().meta({
    description: `${description}. A word or date of the calendar is its first moment, in the zone of the filter`,
    examples: [example],
  })

/** One value, or several of which any will do; kept as several. */
const several = <S extends z.ZodType<string>>(item: S) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).min(1).max(50))

const languageCode = z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as en')

const conditionFields = {
  lead_status: several(z.enum(leadStatuses))
    .optional()
    .meta({
      description: "Where the person's lead stands: the open one, otherwise the newest; any of these",
      examples: [['contacted', 'qualified']],
    }),
  lead_status_for_days: forDays('The lead has stood there for at least so many days'),
  lead_status_changed_before: momentField('The lead came to its status before', 'this_month'),
  lead_status_changed_after: momentField('The lead came to its status then or later', { days_ago: 30 }),
  label_id: several(uuidField).optional().meta({ description: 'A conversation has any of these labels' }),
  last_inbound_before: momentField('The last message from the person came before', { days_ago: 30 }),
  last_inbound_after: momentField('The last message from the person came then or later', 'last_month'),
  has_written: z.boolean().optional().meta({ description: 'Whether the person has ever written' }),
  no_answer_days: forDays('Our last message has stayed without an answer for at least so many days'),
  language: several(languageCode)
    .optional()
    .meta({
      description: 'What the person writes in, as far as the texts say; ISO 639-1, any of these',
      examples: [['en']],
    }),
  source_group_id: several(uuidField)
    .optional()
    .meta({ description: 'A monitored group where the person showed interest; any of these' }),
  in_group_id: several(uuidField)
    .optional()
    .meta({ description: 'The person is in a custom group, list or segment; any of these' }),
  not_in_group_id: several(uuidField)
    .optional()
    .meta({ description: 'The person is in none of these custom groups' }),
  session_id: uuidField
    .optional()
    .meta({ description: 'Conversations of this session alone count; otherwise those of all sessions' }),
}
/** Conditions that hold together. */
export type SegmentConditions = z.output<z.ZodObject<typeof conditionFields>>

const says = (conditions: object) =>
  Object.entries(conditions).some(
    ([name, value]) => value !== undefined && name !== 'session_id' && name !== 'time_zone',
  )
const nothingSaid = {
  error: 'names no condition: that would be everybody',
  when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0,
}

const alternatives = (description: string) =>
  z
    .array(z.strictObject(conditionFields).refine(says, nothingSaid))
    .min(1)
    .max(20)
    .optional()
    .meta({ description })

const timeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, { message: 'must be the IANA name of a time zone, such as Europe/Berlin' })
  .optional()
  .meta({
    description: 'IANA zone of words and dates of the calendar; otherwise that of the tenant',
    examples: ['Europe/Berlin'],
  })

/** Who belongs to a segment: everybody for whom all of it holds. Unknown keys are refused: a typo would be everybody. */
export const segmentFilterSchema = z
  .strictObject({
    ...conditionFields,
    any_of: alternatives('At least one of these holds as well'),
    none_of: alternatives('None of these holds; who has no such value at all is not left out'),
    time_zone: timeZone,
  })
  .refine(says, nothingSaid)
  .meta({ id: 'SegmentFilter', description: 'Who belongs to a segment: everybody for whom all of it holds' })
/** A filter, checked; lists of values are arrays. */
export type SegmentFilter = z.output<typeof segmentFilterSchema>

/** A filter as it was stored. */
export function toFilter(stored: Record<string, unknown> | null): SegmentFilter | null {
  return stored === null ? null : segmentFilterSchema.parse(stored)
}

/** Which page. */
export const previewQuery = z.object(pageQuery())

/** A filter that is not kept yet, and which page of its people. */
export const draftPreviewBody = z.object({
  filter: segmentFilterSchema.meta({ examples: [{ lead_status: 'contacted', no_answer_days: 3 }] }),
  ...pageQuery(),
})

/** How many, and who. */
export const previewAnswer = z.object({
  people: z.array(
    z.object({
      phone: z.string().meta({ description: '`+E.164`' }),
      name: z.string().nullable(),
      variables: z.record(z.string(), z.string()),
      opted_out: z.boolean().meta({ description: 'Asked not to be written to: is skipped' }),
    }),
  ),
  ...pageAnswer,
  opted_out: z.int().meta({ description: 'How many of all of them are skipped because they opted out' }),
  unread_languages: z
    .int()
    .meta({ description: 'Of how many people the language is still being found out; they may be missing' }),
  evaluated_at: timestampOutput,
})

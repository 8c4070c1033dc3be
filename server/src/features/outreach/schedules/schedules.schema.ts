import { z } from 'zod'
import { chatKind, parseChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'
import { recurrenceFields, scheduleTypes, zonedTimestampOutput } from '../recurrence/recurrence.schema.ts'
import { executionStatuses, missedRunPolicies, scheduleStatuses, targetTypes } from './schedules.tables.ts'

export const scheduleNotActive = defineError('schedule_not_active', 400, 'The schedule is not active')
export const scheduleNotPaused = defineError('schedule_not_paused', 400, 'The schedule is not paused')
export const scheduleEnded = defineError(
  'schedule_ended',
  400,
  'The schedule is cancelled or completed: nothing of it can be changed',
)
export const scheduleNotEnded = defineError(
  'schedule_not_ended',
  400,
  'Only a cancelled or completed schedule can be deleted',
)
export const schedulePassed = defineError(
  'schedule_passed',
  400,
  'The time of the schedule has passed: give it a new scheduled_time',
)
export const channelOfOtherSession = defineError(
  'channel_of_other_session',
  400,
  'channel_id: the channel belongs to another session',
)

/** A schedule is due: starts its run, in one process, once. */
export const runScheduleJob = defineJob<{ tenantId: string; scheduleId: string; dueAt: string }>(
  'schedules.run',
  { concurrency: 10, retryLimit: 20 },
)

/** Sends what a run to a chat or a channel has to send; the same message however often it is tried. */
export const sendExecutionJob = defineJob<{ tenantId: string; executionId: string }>('schedules.send', {
  concurrency: 10,
  retryLimit: 8,
})

/**
 * Looks for schedules whose job is gone, since after weeks without a process it may have been tidied away, and for runs
 * that nothing carries any more.
 */
export const sweepSchedulesJob = defineJob<Record<string, never>>('schedules.sweep', {
  cron: { expression: '*/10 * * * *', timeZone: 'UTC' },
})

/** A run of a schedule has ended. */
export interface ScheduleExecuted {
  tenantId: string
  scheduleId: string
  executionId: string
  status: Exclude<(typeof executionStatuses)[number], 'running'>
  totalRecipients: number
  sentCount: number
  failedCount: number
  skippedCount: number
  error: string | null
  /** As answers carry it. */
  nextRunAt: string | null
}

/** Once per run, in the transaction that ends it. */
export const scheduleExecuted = definePublicEvent({
  name: 'scheduled_message.executed',
  scope: 'scheduled:read',
  description: 'A run of a scheduled message ended: sent, in part, not at all, or skipped.',
  data: z
    .object({
      schedule_id: z.string(),
      execution_id: z.string(),
      status: z.enum(['completed', 'partial', 'failed', 'skipped']),
      total_recipients: z.int(),
      sent_count: z.int(),
      failed_count: z.int(),
      skipped_count: z.int(),
      error: z.string().nullable().meta({ description: 'A code such as session_not_working' }),
      next_run_at: zonedTimestampOutput.nullable(),
    })
    .meta({ id: 'ScheduledMessageExecutedData' }),
  toWire: (run: ScheduleExecuted) => ({
    schedule_id: run.scheduleId,
    execution_id: run.executionId,
    status: run.status,
    total_recipients: run.totalRecipients,
    sent_count: run.sentCount,
    failed_count: run.failedCount,
    skipped_count: run.skippedCount,
    error: run.error,
    next_run_at: run.nextRunAt,
  }),
  example: {
    tenantId: exampleValues.id,
    scheduleId: exampleValues.id,
    executionId: exampleValues.id,
    status: 'completed',
    totalRecipients: 12,
    sentCount: 12,
    failedCount: 0,
    skippedCount: 0,
    error: null,
    nextRunAt: '2026-02-16T09:00:00-05:00',
  },
  subscribers: { webhooks: true },
})

const name = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .meta({ examples: ['Monday update'] })

const messageText = z.string().trim().min(1).max(4096)
const timeOfDay = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time such as 21:00')

/** What is sent, and how. */
const contentFields = {
  message_type: z.enum(['text', 'media']).optional(),
  message_content: messageText.optional().meta({
    description:
      'Required without `media_url`, whose caption it is otherwise. `{{name}}`, `{{phone}}` and values of list members are filled in',
    examples: ['Good morning {{name|everybody}}, this is what is new.'],
  }),
  message: messageText.optional().meta({ description: 'Alias of `message_content`' }),
  media_url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullable()
    .optional()
    .meta({ description: 'HTTPS address of a file; private addresses are refused' }),
  variants: z
    .array(messageText)
    .min(2)
    .max(10)
    .nullable()
    .optional()
    .meta({ description: 'Texts to choose from evenly instead of `message_content`, for a custom group' }),
  quiet_hours: z
    .object({ start: timeOfDay, end: timeOfDay })
    .refine(({ start, end }) => start !== end, 'start and end must differ')
    .nullable()
    .optional()
    .meta({
      description: 'No message of a run to a custom group leaves then, by the clock of the recipient',
      examples: [{ start: '21:00', end: '08:00' }],
    }),
  send_within_minutes: z.int().min(5).max(43_200).nullable().optional().meta({
    description: 'Whom a run has not reached so many minutes after its time is left out',
  }),
  missed_runs: z.enum(missedRunPolicies).optional().meta({
    description:
      'What happens to runs whose time passed while the server was down: one run makes up for them all (`run_once`, the default), or none does (`skip`). A `one_time` run that is more than 24 hours late is skipped',
  }),
  once_per_contact: z.boolean().optional().meta({
    description: 'With a custom group: nobody gets the message of this schedule a second time',
  }),
}

const chatTarget = z
  .string()
  .max(200)
  .transform((text, context) => {
    const chatId = parseChatId(text)
    if (chatId !== undefined && chatKind(chatId) !== 'channel') return chatId
    const message =
      chatId === undefined
        ? 'must be a WhatsApp id of a person or a group, or a phone number'
        : 'is a channel: give its channel_id'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .meta({ examples: ['15550100101@c.us'] })

const targetFields = {
  custom_group_id: uuidField.optional().meta({ description: 'A list of contacts or a segment' }),
  chat_id: chatTarget.optional().meta({ description: 'A person or a group' }),
  channel_id: uuidField.optional(),
  target_type: z.enum(targetTypes).optional().meta({ description: 'Agrees with the target that is given' }),
}

interface Content {
  message_type?: 'text' | 'media' | undefined
  message_content?: string | undefined
  message?: string | undefined
  media_url?: string | null | undefined
  variants?: string[] | null | undefined
}

type Refuse = (field: string, message: string) => void

function checkContent(body: Content, isNew: boolean, refuse: Refuse): void {
  const { message_type: type, message_content: content, message, media_url: url, variants } = body
  if (content !== undefined && message !== undefined && content !== message)
    refuse('message', 'contradicts message_content')
  if (variants && (content ?? message) !== undefined)
    refuse('variants', 'take the place of message_content: give one of them')
  if (variants && new Set(variants).size < variants.length) refuse('variants', 'must differ')
  if (type === 'text' && url) refuse('message_type', 'must be media with a media_url')
  if (!isNew) return
  if (type === 'media' && !url) refuse('media_url', 'field required with message_type media')
  if (type !== 'media' && !url && (content ?? message) === undefined && !variants)
    refuse('message_content', 'field required, unless there is a media_url')
}

interface Target {
  custom_group_id?: string | undefined
  chat_id?: string | undefined
  channel_id?: string | undefined
  target_type?: (typeof targetTypes)[number] | undefined
}

/** The kind of the one target that is given; undefined unless there is exactly one. */
function kindOfTarget(body: Target): (typeof targetTypes)[number] | undefined {
  const { custom_group_id: group, chat_id: chat, channel_id: channel } = body
  const given = [group, chat, channel].filter((target) => target !== undefined)
  if (given.length !== 1) return undefined
  if (group !== undefined) return 'custom_group'
  return chat !== undefined ? 'chat' : 'channel'
}

function checkTarget(body: Target, refuse: Refuse): void {
  const kind = kindOfTarget(body)
  if (kind === undefined) {
    const [first] = ['channel_id', 'chat_id'].filter((field) => body[field as keyof Target] !== undefined)
    refuse(first ?? 'custom_group_id', 'exactly one of custom_group_id, chat_id and channel_id is needed')
  } else if (body.target_type !== undefined && body.target_type !== kind) {
    refuse('target_type', `does not agree with the target that is given, a ${kind}`)
  }
}

/** A schedule to make; four dialects of requests are one here. */
export const createScheduleBody = z
  .object({ name, session_id: uuidField, ...targetFields, ...contentFields, ...recurrenceFields })
  .superRefine((body, context) => {
    const refuse: Refuse = (field, message) => context.addIssue({ code: 'custom', path: [field], message })
    checkTarget(body, refuse)
    checkContent(body, true, refuse)
    if (kindOfTarget(body) === 'custom_group') return
    for (const field of ['variants', 'quiet_hours', 'once_per_contact'] as const)
      if (body[field]) refuse(field, 'goes with a custom_group_id')
  })
  .transform(({ message, target_type: _, ...body }) => ({
    ...body,
    message_content: body.message_content ?? message,
    target_type: kindOfTarget(body) ?? 'chat',
  }))
  .meta({
    examples: [
      {
        name: 'Monday update',
        session_id: exampleValues.id,
        chat_id: '15550100101@c.us',
        message_content: 'Good morning {{name|everybody}}, this is what is new.',
        schedule_type: 'weekly',
        cron_expression: '0 9 * * MON',
        timezone: 'America/New_York',
      },
    ],
  })

/** A schedule to make, checked. */
export type CreateSchedule = z.output<typeof createScheduleBody>

/** What of a schedule changes. */
export const updateScheduleBody = z
  .object({ name: name.optional(), ...contentFields, ...recurrenceFields })
  .superRefine((body, context) =>
    checkContent(body, false, (field, message) =>
      context.addIssue({ code: 'custom', path: [field], message }),
    ),
  )
  .transform(({ message, ...body }) => ({ ...body, message_content: body.message_content ?? message }))
  .meta({ examples: [{ name: 'Tuesday update', cron_expression: '0 9 * * TUE' }] })

/** What of a schedule changes, checked. */
export type UpdateSchedule = z.output<typeof updateScheduleBody>

/** Which schedules. */
export const listSchedulesQuery = z.object({ status: z.enum(scheduleStatuses).optional(), ...pageQuery() })

/** Which runs. */
export const historyQuery = z.object(pageQuery())

/** A run as the API shows it. */
export const executionSchema = z
  .object({
    id: z.string(),
    scheduled_for: timestampOutput,
    started_at: timestampOutput,
    finished_at: timestampOutput.nullable(),
    status: z.enum(executionStatuses),
    total_recipients: z.int(),
    sent_count: z.int(),
    failed_count: z.int(),
    skipped_count: z.int(),
    error: z.string().nullable().meta({ description: 'A code such as session_not_working' }),
    bulk_job_id: z.string().nullable().meta({ description: 'The bulk job of a run to a custom group' }),
    message_id: z.string().nullable().meta({ description: 'The message of a run to a chat' }),
    post_id: z.string().nullable().meta({ description: 'The post of a run to a channel' }),
    delivered_to: z
      .int()
      .nullable()
      .meta({ description: 'Members whom a post to a group was delivered to; null of other runs' }),
    read_by: z.int().nullable().meta({ description: 'Those of them who have read it and do not hide so' }),
  })
  .meta({ id: 'ScheduleExecution', description: 'A run of a scheduled message' })

/** A run as the API shows it. */
export type ExecutionObject = z.output<typeof executionSchema>

/** A schedule as the API shows it. */
export const scheduleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(scheduleStatuses),
    schedule_type: z.enum(scheduleTypes),
    cron_expression: z.string().nullable(),
    timezone: z.string(),
    next_run_at: zonedTimestampOutput.nullable(),
    next_runs: z.array(zonedTimestampOutput).meta({ description: 'The next five, while it is active' }),
    created_at: timestampOutput,
    session_id: z.string(),
    target_type: z.enum(targetTypes),
    custom_group_id: z.string().nullable(),
    chat_id: z.string().nullable(),
    channel_id: z.string().nullable(),
    message_type: z.enum(['text', 'media']),
    message_content: z.string().nullable(),
    media_url: z.string().nullable(),
    variants: z.array(z.string()).nullable(),
    quiet_hours: z.object({ start: z.string(), end: z.string() }).nullable(),
    send_within_minutes: z.int().nullable(),
    missed_runs: z.enum(missedRunPolicies),
    once_per_contact: z.boolean(),
    scheduled_time: timestampOutput.nullable(),
    last_run_at: timestampOutput.nullable(),
    run_count: z.int(),
    updated_at: timestampOutput,
  })
  .meta({ id: 'ScheduledMessage', description: 'A message that goes out at a time or by a rule' })

/** A schedule as the API shows it. */
export type ScheduleObject = z.output<typeof scheduleSchema>

/** A schedule with its latest runs. */
export const scheduleDetail = scheduleSchema
  .extend({ executions: z.array(executionSchema).meta({ description: 'The latest ten' }) })
  .meta({ id: 'ScheduledMessageDetail' })

/** One page of schedules, newest first. */
export const scheduleListAnswer = z.object({ messages: z.array(scheduleSchema), ...pageAnswer })

/** One page of runs, newest first. */
export const historyAnswer = z.object({ executions: z.array(executionSchema), ...pageAnswer })

/** When something would run. */
export const rulePreviewBody = z.object(recurrenceFields).meta({
  examples: [{ schedule_type: 'cron', cron_expression: '0 9 * * MON', timezone: 'America/New_York' }],
})

/** When something would run, as it would be stored. */
export const rulePreviewAnswer = z
  .object({
    schedule_type: z.enum(scheduleTypes),
    cron_expression: z.string().nullable(),
    timezone: z.string(),
    scheduled_time: timestampOutput.nullable(),
    next_runs: z.array(zonedTimestampOutput).meta({ description: 'The next five' }),
  })
  .meta({ id: 'RulePreview', description: 'When something would run, before it is made' })

import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { idParams, pageAnswer, pageQuery, timestampInput, timestampOutput, uuidField } from '../../../wire.ts'
import { timeZoneField } from '../recurrence/recurrence.schema.ts'
import { type BulkJobStatus, bulkJobStatuses, jobWaits, recipientStatuses } from './bulk.tables.ts'

export const emptyRecipients = defineError('empty_recipients', 400, 'custom_group_id: nobody is on this list')
export const bulkWrongState = defineError('bulk_wrong_state', 400, 'The job is in another state')

/** How a job ended; published in the transaction that ends it. */
export interface BulkEnded {
  tenantId: string
  jobId: string
  sessionId: string
  source: 'api' | 'schedule'
  /** The schedule, and the run of it, that made the job. */
  sourceId: string | null
  executionId: string | null
  status: Extract<BulkJobStatus, 'completed' | 'cancelled' | 'failed'>
  total: number
  sent: number
  failed: number
  skipped: number
}
/** Something that people see of a job changed: its state, its counters or what it waits for. */
export const bulkChanged = definePublicEvent({
  name: 'bulk_send.changed',
  scope: 'bulk-send:read',
  description: 'The state of a bulk job changed, its counters or what it waits for; once a second at most.',
  coalesceBy: ({ jobId }) => jobId,
  data: z.object({ job_id: z.string(), session_id: z.string() }),
  toWire: (job: { tenantId: string; sessionId: string; jobId: string }) => ({
    job_id: job.jobId,
    session_id: job.sessionId,
  }),
  example: { tenantId: exampleValues.id, sessionId: exampleValues.id, jobId: exampleValues.id },
  subscribers: {},
})

/** A job has ended: nothing more of it leaves. */
export const bulkSendCompleted = definePublicEvent({
  name: 'bulk_send.completed',
  scope: 'bulk-send:read',
  description: 'A bulk job ended: everybody had their turn, or it was cancelled, or it cannot go on.',
  data: z.object({
    job_id: z.string(),
    session_id: z.string(),
    status: z.enum(['completed', 'cancelled', 'failed']),
    total: z.int(),
    sent: z.int(),
    failed: z.int(),
    skipped: z.int(),
  }),
  toWire: (ended: BulkEnded) => ({
    job_id: ended.jobId,
    session_id: ended.sessionId,
    status: ended.status,
    total: ended.total,
    sent: ended.sent,
    failed: ended.failed,
    skipped: ended.skipped,
  }),
  example: {
    tenantId: exampleValues.id,
    jobId: exampleValues.id,
    sessionId: exampleValues.id,
    source: 'api',
    sourceId: null,
    executionId: null,
    status: 'completed',
    total: 127,
    sent: 120,
    failed: 2,
    skipped: 5,
  },
  subscribers: { webhooks: true },
})

const textField = z.string().min(1).max(4096)
const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 21:00')
const urlField = z.string().min(1).max(2048)

/** What is sent, and when it may not be; the same for a new job, an edit and a schedule. */
export const campaignFields = {
  message_type: z.enum(['text', 'media']).optional(),
  message_content: textField.optional().meta({
    examples: ['Hello {{name|there}}, we are open on Sunday.'],
    description:
      'The text, or the caption of media; `{{name}}`, `{{phone}}` and variables of members are filled in',
  }),
  message: textField.optional().meta({ description: 'Older name of message_content' }),
  media_url: urlField
    .optional()
    .meta({ description: 'The file of a job with media; each message gets it anew' }),
  variants: z
    .array(textField)
    .min(2)
    .max(10)
    .optional()
    .meta({
      description: 'Texts that are used evenly instead of message_content',
      examples: [['Hello {{name|there}}, we are open on Sunday.', 'Hi {{name|there}}! Sunday we are open.']],
    }),
  quiet_hours: z
    .object({ start: wallTime, end: wallTime })
    .nullable()
    .optional()
    .meta({
      description: 'Nothing leaves between these times of day; they may go over midnight',
      examples: [{ start: '21:00', end: '08:00' }],
    }),
  time_zone: timeZoneField
    .nullable()
    .optional()
    .meta({
      description: 'Zone of the quiet hours; without it each recipient’s own, by the country of the number',
      examples: ['Europe/Berlin'],
    }),
  send_before: timestampInput().nullable().optional().meta({
    description: 'Whoever was not reached by then is skipped (`expired`)',
  }),
}

interface Contents {
  message_type?: 'text' | 'media' | undefined
  message_content?: string | undefined
  message?: string | undefined
  media_url?: string | undefined
  variants?: string[] | undefined
}

/** Names of one thing that contradict each other; `message_content` may stand beside `variants`, which are what is sent. */
function refuseContradictions(body: Contents, context: z.core.$RefinementCtx): void {
  const refuse = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  const { message_content: content, message, variants } = body
  if (content !== undefined && message !== undefined && content !== message)
    refuse('message', 'contradicts message_content')
  if (variants !== undefined && new Set(variants).size !== variants.length)
    refuse('variants', 'the texts must be distinct')
}

function requireContent(body: Contents, context: z.core.$RefinementCtx): void {
  const refuse = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  const hasText = (body.message_content ?? body.message ?? body.variants) !== undefined
  if (body.message_type === 'media' && body.media_url === undefined)
    refuse('media_url', 'field required: message_type is media')
  if (body.message_type === 'text' && body.media_url !== undefined)
    refuse('message_type', 'contradicts media_url')
  if (!hasText && body.media_url === undefined) refuse('message_content', 'field required')
}

/** A new job. */
export const createBulkBody = z
  .object({
    session_id: uuidField,
    custom_group_id: uuidField,
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .optional()
      .meta({ examples: ['Opening on Sunday'] }),
    ...campaignFields,
  })
  .superRefine((body, context) => {
    refuseContradictions(body, context)
    requireContent(body, context)
  })
  .meta({
    examples: [
      {
        session_id: exampleValues.id,
        custom_group_id: exampleValues.id,
        name: 'Opening on Sunday',
        message_content: 'Hello {{name|there}}, we are open on Sunday.',
        quiet_hours: { start: '21:00', end: '08:00' },
        time_zone: 'Europe/Berlin',
      },
    ],
  })
/** A new job, checked. */
export type CreateBulk = z.output<typeof createBulkBody>

/** A change of a job that does not run. */
export const editBulkBody = z
  .object({
    name: z.string().trim().min(1).max(255).nullable().optional(),
    message_content: campaignFields.message_content,
    message: campaignFields.message,
    media_url: urlField.nullable().optional(),
    variants: campaignFields.variants,
    quiet_hours: campaignFields.quiet_hours,
    time_zone: campaignFields.time_zone,
    send_before: campaignFields.send_before,
  })
  .superRefine((body, context) =>
    refuseContradictions({ ...body, media_url: body.media_url ?? undefined }, context),
  )
  .meta({ examples: [{ message_content: 'Hello {{name|there}}, we are open on Saturday and Sunday.' }] })
/** A change, checked. */
export type EditBulk = z.output<typeof editBulkBody>

/** Nothing has to be said. */
export const steerBody = z.object({}).optional()

/** Which jobs to list. */
export const bulkListQuery = z.object({ ...pageQuery(), status: z.enum(bulkJobStatuses).optional() })

/** Path of one job. */
export const bulkParams = idParams

const jobFields = {
  id: z.string(),
  session_id: z.string(),
  custom_group_id: z.string().nullable(),
  name: z.string().nullable(),
  status: z.enum(bulkJobStatuses),
  total_recipients: z.int(),
  sent_count: z.int(),
  failed_count: z.int(),
  skipped_count: z.int().meta({ description: 'Got no message for a reason; those who opted out included' }),
  delivered_count: z.int(),
  read_count: z.int(),
  replied_count: z.int(),
  message_type: z.enum(['text', 'media']),
  message_content: z.string().nullable(),
  media_url: z.string().nullable(),
  variants: z.array(z.string()).nullable(),
  quiet_hours: z.object({ start: z.string(), end: z.string() }).nullable(),
  time_zone: z.string().nullable(),
  send_before: timestampOutput.nullable(),
  source: z.enum(['api', 'schedule']),
  quota_reserved: z.int().meta({
    description: 'Messages of the month’s quota that are reserved and neither sent nor given back yet',
  }),
  waits_for: z.enum(jobWaits).nullable().meta({
    description: 'Why nothing leaves just now',
  }),
  next_send_at: timestampOutput
    .nullable()
    .meta({ description: 'When the next message goes, as far as is known' }),
  error: z.string().nullable().meta({ description: 'Why the job was paused by itself, or failed' }),
  created_at: timestampOutput,
  started_at: timestampOutput.nullable(),
  completed_at: timestampOutput.nullable(),
  updated_at: timestampOutput,
}

/** A job as the API shows it. */
export const bulkJobObject = z
  .object(jobFields)
  .meta({ id: 'BulkJob', description: 'One message to everybody on a list' })
/** A job on the wire. */
export type BulkJobObject = z.output<typeof bulkJobObject>

/** A recipient as the API shows it. */
export const bulkRecipientObject = z
  .object({
    id: z.string(),
    phone: z.string(),
    name: z.string().nullable(),
    status: z.enum(recipientStatuses),
    message_id: z.string().nullable(),
    error: z.string().nullable(),
    skip_reason: z.string().nullable(),
    sent_at: timestampOutput.nullable(),
    delivered_at: timestampOutput.nullable(),
    read_at: timestampOutput.nullable(),
    replied_at: timestampOutput.nullable(),
  })
  .meta({ id: 'BulkRecipient', description: 'Somebody a bulk job writes to' })
/** A recipient on the wire. */
export type BulkRecipientObject = z.output<typeof bulkRecipientObject>

/** A job with the first of its recipients. */
export const bulkJobDetail = z
  .object({ ...jobFields, recipients: z.array(bulkRecipientObject), recipients_total: z.int() })
  .meta({ id: 'BulkJobDetail', description: 'A bulk job with the first of its recipients' })

/** One page of jobs. */
export const bulkListAnswer = z.object({ jobs: z.array(bulkJobObject), ...pageAnswer })

/** A cancelled job. */
export const cancelAnswer = z
  .object({ ...jobFields, quota_released: z.int() })
  .meta({ id: 'CancelledBulkJob', description: 'A bulk job that was cancelled' })

/** What a campaign is called beside others: its own name, else that of its list and the day it was made (`YYYY-MM-DD`). */
export function campaignTitle(name: string | null, listName: string | null, day: string): string {
  return name ?? `${listName ?? 'Campaign'}, ${day}`
}

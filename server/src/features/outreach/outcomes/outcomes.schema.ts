import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { exampleValues } from '../../../public-event.ts'
import { idParams, pageAnswer, timestampOutput, uuidField } from '../../../wire.ts'
import { phoneField } from '../../conversations/contacts/contacts.schema.ts'
import { messageObject } from '../../conversations/messages/messages.schema.ts'
import { bulkJobDetail, bulkJobObject, bulkRecipientObject, campaignFields } from '../bulk/bulk.schema.ts'
import { bulkJobStatuses, jobWaits, type RecipientStatus, recipientStatuses } from '../bulk/bulk.tables.ts'

/** How far a job came with somebody. Everybody is in one stage, and each has as many as the counters of the job say. */
export const recipientStages = [
  'waiting',
  'sent',
  'delivered',
  'read',
  'replied',
  'failed',
  'left_out',
] as const
/** One of them. */
export type RecipientStage = (typeof recipientStages)[number]

export const nobodyToRetry = defineError(
  'nobody_to_retry',
  400,
  'Nobody of this job has failed for certain: it may have arrived, is sent again already, or went to all',
)

export const nothingToTest = defineError(
  'nothing_to_test',
  400,
  'This person would get nothing, so there is nothing to send',
)

/** Whether an inbound message answers, or asks not to be written to again. */
export type AnswerKind = 'reply' | 'opt_out'

/** An answer that came before it was known whether the message before it had left. */
export interface EarlyAnswer {
  tenantId: string
  messageId: string
  kind: AnswerKind
  /** Milliseconds since the epoch. */
  sinceMs: number
}

/** Looks again at an answer that came while a campaign's message to the same person was under way. */
export const earlyAnswerJob = defineJob<EarlyAnswer>('outcomes.early_answer', { concurrency: 2 })

/** Whoever has read and let the time pass has ignored the campaign: a job for each minute in which that happens. */
export const unansweredJob = defineJob('outcomes.unanswered')

/** How a job stands. */
export const progressObject = z
  .object({
    sent: z.int(),
    total: z.int(),
    failed: z.int(),
    status: z.enum(bulkJobStatuses),
    pending: z.int().meta({ description: 'Have not had their turn' }),
    skipped: z.int(),
    delivered: z.int(),
    read: z.int(),
    replied: z.int(),
    ignored: z.int().meta({ description: 'Read it and did not answer within 72 hours' }),
    opted_out: z.int().meta({ description: 'Got it and asked not to be written to again' }),
    read_unknown: z.int().meta({ description: 'Got it, and whether they read it is not known' }),
    next_send_at: timestampOutput.nullable(),
    waits_for: z.enum(jobWaits).nullable().meta({ description: 'Why nothing leaves just now' }),
    expected_end_at: timestampOutput.nullable().meta({
      description: 'When it will be done at the usual pace; null while nobody can say',
    }),
    error: z.string().nullable(),
  })
  .meta({ id: 'BulkProgress', description: 'How a bulk job comes along' })

/** One status or several, separated by commas. */
const statusesQuery = z
  .string()
  .transform((text, context): RecipientStatus[] => {
    const parsed = z.array(z.enum(recipientStatuses)).safeParse(text.split(',').map((part) => part.trim()))
    if (parsed.success) return [...new Set(parsed.data)]
    context.addIssue({ code: 'custom', message: `must be of ${recipientStatuses.join(', ')}` })
    return z.NEVER
  })
  .optional()

const position = z.coerce.number().int().min(-1).max(2_147_483_647)

const filter = {
  status: statusesQuery.meta({
    description: 'Only recipients of this status, or of several separated by commas',
    examples: ['failed,skipped'],
  }),
  skip_reason: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Only those skipped for this reason', examples: ['not_on_whatsapp'] }),
  stage: z
    .enum(recipientStages)
    .optional()
    .meta({
      description:
        'How far it came with them: everybody is in one stage, and each has as many as the counters of the job say. `left_out` are those who were skipped or had opted out before their turn',
      examples: ['left_out'],
    }),
}

/** Which recipients come with a job. */
export const jobDetailQuery = z.object({
  recipients_limit: z.coerce.number().int().min(1).max(1000).default(100),
  recipients_offset: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  recipients_status: statusesQuery.meta({
    description: 'Only recipients of this status, or of several separated by commas',
    examples: ['failed'],
  }),
})

/** Which page of which recipients. */
export const recipientsQuery = z.object({
  ...filter,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  after: position.optional().meta({
    examples: [0],
    description: 'Those after this `position`: pages of a large job by it cost the same however far they are',
  }),
})

/** Which recipients to export. */
export const exportQuery = z.object(filter)

/** A recipient in a list of their own. */
export const listedRecipient = bulkRecipientObject
  .extend({
    position: z.int().meta({ description: 'Their place in the order of the job, from 0' }),
    variant: z.int().nullable().meta({ description: 'Which of the variants they got, from 0' }),
  })
  .meta({ id: 'ListedRecipient', description: 'Somebody a bulk job writes to, with their place in it' })
/** The same on the wire. */
export type ListedRecipient = z.output<typeof listedRecipient>

/** One page of recipients. */
export const recipientsAnswer = z.object({ recipients: z.array(listedRecipient), ...pageAnswer })

/** A job with some of its recipients. */
export const jobDetail = bulkJobDetail

/** Path of one job. */
export const jobParams = idParams

/** A new job that was made like another one. */
export const copiedJob = bulkJobObject
  .extend({
    retry_of: z
      .string()
      .nullable()
      .meta({ description: 'The job whose failed recipients it writes to again' }),
  })
  .meta({ id: 'CopiedBulkJob', description: 'A bulk job made like another one' })

/** What is different about the copy. */
export const cloneBody = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .optional()
      .meta({ examples: ['Opening on Sunday, once more'] }),
    start: z
      .boolean()
      .default(false)
      .meta({ description: 'Without it the copy is paused, to be changed and resumed' }),
  })
  .prefault({})
  .meta({ examples: [{ name: 'Opening on Sunday, once more' }] })

/** Nothing has to be said. */
export const retryBody = z.object({}).optional()

/** Whom to show the message for. */
export const previewQuery = z.object({
  recipient_id: uuidField.optional().meta({ description: 'Default: whoever comes next, else the first' }),
  phone: phoneField.optional().meta({ description: 'The same by number', examples: ['+15550100101'] }),
})

/** Whose message to send to oneself. */
export const testBody = previewQuery.prefault({}).meta({ examples: [{ phone: '+15550100101' }] })

/** What is to be sent, to be looked at before there is a job. */
export const previewBody = z
  .object({
    session_id: uuidField,
    custom_group_id: uuidField.optional(),
    phone: phoneField
      .optional()
      .meta({ description: 'Of whom; default the first people of the list', examples: ['+15550100101'] }),
    limit: z.int().min(1).max(20).default(5).meta({ description: 'How many people of the list' }),
    message_content: campaignFields.message_content,
    message: campaignFields.message,
    media_url: campaignFields.media_url,
    variants: campaignFields.variants,
  })
  .superRefine(({ message_content: content, message, variants, media_url: mediaUrl }, context) => {
    const refuse = (path: string, problem: string): void =>
      context.addIssue({ code: 'custom', path: [path], message: problem })
    if (content !== undefined && message !== undefined && content !== message)
      refuse('message', 'contradicts message_content')
    if ((content ?? message ?? variants ?? mediaUrl) === undefined)
      refuse('message_content', 'field required')
  })
  .meta({
    examples: [
      {
        session_id: exampleValues.id,
        phone: '+15550100101',
        message_content: 'Hello {{name|there}}, we are open on Sunday.',
      },
    ],
  })

/** What somebody gets. */
export const previewObject = z
  .object({
    recipient_id: z.string().nullable(),
    phone: z.string(),
    name: z.string().nullable(),
    variant: z.int().nullable().meta({ description: 'Which of the variants, from 0' }),
    text: z.string().nullable(),
    characters: z.int(),
    media_url: z.string().nullable(),
    skip_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why they would get nothing: `too_long` or `empty`' }),
  })
  .meta({ id: 'BulkPreview', description: 'What somebody gets' })

/** What some people get. */
export const previewsAnswer = z.object({ previews: z.array(previewObject) })

/** What was sent to oneself. */
export const testAnswer = z.object({ preview: previewObject, message: messageObject })

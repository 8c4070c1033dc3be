import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { timestampOutput, uuidField } from '../../../wire.ts'

export const noSound = defineError('no_sound', 400, 'The message is no voice or audio message')
export const soundGone = defineError(
  'sound_gone',
  400,
  'The sound of the message is no longer available: it is not kept here, and the message is too old to get it from WhatsApp',
)

/** A voice message was written down; within the transaction that stores the transcript. Its text is read by its id. */
export const transcriptReady = defineEvent<{
  tenantId: string
  sessionId: string
  /** The internal chat record. */
  chatId: string
  messageId: string
}>('transcript.ready')

/** Writes one voice message down. */
export const runTranscriptJob = defineJob<{ tenantId: string; transcriptId: string }>('transcripts.run', {
  concurrency: 2,
  retryLimit: 50,
  expireSeconds: 900,
})

/** Removes transcripts of messages whose text is over. */
export const expireTranscriptsJob = defineJob<Record<string, never>>('transcripts.expire', {
  cron: { expression: '23 3 * * *', timeZone: 'UTC' },
})

/** Which message to write down. */
export const transcribeBody = z.object({ message_id: uuidField })

const status = z.enum(['queued', 'processing', 'completed', 'failed'])

const result = z.object({
  transcript: z.string().meta({ description: 'Empty when nobody speaks' }),
  language: z.string().meta({ examples: ['en'], description: 'ISO 639-1; `und` when nobody can tell' }),
  confidence: z.number().meta({ description: "0 to 1, from the model's own probabilities" }),
})

/** A task that was queued, or is over already. */
export const taskSchema = z
  .object({
    task_id: z.string(),
    message_id: z.string(),
    status,
    result: result.optional().meta({ description: 'Of a task that is completed' }),
  })
  .meta({ id: 'TranscriptionTask', description: 'A transcription that was asked for' })

/** The path of a task: any text, since an id that never was is unknown. */
export const taskParams = z.object({ task_id: uuidField })

/** How a task stands. */
export const taskStatusSchema = z
  .object({
    task_id: z.string(),
    status,
    result: result.nullable().meta({ description: 'Null before completion' }),
    error: z.string().optional().meta({ description: 'Of a task that failed' }),
  })
  .meta({ id: 'TranscriptionStatus', description: 'How a transcription stands' })

/** The path of a message's transcript. */
export const messageParams = z.object({ message_id: uuidField })

/** A transcript as the API shows it. */
export const transcriptSchema = z
  .object({
    message_id: z.string(),
    ...result.shape,
    transcribed_at: timestampOutput,
  })
  .meta({ id: 'Transcript', description: 'What was said in a voice message' })

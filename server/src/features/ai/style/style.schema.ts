import { z } from 'zod'
import { parseChatId } from '../../../engine/ids.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { timestampOutput, toTimestamp, uuidField } from '../../../wire.ts'
import type { StyleProfileRow, StyleTaskRow } from './style.tables.ts'

/** Fewer messages than this say nothing of how somebody writes. */
export const leastSamples = 20

/** Finds out how somebody writes. */
export const trainStyleJob = defineJob<{ tenantId: string; taskId: string }>('style.train', {
  concurrency: 2,
})

/** Removes trainings that are over for a day. */
export const forgetStyleTasksJob = defineJob<Record<string, never>>('style.forget_tasks', {
  cron: { expression: '17 * * * *', timeZone: 'UTC' },
})

/** A person's or a group's WhatsApp id, as chats are called. */
export const waChatField = z
  .string()
  .max(80)
  .transform((text, context) => {
    const chatId = parseChatId(text)
    if (chatId !== undefined && !chatId.endsWith('@newsletter')) return chatId
    context.addIssue({
      code: 'custom',
      message: 'must be the WhatsApp id of a person or a group, or a phone number',
    })
    return z.NEVER
  })
  .meta({ type: 'string', examples: ['15550123456@c.us'] })

const absentWhenNull = <T>(value: T | null | undefined): T | undefined => value ?? undefined

/** What to learn from. */
export const trainBody = z
  .object({
    session_id: uuidField.nullable().optional().meta({ description: 'Only this session' }),
    wa_chat_id: waChatField.nullable().optional().meta({ description: 'Only this chat' }),
    contact_id: waChatField.nullable().optional().meta({ description: 'Older name of `wa_chat_id`' }),
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .nullable()
      .optional()
      .meta({ examples: ['Sales'] }),
  })
  .superRefine((body, context) => {
    const [chat, older] = [absentWhenNull(body.wa_chat_id), absentWhenNull(body.contact_id)]
    if (chat === undefined || older === undefined || chat === older) return
    context.addIssue({ code: 'custom', path: ['contact_id'], message: 'contradicts wa_chat_id' })
  })
  .meta({ examples: [{ name: 'Sales' }] })

/** The scope that a body or query means. */
export interface StyleScope {
  sessionId: string | null
  waChatId: string | null
}

/** Reads the scope of a training. */
export function scopeOf(body: z.output<typeof trainBody>): StyleScope {
  return { sessionId: body.session_id ?? null, waChatId: body.wa_chat_id ?? body.contact_id ?? null }
}

/** A training as it was accepted. */
export const trainAnswer = z
  .object({
    task_id: z.string(),
    tenant_id: z.string(),
    contact_id: z.string().nullable().meta({ description: 'Null for a general profile' }),
    status: z.enum(['queued', 'processing', 'completed', 'failed']),
  })
  .meta({ id: 'StyleTraining' })

/** How far a training is. */
export const styleStatusAnswer = z
  .object({
    task_id: z.string(),
    status: z.enum(['queued', 'processing', 'completed', 'failed']),
    progress: z.int().meta({ examples: [40], description: 'Percent' }),
    profile_id: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'StyleTask' })

/** Writes how far a training is. */
export function encodeTask(row: StyleTaskRow): z.output<typeof styleStatusAnswer> {
  const { id, status, progress, profileId, error } = row
  return { task_id: id, status, progress, profile_id: profileId, error }
}

/** Which profile is asked for; none named: the general one. */
export const profileQuery = z
  .object({
    contact_id: waChatField.optional(),
    wa_chat_id: waChatField.optional().meta({ description: 'Alias of `contact_id`' }),
    session_id: uuidField.optional(),
    profile_id: uuidField.optional(),
  })
  .superRefine(({ contact_id: older, wa_chat_id: chat }, context) => {
    if (chat === undefined || older === undefined || chat === older) return
    context.addIssue({ code: 'custom', path: ['wa_chat_id'], message: 'contradicts contact_id' })
  })

/** A profile as the API shows it. */
export const styleProfileSchema = z
  .object({
    id: z.string(),
    tenant_id: z.string(),
    contact_id: z
      .string()
      .nullable()
      .meta({ examples: ['15550123456@c.us'] }),
    name: z.string().nullable(),
    session_id: z.string().nullable(),
    wa_chat_id: z.string().nullable(),
    features: z.object({
      avg_sentence_length: z.number().meta({ description: 'Words per sentence' }),
      formality_score: z.number().meta({ description: '0 to 1' }),
      emoji_frequency: z.number().meta({ description: 'Share of messages with an emoji' }),
      vocabulary_richness: z.number().meta({ description: 'Share of different words in a hundred' }),
      avg_message_length: z.number().meta({ description: 'Words per message' }),
      exclamation_frequency: z.number().meta({ description: 'Share of messages with an exclamation mark' }),
      lowercase_frequency: z
        .number()
        .meta({ description: 'Share of messages that begin with a small letter' }),
    }),
    sample_count: z.int(),
    last_trained_at: timestampOutput,
    is_usable: z.boolean().meta({ description: 'False while the plan has no room for it' }),
  })
  .meta({ id: 'StyleProfile', description: 'How people of the tenant write, as figures alone' })

/** A profile and whether the plan has room for it. */
export interface RankedProfile extends StyleProfileRow {
  isUsable: boolean
}

/** Writes a profile the way answers carry it. */
export function encodeProfile(row: RankedProfile): z.output<typeof styleProfileSchema> {
  return {
    id: row.id,
    tenant_id: row.tenantId,
    contact_id: row.waChatId,
    name: row.name,
    session_id: row.sessionId,
    wa_chat_id: row.waChatId,
    features: row.features,
    sample_count: row.sampleCount,
    last_trained_at: toTimestamp(row.lastTrainedAt),
    is_usable: row.isUsable,
  }
}

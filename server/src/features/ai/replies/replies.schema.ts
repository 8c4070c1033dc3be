import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { booleanQuery, uuidField } from '../../../wire.ts'
import { waChatField } from '../style/style.schema.ts'

export const injectionDetected = defineError(
  'ai_injection_detected',
  400,
  'context: it tries to turn the language model, so no reply is made of it',
)
export const tooManyPreviews = defineError(
  'ai_too_many_previews',
  429,
  'A tenant may make 60 previews an hour',
)

/** Previews of a tenant an hour: they cost as much as replies and count as none. */
export const previewsPerHour = 60

/** Removes replies that nobody approved within a day. */
export const forgetReplyDraftsJob = defineJob<Record<string, never>>('replies.forget_drafts', {
  cron: { expression: '41 * * * *', timeZone: 'UTC' },
})

const context = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .meta({ description: 'What the contact wrote', examples: ['When do you open on Saturday?'] })

/** What to reply to. */
export const generateReplyBody = z
  .object({
    contact_id: waChatField,
    context,
    use_rag: z.boolean().default(true).meta({ description: 'Whether the knowledge base is searched' }),
    apply_style: z.boolean().default(true),
    profile_id: uuidField.nullable().default(null).meta({ description: 'Skips the choice of a profile' }),
    session_id: uuidField.nullable().default(null).meta({ description: 'For the choice of a profile' }),
    approved: z.boolean().default(false).meta({
      description: 'A person has read the reply that required approval: answers the very same text',
    }),
  })
  .meta({
    examples: [{ contact_id: '15550123456@c.us', context: 'When do you open on Saturday?' }],
  })

/** The same in a query. */
export const previewQuery = z.object({
  contact_id: waChatField,
  context,
  use_rag: booleanQuery().default(true),
  apply_style: booleanQuery().default(true),
  profile_id: uuidField.optional(),
  session_id: uuidField.optional(),
})

/** Why a reply should be read by a person first. */
export const approvalReasons = [
  'no_evidence',
  'hand_over',
  'ambiguous',
  'unsupported_figures',
  'screened',
  'money',
  'contract',
  'legal',
  'complaint',
  'emergency',
  'health',
  'privacy',
] as const
/** One of them. */
export type ApprovalReason = (typeof approvalReasons)[number]

/** A reply; nothing was sent. */
export const replySchema = z
  .object({
    reply: z.string(),
    rag_sources: z.array(z.string()).meta({ examples: [['catalogue.pdf']] }),
    style_applied: z.boolean(),
    model: z.string(),
    tokens_used: z.int(),
    requires_approval: z.boolean().meta({ description: 'A person should read it before it is sent' }),
    approval_reasons: z.array(z.enum(approvalReasons)),
  })
  .meta({ id: 'AiReply', description: 'A text that a model wrote; nothing was sent' })

/** A reply on the wire. */
export type ReplyObject = z.output<typeof replySchema>

/** What a reply is asked for with. */
export interface ReplyRequest {
  waChatId: string
  context: string
  useRag: boolean
  applyStyle: boolean
  profileId: string | null
  sessionId: string | null
}

/** From wire names. */
export function requestOf(input: {
  contact_id: string
  context: string
  use_rag: boolean
  apply_style: boolean
  profile_id?: string | null | undefined
  session_id?: string | null | undefined
}): ReplyRequest {
  return {
    waChatId: input.contact_id,
    context: input.context,
    useRag: input.use_rag,
    applyStyle: input.apply_style,
    profileId: input.profile_id ?? null,
    sessionId: input.session_id ?? null,
  }
}

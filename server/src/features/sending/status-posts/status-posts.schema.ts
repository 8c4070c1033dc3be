import { z } from 'zod'
import type { MessageType } from '../../../engine/content.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput, toTimestamp, uuidField } from '../../../wire.ts'

/** A status post of somebody else. */
export interface StatusReceived {
  tenantId: string
  sessionId: string
  waMessageId: string
  /** `+E.164`; null when WhatsApp hides the number. */
  authorPhone: string | null
  authorChatId: string
  authorName: string | null
  messageType: MessageType
  text: string
  hasMedia: boolean
  /** ISO 8601. */
  at: string
}

/** Once per post. */
export const statusReceived = definePublicEvent({
  name: 'status.received',
  scope: 'messages:read',
  description: 'Somebody posted a status.',
  data: z
    .object({
      session_id: z.string(),
      wa_message_id: z.string(),
      author_phone: z.string().nullable().meta({ description: 'Null when WhatsApp hides the number' }),
      author_chat_id: z.string(),
      author_name: z.string().nullable(),
      message_type: z.string().meta({ examples: ['text'] }),
      message: z.string(),
      has_media: z.boolean(),
      timestamp: timestampOutput,
    })
    .meta({ id: 'StatusReceivedData' }),
  toWire: (post: StatusReceived) => ({
    session_id: post.sessionId,
    wa_message_id: post.waMessageId,
    author_phone: post.authorPhone,
    author_chat_id: post.authorChatId,
    author_name: post.authorName,
    message_type: post.messageType,
    message: post.text,
    has_media: post.hasMedia,
    timestamp: toTimestamp(new Date(post.at)),
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    waMessageId: exampleValues.waMessageId,
    authorPhone: exampleValues.phone,
    authorChatId: exampleValues.chatId,
    authorName: exampleValues.person,
    messageType: 'text',
    text: 'We are open today',
    hasMedia: false,
    at: exampleValues.at,
  },
  subscribers: { webhooks: true },
})

export const nobodyToShow = defineError(
  'nobody_to_show',
  400,
  'The session knows nobody to show a status to: people of its address book, and those who have written',
)

/** People a post is shown to at most: each costs an encryption, and too many look like spam. */
export const audienceLimit = 1000

/** Removes the marks of old posts that were published. */
export const pruneStatusPostsJob = defineJob<Record<string, never>>('status_posts.prune', {
  cron: { expression: '53 3 * * *', timeZone: 'UTC' },
})

/** A post of one's own. */
export const sendStatusBody = z.object({
  session_id: uuidField,
  message: z
    .string()
    .min(1)
    .max(700)
    .meta({ examples: ['Open until six today'] }),
})

/** The post is up for 24 hours. */
export const sentStatus = z.object({
  status: z.literal('sent'),
  session_id: z.string(),
  wa_message_id: z.string(),
  audience_count: z.int(),
  sent_at: timestampOutput,
})

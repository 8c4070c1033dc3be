import { z } from 'zod'
import type { MessageType } from '../../engine/content.ts'
import type { ChatId } from '../../engine/ids.ts'
import { defineError } from '../../platform/errors.ts'
import { defineEvent } from '../../platform/events.ts'
import { defineJob } from '../../platform/jobs.ts'
import { pageQuery, timestampOutput, uuidField } from '../../wire.ts'

export const quotedTooOld = defineError(
  'quoted_too_old',
  400,
  'reply_to: the message is too old to be quoted',
)

/** What every message event says. Text is complete here; only the stored copy is shortened (contract section 8). */
export interface MessageEvent {
  tenantId: string
  sessionId: string
  messageId: string
  /** The WhatsApp chat id, `<digits>@c.us` and so on: `chat_id` in webhook payloads. */
  chatId: ChatId
  /** The internal chat record. */
  chatRecordId: string
  waMessageId: string
  messageType: MessageType
  text: string
  isGroup: boolean
}

/** An inbound message, stored a moment ago. */
export interface MessageReceived extends MessageEvent {
  /** `+E.164` of who wrote it; null when WhatsApp hides the number. */
  senderPhone: string | null
  senderName: string | null
  senderContactId: string | null
  hasMedia: boolean
  /** Digits of the mentioned phones or LIDs, as they came. */
  mentions: readonly string[]
  quotedWaMessageId: string | null
  /** ISO 8601. */
  waTimestamp: string
  /** Queued by WhatsApp while the session was offline. */
  isOffline: boolean
}

/** How far an outbound message has come. */
export interface MessageProgress extends MessageEvent {
  status: 'sent' | 'delivered' | 'read' | 'failed'
  /** Set for `failed`: a code such as `ack_463`. */
  error: string | null
  /** What the sender wants to find again: the origin, a bulk job ...; `{"origin":"phone"}` for the own phone. */
  metadata: Record<string, unknown> | null
}

/** Once per inbound message, in the transaction that stores it; never for what the own phone wrote. */
export const messageReceived = defineEvent<MessageReceived>('message.received')
/** WhatsApp took the message (or the own phone wrote one: `metadata.origin` is then `phone`). */
export const messageSent = defineEvent<MessageProgress>('message.sent')
/** The message reached the other phone; once. */
export const messageDelivered = defineEvent<MessageProgress>('message.delivered')
/** The message was read; once. */
export const messageRead = defineEvent<MessageProgress>('message.read')
/** WhatsApp refused the message or it was lost; once, and never after `message.sent`. */
export const messageFailed = defineEvent<MessageProgress>('message.failed')

/** Removes texts, protobufs and idempotency keys whose time is over. */
export const expireJob = defineJob<Record<string, never>>('messages.expire', {
  cron: { expression: '17 3 * * *', timeZone: 'UTC' },
})

const timestamp = timestampOutput.nullable()

/** The message object of the contract. */
export const messageObject = z
  .object({
    id: z.string(),
    chat_id: z.string().meta({ description: 'The internal chat record; `wa_chat_id` is the WhatsApp id' }),
    wa_message_id: z.string(),
    direction: z.enum(['inbound', 'outbound']),
    message_type: z.string().meta({ examples: ['text'] }),
    content_preview: z.string().nullable(),
    status: z.enum(['pending', 'pending_approval', 'sent', 'delivered', 'read', 'failed', 'received']),
    sent_at: timestamp,
    created_at: timestampOutput,
    session_id: z.string(),
    wa_chat_id: z.string().meta({ examples: ['15550123456@c.us'] }),
    sender_phone: z.string().nullable(),
    sender_name: z.string().nullable(),
    wa_timestamp: timestamp,
    reply_to_id: z.string().nullable(),
    is_starred: z.boolean(),
    reactions: z.array(z.object({ emoji: z.string(), from: z.string(), at: z.string() })),
    edited_at: timestamp,
    deleted_at: timestamp,
    delivered_at: timestamp,
    read_at: timestamp,
    requires_approval: z.boolean(),
    error: z.string().nullable(),
    is_cold: z.boolean().meta({ description: 'Sent to a contact that had not written before' }),
    has_media: z.boolean(),
    text: z.string().nullable().meta({ description: 'The whole text, when the tenant keeps it' }),
  })
  .meta({ id: 'Message', description: 'One message' })

/** A message on the wire. */
export type MessageObject = z.infer<typeof messageObject>

/** Path of the messages of a chat: a WhatsApp id or the internal one. */
export const chatParams = z.object({ session_id: uuidField, chat_id: z.string().min(1).max(80) })

/** Which page of messages. */
export const messageListQuery = z.object(pageQuery())

/** One page of messages. */
export const messageListAnswer = z.object({
  messages: z.array(messageObject),
  total: z.int(),
  limit: z.int(),
  offset: z.int(),
  has_more: z.boolean(),
})

/** Path of one message: our id or WhatsApp's. */
export const messageParams = z.object({ message_id: z.string().min(1).max(128) })

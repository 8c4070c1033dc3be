import { z } from 'zod'
import type { MediaKind, MessageType } from '../../../engine/content.ts'
import type { ChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

export const quotedTooOld = defineError(
  'quoted_too_old',
  400,
  'reply_to: the message is too old to be quoted',
)

const mediaKinds: ReadonlySet<MessageType> = new Set<MediaKind>([
  'sticker',
  'gif',
  'image',
  'video',
  'audio',
  'voice',
  'document',
])

/** Whether the bytes of such a message travel beside it. */
export function isMediaType(type: MessageType): boolean {
  return mediaKinds.has(type)
}

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

/** What a message holds beside its text, under its wire names. */
export interface MessageDetails {
  media?: {
    mimetype: string
    file_name: string | null
    size: number | null
    seconds: number | null
    width: number | null
    height: number | null
  }
  poll?: { title: string; options: string[]; allow_multiple: boolean }
  location?: {
    latitude: number
    longitude: number
    name: string | null
    address: string | null
    is_live: boolean
  }
  vcards?: { name: string; vcard: string }[]
  is_forwarded?: boolean
}

/** A known message was changed or taken back. */
export interface MessageChanged extends MessageEvent {
  direction: 'inbound' | 'outbound'
  /** ISO 8601. */
  at: string
}

/** Somebody chose in a poll. */
export interface PollVoted extends MessageEvent {
  direction: 'inbound' | 'outbound'
  /** `+E.164`; null when WhatsApp hides the number, or for the account itself. */
  voterPhone: string | null
  voterName: string | null
  /** Texts of the options this person has chosen now; none takes the vote back. */
  chosen: readonly string[]
  /** Where the poll stands. */
  options: readonly { text: string; votes: number }[]
  at: string
}

/** An inbound message, stored a moment ago. */
export interface MessageReceived extends MessageEvent {
  /** File, place, cards or poll as the message object shows them; null when there is none, as with most. */
  details: WireDetails | null
  /** Of a reaction: our id of the message it is on, null when that is not known. */
  targetMessageId: string | null
  /** `+E.164` of who wrote it; null when WhatsApp hides the number. */
  senderPhone: string | null
  senderName: string | null
  senderContactId: string | null
  hasMedia: boolean
  /** Chat ids of the people it mentions. */
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
/** WhatsApp told of messages that they left or failed before their sender heard it: nobody has to send them again. */
export const messagesOvertaken = defineEvent<{ tenantId: string; messageIds: readonly string[] }>(
  'messages.overtaken',
)

/** A message has a new text; once per edit. */
export const messageEdited = defineEvent<MessageChanged>('message.edited')
/** A message was taken back for everyone; once. */
export const messageDeleted = defineEvent<MessageChanged>('message.deleted')
/** Somebody voted, changed a vote or took it back. */
export const pollVoted = defineEvent<PollVoted>('poll.vote')

/** Removes texts, protobufs and idempotency keys whose time is over. */
export const expireJob = defineJob<Record<string, never>>('messages.expire', {
  cron: { expression: '17 3 * * *', timeZone: 'UTC' },
})

const timestamp = timestampOutput.nullable()

const detailFields = {
  media: z
    .object({
      mimetype: z.string(),
      file_name: z.string().nullable(),
      size: z.int().nullable().meta({ description: 'Bytes' }),
      seconds: z.number().nullable(),
      url: z.string().meta({ description: 'Where this API gives the file out' }),
    })
    .nullable(),
  poll: z
    .object({
      title: z.string(),
      options: z.array(z.object({ text: z.string(), votes: z.int() })),
      allow_multiple: z.boolean(),
    })
    .nullable(),
  location: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().nullable(),
      address: z.string().nullable(),
      is_live: z.boolean(),
    })
    .nullable(),
  vcards: z.array(z.object({ name: z.string(), vcard: z.string() })).nullable(),
  is_forwarded: z.boolean(),
}

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
    ...detailFields,
  })
  .meta({ id: 'Message', description: 'One message' })

/** A message on the wire. */
export type MessageObject = z.infer<typeof messageObject>

/** The parts of a message object that say what it holds beside its text. */
export type WireDetails = Pick<MessageObject, 'media' | 'poll' | 'location' | 'vcards' | 'is_forwarded'>

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

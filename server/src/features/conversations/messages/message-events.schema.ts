import { z } from 'zod'
import type { MessageType } from '../../../engine/content.ts'
import type { ChatId } from '../../../engine/ids.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'
import { detailFields, type WireDetails } from './messages.schema.ts'

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

const { id, chatId, waMessageId, phone, person, at } = exampleValues

const eventExample: MessageEvent = {
  tenantId: id,
  sessionId: id,
  messageId: id,
  chatId,
  chatRecordId: id,
  waMessageId,
  messageType: 'text',
  text: 'Hello',
  isGroup: false,
}

const eventFields = {
  session_id: z.string(),
  chat_id: z.string().meta({ examples: [chatId] }),
  message: z.string().meta({ description: 'The whole text' }),
  message_id: z.string(),
  wa_message_id: z.string(),
}

const direction = z.enum(['inbound', 'outbound'])

const referenceNames = ['reply_to_id', 'reply_to_wa_message_id', 'mentions'] as const

/** What a message refers to, on the wire: the message it answers and the people it mentions. */
export const referenceFields = {
  reply_to_id: z.string().nullable().meta({
    description: 'The message it answers, where that is known in this chat',
  }),
  reply_to_wa_message_id: z.string().nullable().meta({ description: "The same by WhatsApp's id" }),
  mentions: z
    .array(z.string())
    .readonly()
    .meta({ description: 'Chat ids of the people it mentions', examples: [[chatId]] }),
}

/** Writes what a message refers to. */
export function referencesToWire({
  replyToId,
  quotedWaMessageId,
  mentions,
}: Pick<MessageReceived, 'replyToId' | 'quotedWaMessageId' | 'mentions'>) {
  return { reply_to_id: replyToId, reply_to_wa_message_id: quotedWaMessageId, mentions }
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
  /** What it answers by WhatsApp's id; by ours where that message is known in this chat. */
  quotedWaMessageId: string | null
  replyToId: string | null
  /** ISO 8601. */
  waTimestamp: string
  /** Queued by WhatsApp while the session was offline. */
  isOffline: boolean
}

/** Once per inbound message, in the transaction that stores it; never for what the own phone wrote. */
export const messageReceived = definePublicEvent({
  name: 'message.received',
  scope: 'messages:read',
  description: 'A message or a reaction came in.',
  data: z
    .object({
      ...eventFields,
      direction: z.literal('inbound'),
      message_type: z.string().meta({ examples: ['text'] }),
      sender_phone: z.string().nullable().meta({ description: 'Null when WhatsApp hides the number' }),
      sender_name: z.string().nullable(),
      is_group: z.boolean(),
      has_media: z.boolean(),
      target_message_id: z
        .string()
        .nullable()
        .meta({ description: 'Of a reaction: the message it is on, where known' }),
      ...referenceFields,
      ...z.object(detailFields).partial().shape,
    })
    .meta({ id: 'MessageReceivedData' }),
  toWire: (message: MessageReceived) => ({
    session_id: message.sessionId,
    chat_id: message.chatId,
    message: message.text,
    direction: 'inbound' as const,
    message_id: message.messageId,
    wa_message_id: message.waMessageId,
    message_type: message.messageType,
    sender_phone: message.senderPhone,
    sender_name: message.senderName,
    is_group: message.isGroup,
    has_media: message.hasMedia,
    target_message_id: message.targetMessageId,
    ...referencesToWire(message),
    ...message.details,
  }),
  example: {
    ...eventExample,
    details: null,
    targetMessageId: null,
    senderPhone: phone,
    senderName: person,
    senderContactId: id,
    hasMedia: false,
    mentions: [chatId],
    quotedWaMessageId: waMessageId,
    replyToId: id,
    waTimestamp: at,
    isOffline: false,
  },
  subscribers: {
    webhooks: true,
    sessionStream: [
      'session_id',
      'chat_id',
      'message',
      'direction',
      'timestamp',
      'message_id',
      'wa_message_id',
      'message_type',
      'sender_phone',
      'sender_name',
      'is_group',
      ...referenceNames,
    ],
  },
})

/** How far an outbound message has come. */
export interface MessageProgress extends MessageEvent {
  status: 'sent' | 'delivered' | 'read' | 'failed'
  /** Set for `failed`: a code such as `ack_463`. */
  error: string | null
  /** What the sender wants to find again: the origin, a bulk job ...; `{"origin":"phone"}` for the own phone. */
  metadata: Record<string, unknown> | null
}

const progressData = z
  .object({
    ...eventFields,
    direction: z.literal('outbound'),
    status: z.enum(['sent', 'delivered', 'read', 'failed']),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    error: z
      .string()
      .nullable()
      .meta({ examples: ['ack_463'] }),
  })
  .meta({ id: 'MessageProgressData' })

function defineProgress(status: MessageProgress['status'], description: string) {
  return definePublicEvent({
    name: `message.${status}`,
    scope: 'messages:read',
    description,
    data: progressData,
    toWire: (message: MessageProgress) => ({
      session_id: message.sessionId,
      chat_id: message.chatId,
      message: message.text,
      direction: 'outbound' as const,
      message_id: message.messageId,
      wa_message_id: message.waMessageId,
      status: message.status,
      metadata: message.metadata,
      error: message.error,
    }),
    example: { ...eventExample, status, error: status === 'failed' ? 'ack_463' : null, metadata: null },
    subscribers: {
      webhooks: true,
      sessionStream: [
        'session_id',
        'chat_id',
        'message',
        'direction',
        'timestamp',
        'message_id',
        'wa_message_id',
        'status',
        'error',
      ],
    },
  })
}

/** WhatsApp took the message (or the own phone wrote one: `metadata.origin` is then `phone`). */
export const messageSent = defineProgress('sent', 'WhatsApp took a message, or the own phone wrote one.')
/** The message reached the other phone; once. */
export const messageDelivered = defineProgress('delivered', 'A message reached the other phone.')
/** The message was read; once. */
export const messageRead = defineProgress('read', 'A message was read.')
/** WhatsApp refused the message or it was lost; once, and never after `message.sent`. */
export const messageFailed = defineProgress('failed', 'WhatsApp refused a message, or it was lost.')

/** WhatsApp reported that messages left or failed before their sender got the answer: nobody has to send them again. */
export const messagesOvertaken = defineEvent<{ tenantId: string; messageIds: readonly string[] }>(
  'messages.overtaken',
)

/** A known message was changed or taken back. */
export interface MessageChanged extends MessageEvent {
  direction: 'inbound' | 'outbound'
  /** ISO 8601. */
  at: string
}

const changedData = z
  .object({
    ...eventFields,
    direction,
    message_type: z.string().meta({ examples: ['text'] }),
    is_group: z.boolean(),
    changed_at: timestampOutput,
  })
  .meta({ id: 'MessageChangedData' })

function changedToWire(message: MessageChanged) {
  return {
    session_id: message.sessionId,
    chat_id: message.chatId,
    message: message.text,
    direction: message.direction,
    message_id: message.messageId,
    wa_message_id: message.waMessageId,
    message_type: message.messageType,
    is_group: message.isGroup,
    changed_at: message.at,
  }
}

/** A known message has a new text. */
export interface MessageEdited extends MessageChanged {
  /** Chat ids of the people that the new text mentions. */
  mentions: readonly string[]
}

/** A message has a new text; once per edit. */
export const messageEdited = definePublicEvent({
  name: 'message.edited',
  scope: 'messages:read',
  description: 'A message has a new text.',
  data: changedData.extend({ mentions: referenceFields.mentions }).meta({ id: 'MessageEditedData' }),
  toWire: (message: MessageEdited) => ({ ...changedToWire(message), mentions: message.mentions }),
  example: { ...eventExample, direction: 'inbound', at, mentions: [chatId] },
  subscribers: { webhooks: true },
})

/** A message was taken back for everyone; once. */
export const messageDeleted = definePublicEvent({
  name: 'message.deleted',
  scope: 'messages:read',
  description: 'A message was taken back for everyone.',
  data: changedData,
  toWire: changedToWire,
  example: { ...eventExample, direction: 'inbound', at },
  subscribers: { webhooks: true },
})

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

/** Somebody voted, changed a vote or took it back. */
export const pollVoted = definePublicEvent({
  name: 'poll.vote',
  scope: 'messages:read',
  description: 'Somebody voted in a poll, changed the vote or took it back.',
  data: z
    .object({
      session_id: z.string(),
      chat_id: z.string(),
      message_id: z.string(),
      wa_message_id: z.string(),
      direction,
      title: z.string(),
      voter_phone: z.string().nullable(),
      voter_name: z.string().nullable(),
      chosen: z.array(z.string()).readonly(),
      options: z.array(z.object({ text: z.string(), votes: z.int() })).readonly(),
      voted_at: timestampOutput,
    })
    .meta({ id: 'PollVoteData' }),
  toWire: (vote: PollVoted) => ({
    session_id: vote.sessionId,
    chat_id: vote.chatId,
    message_id: vote.messageId,
    wa_message_id: vote.waMessageId,
    direction: vote.direction,
    title: vote.text,
    voter_phone: vote.voterPhone,
    voter_name: vote.voterName,
    chosen: vote.chosen,
    options: vote.options,
    voted_at: vote.at,
  }),
  example: {
    ...eventExample,
    messageType: 'poll',
    text: 'When do we meet?',
    direction: 'outbound',
    voterPhone: phone,
    voterName: person,
    chosen: ['Monday'],
    options: [
      { text: 'Monday', votes: 3 },
      { text: 'Tuesday', votes: 1 },
    ],
    at,
  },
  subscribers: { webhooks: true },
})

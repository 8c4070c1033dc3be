import { z } from 'zod'
import type { MediaKind, MessageType } from '../../../engine/content.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

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

/** Removes texts, protobufs and idempotency keys whose time is over. */
export const expireJob = defineJob<Record<string, never>>('messages.expire', {
  cron: { expression: '17 3 * * *', timeZone: 'UTC' },
})

const timestamp = timestampOutput.nullable()

/** What a message holds beside its text, on the wire. */
export const detailFields = {
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
export const chatParams = z.object({
  session_id: uuidField,
  chat_id: z
    .string()
    .min(1)
    .max(80)
    .meta({ examples: ['15550100101@c.us'] }),
})

const place = (description: string) => uuidField.optional().meta({ description })

/** Which page of messages: counted from the newest, or from one of them, which stays where it is whatever comes in. */
export const messageListQuery = z
  .object({
    ...pageQuery(),
    before: place('A message of the chat: those that are older, the nearest ones'),
    after: place('A message of the chat: those that are newer, the nearest ones'),
    around: place('A message of the chat: it and those on both sides of it'),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((id) => id !== undefined).length < 2,
    {
      message: 'one of before, after and around',
      path: ['before'],
    },
  )

/** A page as it is asked for. */
export type MessageListInput = z.output<typeof messageListQuery>

/** One page of messages. */
export const messageListAnswer = z.object({
  messages: z.array(messageObject),
  ...pageAnswer,
  has_more: z.boolean().meta({ description: 'Whether there are older ones' }),
  has_newer: z.boolean(),
})

/** Path of one message: our id or WhatsApp's. */
export const messageParams = z.object({
  message_id: z
    .string()
    .min(1)
    .max(128)
    .meta({ examples: ['019c4c2e-6a00-7000-8000-000000000001'] }),
})

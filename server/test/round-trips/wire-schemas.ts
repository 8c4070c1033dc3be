import { z } from 'zod'

// Written from the contract's pages and not from the program's own schemas: the two are held against each other here.

const chatId = z.string().regex(/^\d[\d-]*@(c\.us|lid|g\.us|newsletter)$/)
const phone = z.string().regex(/^\+\d{7,15}$/)
const moment = z.iso.datetime({ precision: 0 })
const waMessageId = z.string().min(1).max(128)
const messageType = z.enum([
  'text',
  'poll',
  'sticker',
  'gif',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'location',
  'vcard',
  'reaction',
  'unknown',
])

const media = z
  .strictObject({
    mimetype: z.string().includes('/'),
    file_name: z.string().nullable(),
    size: z.int().positive().nullable(),
    seconds: z.number().nullable(),
    url: z.url(),
  })
  .nullable()

const poll = z
  .strictObject({
    title: z.string().min(1),
    options: z.array(z.strictObject({ text: z.string().min(1), votes: z.int().min(0) })),
    allow_multiple: z.boolean(),
  })
  .nullable()

const location = z
  .strictObject({
    latitude: z.number(),
    longitude: z.number(),
    name: z.string().nullable(),
    address: z.string().nullable(),
    is_live: z.boolean(),
  })
  .nullable()

const vcards = z.array(z.strictObject({ name: z.string(), vcard: z.string().includes('BEGIN:VCARD') }))

const details = {
  media,
  poll,
  location,
  vcards: vcards.nullable(),
  is_forwarded: z.boolean(),
}

/** The message object: the contract's keys with their types, our additions, and nothing else. */
export const messageSchema = z.strictObject({
  id: z.uuid(),
  chat_id: z.uuid(),
  wa_message_id: waMessageId,
  direction: z.enum(['inbound', 'outbound']),
  message_type: messageType,
  content_preview: z.string().max(500).nullable(),
  status: z.enum(['pending', 'pending_approval', 'sent', 'delivered', 'read', 'failed', 'received']),
  sent_at: moment.nullable(),
  created_at: moment,
  session_id: z.uuid(),
  wa_chat_id: chatId,
  sender_phone: phone.nullable(),
  sender_name: z.string().nullable(),
  wa_timestamp: moment.nullable(),
  reply_to_id: z.uuid().nullable(),
  is_starred: z.boolean(),
  reactions: z.array(z.strictObject({ emoji: z.string().min(1), from: chatId, at: z.iso.datetime() })),
  edited_at: moment.nullable(),
  deleted_at: moment.nullable(),
  delivered_at: moment.nullable(),
  read_at: moment.nullable(),
  requires_approval: z.boolean(),
  error: z.string().nullable(),
  is_cold: z.boolean(),
  has_media: z.boolean(),
  text: z.string().nullable(),
  ...details,
})

const said = {
  session_id: z.uuid(),
  chat_id: chatId,
  message: z.string(),
  message_id: z.uuid(),
  wa_message_id: waMessageId,
}

/** What a message refers to. */
const references = {
  reply_to_id: z.uuid().nullable(),
  reply_to_wa_message_id: z.string().min(1).nullable(),
  mentions: z.array(z.string().regex(/^\d+@c\.us$/)),
}

const received = z.strictObject({
  ...said,
  direction: z.literal('inbound'),
  message_type: messageType,
  sender_phone: phone.nullable(),
  sender_name: z.string().nullable(),
  is_group: z.boolean(),
  has_media: z.boolean(),
  target_message_id: z.uuid().nullable(),
  ...references,
  // Beside a file, a place, cards or a poll; not with plain texts.
  media: details.media.optional(),
  poll: details.poll.optional(),
  location: details.location.optional(),
  vcards: details.vcards.optional(),
  is_forwarded: details.is_forwarded.optional(),
})

const progress = (status: string) =>
  z.strictObject({
    ...said,
    direction: z.literal('outbound'),
    status: z.literal(status),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    error: status === 'failed' ? z.string() : z.null(),
  })

const changed = z.strictObject({
  ...said,
  direction: z.enum(['inbound', 'outbound']),
  message_type: messageType,
  is_group: z.boolean(),
  changed_at: z.iso.datetime(),
})

const vote = z.strictObject({
  session_id: z.uuid(),
  chat_id: chatId,
  message_id: z.uuid(),
  wa_message_id: waMessageId,
  direction: z.enum(['inbound', 'outbound']),
  title: z.string(),
  voter_phone: phone.nullable(),
  voter_name: z.string().nullable(),
  chosen: z.array(z.string()),
  options: z.array(z.strictObject({ text: z.string(), votes: z.int().min(0) })),
  voted_at: z.iso.datetime(),
})

const call = z.strictObject({
  session_id: z.uuid(),
  call_id: z.string().min(1),
  caller_phone: phone.nullable(),
  caller_chat_id: chatId,
  is_video: z.boolean(),
  is_group: z.boolean(),
  wa_group_id: chatId.nullable(),
  status: z.enum(['ringing', 'accepted', 'rejected', 'missed', 'ended']),
  timestamp: moment,
})

const status = z.strictObject({
  session_id: z.uuid(),
  wa_message_id: waMessageId,
  author_phone: phone.nullable(),
  author_chat_id: chatId,
  author_name: z.string().nullable(),
  message_type: messageType,
  message: z.string(),
  has_media: z.boolean(),
  timestamp: moment,
})

const group = z.strictObject({
  session_id: z.uuid(),
  wa_group_id: chatId,
  change: z.string().min(1),
  name: z.string().nullable(),
  description: z.string().nullable(),
  participants: z.array(z.strictObject({ phone: phone.nullable(), wa_chat_id: chatId })),
  actor_phone: phone.nullable(),
})

/** `data` of each event that these tests cause. */
const dataSchemas: Record<string, z.ZodType> = {
  'message.received': received,
  'message.sent': progress('sent'),
  'message.delivered': progress('delivered'),
  'message.read': progress('read'),
  'message.failed': progress('failed'),
  'message.edited': changed.extend({ mentions: references.mentions }),
  'message.deleted': changed,
  'poll.vote': vote,
  'call.received': call,
  'status.received': status,
  'group.updated': group,
}

/** Names of the events whose deliveries are checked. */
export const checkedEvents = Object.keys(dataSchemas)

const envelope = z.strictObject({
  id: z.uuid(),
  event: z.enum(checkedEvents as [string, ...string[]]),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
})

/** What is wrong with a delivery's body, as text that names the fields; undefined when nothing is. */
export function problemOf(body: unknown): string | undefined {
  const outer = envelope.safeParse(body)
  if (!outer.success) return z.prettifyError(outer.error)
  const inner = dataSchemas[outer.data.event]?.safeParse(outer.data.data)
  if (inner?.success === true) return undefined
  const why = inner === undefined ? 'no schema' : z.prettifyError(inner.error)
  return `${outer.data.event}: ${why}\n${JSON.stringify(outer.data.data)}`
}

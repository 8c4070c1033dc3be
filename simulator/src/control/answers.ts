import { z } from 'zod'
import type { AppStateView } from '../app-state/view.ts'
import { groupAnswer } from '../groups/answers.ts'
import type { LimitsView } from '../limits/model.ts'
import type { AccountInfo, LinkedDevice } from '../people/facade.ts'
import { messageKinds, type ReceivedMessage, type SeenEvent } from '../records.ts'

/** What the control API answers, as the OpenAPI document describes it. Types hold them to what is answered. */
const time = z.string().meta({ format: 'date-time' })
const chat = z.string().meta({ description: '`<digits>@c.us`, or `<digits>@g.us` for a group' })

/** The id of something that was made. */
export const idAnswer = z.object({ id: z.string() })

export const accountAnswer = z.object({
  phone: z.string(),
  name: z.string(),
  business: z.boolean(),
  id: chat,
  lid: z.string(),
}) satisfies z.ZodType<AccountInfo>

export const deviceAnswer = z.object({
  phone: z.string(),
  device: z.number().int(),
}) satisfies z.ZodType<LinkedDevice>

const media = z.object({
  mimetype: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  fileName: z.string().optional(),
  seconds: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  caption: z.string().optional(),
})

const location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
  live: z.literal(true).optional(),
})

const poll = z.object({
  title: z.string(),
  options: z.array(z.string()),
  multiple: z.boolean(),
  votes: z.record(z.string(), z.array(chat)),
})

/** A message on the screen of a phone. */
export const messageAnswer = z.object({
  id: z.string(),
  from: chat,
  chat,
  kind: z.enum(messageKinds),
  text: z.string().optional(),
  quoted: z.object({ id: z.string(), from: chat.optional(), text: z.string().optional() }).optional(),
  mentions: z.array(chat).optional(),
  target: z.string().optional(),
  media: media.optional(),
  location: location.optional(),
  contacts: z
    .array(z.object({ name: z.string(), phone: z.string().optional(), vcard: z.string() }))
    .optional(),
  poll: poll.optional(),
  vote: z.array(z.string()).optional(),
  reactions: z.record(z.string(), z.string()).optional(),
  editedText: z.string().optional(),
  isRevoked: z.literal(true).optional(),
  viewOnce: z.literal(true).optional(),
  forwarded: z.literal(true).optional(),
  ephemeralSeconds: z.number().optional(),
  fromMe: z.literal(true).optional(),
  receivedAt: time,
})

const seen = { from: chat, chat, at: time }

/** What a phone saw of others. */
export const eventAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('receipt'),
    receipt: z.enum(['delivered', 'read', 'played']),
    ids: z.array(z.string()),
    ...seen,
  }),
  z.object({ type: z.literal('typing'), state: z.enum(['composing', 'recording', 'paused']), ...seen }),
  z.object({ type: z.literal('presence'), state: z.enum(['available', 'unavailable']), ...seen }),
  z.object({
    type: z.literal('call'),
    call: z.string(),
    state: z.enum(['offered', 'accepted', 'rejected', 'ended']),
    video: z.boolean(),
    ...seen,
  }),
])

const listed = z.object({ chat, id: z.string(), fromMe: z.boolean() })

/** The phone's view of what its devices share. */
export const appStateAnswer = z.object({
  name: z.string().optional(),
  chats: z.record(
    z.string(),
    z.object({
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      mutedUntil: z.string().optional(),
      read: z.boolean().optional(),
      locked: z.boolean().optional(),
      deletedAt: time.optional(),
      clearedAt: time.optional(),
    }),
  ),
  starred: z.array(listed),
  deletedMessages: z.array(listed),
  contacts: z.record(z.string(), z.object({ name: z.string(), firstName: z.string().optional() })),
  labels: z.record(
    z.string(),
    z.object({ name: z.string(), color: z.number(), chats: z.array(chat), messages: z.array(listed) }),
  ),
  quickReplies: z.record(z.string(), z.object({ shortcut: z.string(), message: z.string() })),
  other: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.number()),
})

/** The limits of an account. */
export const limitsAnswer = z.object({
  queriesPerMinute: z.object({
    groups: z.number().optional(),
    contacts: z.number().optional(),
    pictures: z.number().optional(),
  }),
  reachOutLock: z.object({ until: time, enforcement: z.string() }).nullable(),
  newChats: z
    .object({
      quota: z.number(),
      used: z.number(),
      cycleStarts: time,
      cycleEnds: time,
      status: z.enum(['NONE', 'FIRST_WARNING', 'SECOND_WARNING', 'CAPPED']),
    })
    .nullable(),
})

export const historyAnswer = z.object({
  chats: z.array(z.object({ chat, messages: z.array(z.string()).meta({ description: 'newest first' }) })),
})

export const scriptAnswer = z.array(z.object({ rule: z.unknown(), answered: z.number() }))

export const receiptsAnswer = z.object({
  mode: z.enum(['none', 'delivery', 'read']),
  deliveryMs: z.number(),
  readMs: z.number(),
})

/** The id of a new picture; none when it was removed. */
export const pictureAnswer = z.object({ id: z.string().optional() })

/** The file that a world was written to. */
export const savedAnswer = z.object({ file: z.string() })

const anything = z.record(z.string(), z.unknown())

/** The whole world; the parts that differ from kind to kind are left open. */
export const stateAnswer = z.object({
  accounts: z.array(
    z.looseObject({
      phone: z.string(),
      name: z.string(),
      lid: z.string(),
      business: z.boolean(),
      online: z.boolean(),
      devices: z.array(
        z.object({
          device: z.number(),
          connected: z.boolean(),
          preKeys: z.number(),
          pending: z.number().meta({ description: 'stanzas that the device has not acknowledged' }),
        }),
      ),
      messages: z.number(),
      duplicates: z.number(),
      undecryptable: z.number(),
    }),
  ),
  groups: z.array(groupAnswer),
  faults: z.array(anything),
  connections: z.number(),
  counters: z.record(z.string(), z.number()),
  media: z.object({ files: z.number(), bytes: z.number() }),
  queries: z.record(z.string(), z.number()).meta({ description: 'by namespace' }),
  unknownStanzas: z.record(z.string(), z.number()),
})

/** What goes wrong. */
export const errorAnswer = z.object({
  error: z.object({ status: z.number(), message: z.string(), field: z.string().optional() }),
})

/** Fails to compile when a field of what is answered is missing above. */
type Same<A, B> = keyof A extends keyof B ? (keyof B extends keyof A ? true : never) : never
const complete: [
  Same<ReceivedMessage, z.output<typeof messageAnswer>>,
  Same<AppStateView, z.output<typeof appStateAnswer>>,
  Same<LimitsView, z.output<typeof limitsAnswer>>,
  Same<SeenEvent['type'], z.output<typeof eventAnswer>['type']>,
] = [true, true, true, true]
void complete

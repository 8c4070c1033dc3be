import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'

const kinds = ['initial', 'recent', 'full', 'on_demand'] as const

/** How far a kind of history has come, with all its pieces so far. */
export interface HistoryProgressed {
  tenantId: string
  sessionId: string
  kind: (typeof kinds)[number]
  percent: number | null
  isComplete: boolean
  messages: number
  chats: number
  contacts: number
}

/** Once per piece of history, after its messages are stored. */
export const historyProgressed = definePublicEvent({
  name: 'history.progress',
  scope: 'sessions:read',
  description: 'Another piece of the history from before linking is stored.',
  data: z
    .object({
      session_id: z.string(),
      kind: z.enum(kinds),
      percent: z.number().nullable(),
      is_complete: z.boolean(),
      messages: z.int(),
      chats: z.int(),
      contacts: z.int(),
    })
    .meta({ id: 'HistoryProgressData' }),
  toWire: (history: HistoryProgressed) => ({
    session_id: history.sessionId,
    kind: history.kind,
    percent: history.percent,
    is_complete: history.isComplete,
    messages: history.messages,
    chats: history.chats,
    contacts: history.contacts,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    kind: 'recent',
    percent: 40,
    isComplete: false,
    messages: 1200,
    chats: 35,
    contacts: 80,
  },
  subscribers: { webhooks: true },
})

export const noKnownMessage = defineError(
  'no_known_message',
  400,
  'No message of this chat is known that older ones could be asked for from',
)

/** One kind of history. */
const historyPart = z.object({
  kind: z.enum(kinds),
  percent: z.int().nullable(),
  is_complete: z.boolean(),
  messages: z.int(),
  chats: z.int(),
  contacts: z.int(),
  started_at: timestampOutput,
  updated_at: timestampOutput,
})

/** How far the history of a session has come. */
export const historyAnswer = z
  .object({
    session_id: z.string(),
    status: z.enum(['none', 'syncing', 'complete']),
    percent: z.int().nullable().meta({ description: 'Of the kind that is under way' }),
    messages: z.int(),
    chats: z.int(),
    contacts: z.int(),
    parts: z.array(historyPart),
  })
  .meta({ id: 'HistorySync', description: 'What WhatsApp sent of the time before linking' })

/** Older messages to ask for. */
export const requestHistoryBody = z.object({
  chat_id: z
    .string()
    .min(1)
    .max(80)
    .meta({ examples: ['15550100101@c.us'], description: 'A WhatsApp id or the internal id of a chat' }),
  count: z.int().min(1).max(500).default(50),
})

/** The phone was asked. */
export const requestHistoryAnswer = z.object({
  status: z.literal('requested'),
  wa_chat_id: z.string(),
  count: z.int(),
})

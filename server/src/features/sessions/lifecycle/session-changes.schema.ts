import { z } from 'zod'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput, toTimestampOrNull } from '../../../wire.ts'

/** A session came, or its settings are others: whoever shows sessions reads them again. */
export const sessionUpdated = definePublicEvent({
  name: 'session.updated',
  scope: 'sessions:read',
  description: 'A session was created, or its name or settings changed.',
  data: z.object({ session_id: z.string() }),
  toWire: (session: { tenantId: string; sessionId: string }) => ({ session_id: session.sessionId }),
  example: { tenantId: exampleValues.id, sessionId: exampleValues.id },
  subscribers: {},
})

/** What somebody in a chat is doing. */
export interface ChatPresence {
  tenantId: string
  sessionId: string
  /** The WhatsApp chat id. */
  chatId: string
  presence: 'online' | 'offline' | 'typing' | 'recording' | 'unknown'
  lastSeenAt: Date | null
}

/** Of chats that somebody asked about in the last minutes alone: nobody else reads it, and it happens all the time. */
export const chatPresence = definePublicEvent({
  name: 'chat.presence',
  scope: 'sessions:read',
  description:
    'Somebody types, records, is online or away: of chats whose presence was asked for within the last ten minutes.',
  coalesceBy: ({ sessionId, chatId }: ChatPresence) => `${sessionId} ${chatId}`,
  data: z.object({
    session_id: z.string(),
    chat_id: z.string().meta({ examples: [exampleValues.chatId] }),
    presence: z.enum(['online', 'offline', 'typing', 'recording', 'unknown']),
    last_seen_at: timestampOutput.nullable(),
  }),
  toWire: (chat: ChatPresence) => ({
    session_id: chat.sessionId,
    chat_id: chat.chatId,
    presence: chat.presence,
    // From another process it comes as text.
    last_seen_at: toTimestampOrNull(chat.lastSeenAt === null ? null : new Date(chat.lastSeenAt)),
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    chatId: exampleValues.chatId,
    presence: 'typing',
    lastSeenAt: null,
  },
  subscribers: {},
})

import { z } from 'zod'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'

/** How a chat stands after somebody did something with it other than writing. */
export interface ChatUpdated {
  tenantId: string
  sessionId: string
  /** The WhatsApp chat id. */
  chatId: string
  chatRecordId: string
  unreadCount: number
  isArchived: boolean
  isPinned: boolean
  /** As answers carry it. */
  mutedUntil: string | null
}

/** Here or on the phone; never for a message, which is told by itself. */
export const chatUpdated = definePublicEvent({
  name: 'chat.updated',
  scope: 'messages:read',
  description: 'A chat was read, marked as unread, archived, pinned or muted, here or on the phone.',
  data: z.object({
    session_id: z.string(),
    chat_id: z.string().meta({ examples: [exampleValues.chatId] }),
    chat_record_id: z.string().meta({ description: 'The chat as `id` of a list of chats' }),
    unread_count: z.int(),
    is_archived: z.boolean(),
    is_pinned: z.boolean(),
    muted_until: timestampOutput.nullable(),
  }),
  toWire: (chat: ChatUpdated) => ({
    session_id: chat.sessionId,
    chat_id: chat.chatId,
    chat_record_id: chat.chatRecordId,
    unread_count: chat.unreadCount,
    is_archived: chat.isArchived,
    is_pinned: chat.isPinned,
    muted_until: chat.mutedUntil,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    chatId: exampleValues.chatId,
    chatRecordId: exampleValues.id,
    unreadCount: 0,
    isArchived: false,
    isPinned: false,
    mutedUntil: null,
  },
  subscribers: {},
})

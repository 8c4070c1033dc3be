import type { ChatGrowth } from '../chats/chats.service.ts'

/** What a stored message adds to its chat. */
export interface GrowingMessage {
  id: string
  chat_id: string
  direction: 'inbound' | 'outbound'
  ordered_at: string
}

/** What a batch of messages, in the order they were said, adds to the chats: one row per chat, in a fixed order. */
export function growthOf(messages: readonly GrowingMessage[]): ChatGrowth[] {
  const chats = new Map<string, ChatGrowth>()
  for (const { id, chat_id, direction, ordered_at } of messages) {
    let chat = chats.get(chat_id)
    if (chat === undefined) {
      chat = {
        id: chat_id,
        messages: 0,
        unread: 0,
        lastId: id,
        lastAt: ordered_at,
        lastInboundAt: null,
        lastOutboundAt: null,
        isRead: false,
      }
      chats.set(chat_id, chat)
    }
    chat.messages += 1
    if (ordered_at >= chat.lastAt) {
      chat.lastAt = ordered_at
      chat.lastId = id
    }
    if (direction === 'inbound') {
      chat.unread += 1
      chat.lastInboundAt = later(chat.lastInboundAt, ordered_at)
    } else {
      // The owner has seen what came before when writing here.
      chat.unread = 0
      chat.isRead = true
      chat.lastOutboundAt = later(chat.lastOutboundAt, ordered_at)
    }
  }
  // Everybody locks chats in the same order, so that two batches never wait for each other in a ring.
  return [...chats.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function later(a: string | null, b: string): string {
  return a === null || b > a ? b : a
}

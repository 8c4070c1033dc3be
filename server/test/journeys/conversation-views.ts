import type { ConversationWorld, Json, Linked } from './conversation-world.ts'

/** A message as one side sees it, in a form that both sides can be brought to. */
export interface Seen {
  chat: string
  isFromMe: boolean
  /** Null when it was taken back. */
  text: string | null
  /** Emoji by who reacted, sorted; none on what was taken back. */
  reactions: string
}

/** Messages by their WhatsApp id. */
export type View = Map<string, Seen>

const reactionText = (reactions: readonly (readonly [string, string])[]): string =>
  reactions
    .map(([from, emoji]) => `${from.replace(/\D/g, '')} ${emoji}`)
    .sort()
    .join(', ')

/** What the phone shows: what it received, copies of what the session sent, and what its owner typed. */
export function viewOfPhone(world: ConversationWorld, { phone }: Linked, typed: ReadonlySet<string>): View {
  const ids = new Set(world.simulator.messages(phone).map(({ id }) => id))
  const view: View = new Map()
  for (const id of [...ids, ...typed]) {
    const shown = world.simulator.message(phone, id)
    if (shown.kind !== 'text') continue
    view.set(id, {
      chat: shown.chat,
      isFromMe: shown.from === `${phone}@c.us`,
      text: shown.isRevoked === true ? null : (shown.editedText ?? shown.text ?? ''),
      reactions: shown.isRevoked === true ? '' : reactionText(Object.entries(shown.reactions ?? {})),
    })
  }
  return view
}

/** Every message of a session as the API lists them, those that failed left out; and what did not end as read. */
export async function viewOfApi(
  world: ConversationWorld,
  { sessionId, phone }: Linked,
): Promise<{ view: View; unread: Json[] }> {
  const view: View = new Map()
  const unread: Json[] = []
  const { chats } = await world.get(`/messages/chats/${sessionId}?limit=100`)
  for (const chat of chats) {
    for (let offset = 0; ; offset += 100) {
      const page = await world.get(`/messages/chat/${sessionId}/${chat.id}?limit=100&offset=${offset}`)
      for (const message of page.messages) {
        if (message.message_type !== 'text' || message.status === 'failed') continue
        view.set(message.wa_message_id, seenByApi(message, phone))
        const isOwn = message.wa_chat_id === `${phone}@c.us`
        if (message.direction === 'outbound' && message.status !== 'read' && !isOwn) unread.push(message)
      }
      if (page.has_more !== true) break
    }
  }
  return { view, unread }
}

function seenByApi(message: Json, phone: string): Seen {
  return {
    chat: message.wa_chat_id,
    isFromMe: message.direction === 'outbound',
    text: message.deleted_at === null ? message.content_preview : null,
    reactions: reactionText(
      message.reactions.map(({ from, emoji }: { from: string; emoji: string }) => [
        from === 'me' ? phone : from,
        emoji,
      ]),
    ),
  }
}

/** Differences in words, at most ten; those that are `optional` may be missing at the API. */
export function differences(phone: View, api: View, optional: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const [id, seen] of phone) {
    const other = api.get(id)
    if (other === undefined) {
      if (!optional.has(id)) found.push(`${id} is on the phone only: ${JSON.stringify(seen)}`)
    } else if (JSON.stringify(seen) !== JSON.stringify(other)) {
      found.push(`${id} differs: phone ${JSON.stringify(seen)}, API ${JSON.stringify(other)}`)
    }
  }
  for (const [id, seen] of api)
    if (!phone.has(id)) found.push(`${id} is at the API only: ${JSON.stringify(seen)}`)
  return found.slice(0, 10)
}

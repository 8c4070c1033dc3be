import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { authorAttributes, chatJid } from '../addresses.ts'
import type { Connection } from '../connection.ts'
import { findChat } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import type { SeenEvent } from '../records.ts'
import { firstChild, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'

type Presence = Account['presence']
type Typing = Extract<SeenEvent, { type: 'typing' }>['state']

/** `presence`: the client is there or away, or wants to know whether somebody is. */
export function receivePresence(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  if (!account || !companion) return
  const { type, to } = node.attrs
  if (type === 'subscribe') {
    const target = world.find(to)
    if (!target) return
    target.presenceSubscribers.add(companion)
    companion.queue.add(presenceNode(target))
    return
  }
  if (type === 'available' || type === 'unavailable') setPresence(account, type)
}

/** Somebody comes or goes: subscribers are notified. */
export function setPresence(account: Account, state: Presence): void {
  account.presence = state
  const at = new Date().toISOString()
  account.events.add({ type: 'presence', state, from: account.chatId, chat: account.chatId, at })
  for (const companion of account.presenceSubscribers) companion.queue.add(presenceNode(account))
}

function presenceNode(account: Account): BinaryNode {
  const isAway = account.presence === 'unavailable'
  return stanza('presence', {
    from: chatJid(account),
    type: isAway ? 'unavailable' : undefined,
    last: isAway ? seconds() : undefined,
  })
}

/** `chatstate`: the client types, records or stopped. */
export function receiveTyping(world: World, connection: Connection, node: BinaryNode): void {
  const { account } = connection
  const chat = findChat(world, node.attrs.to)
  const body = firstChild(node)
  if (!account || !chat || !body) return
  const state = body.tag === 'composing' && body.attrs.media === 'audio' ? 'recording' : body.tag
  if (state === 'composing' || state === 'recording' || state === 'paused') type(account, chat, state)
}

/** Somebody types into a chat: the others see it. */
export function type(account: Account, chat: Account | Group, state: Typing): void {
  const isGroup = chat instanceof Group
  const at = new Date().toISOString()
  const body = state === 'recording' ? stanza('composing', { media: 'audio' }) : stanza(state)
  const who = isGroup
    ? { from: chat.id, ...chat.authorAttributes(account) }
    : { from: authorAttributes(account).from }
  for (const reader of isGroup ? chat.members.keys() : [chat]) {
    if (reader === account) continue
    const where = isGroup ? chat.id : account.chatId
    reader.events.add({ type: 'typing', state, from: account.chatId, chat: where, at })
    for (const companion of reader.companions.values()) companion.queue.add(stanza('chatstate', who, [body]))
  }
}

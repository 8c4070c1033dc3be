import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { chatJid } from '../addresses.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { messageId, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { answerWithReceipts, asOwnCopy, encNode, encryptFor, messageStanza } from './outgoing.ts'
import { recordDestination } from './phone-files.ts'
import { keepOnPhone, showOnPhone } from './screen.ts'

/**
 * A person writes to several at once through a broadcast list: each gets the message under one id, from the list, and
 * sees it in the chat with that person. Resolves with the id once it is on its way.
 */
export async function broadcastFromPhone(
  world: World,
  from: Account,
  to: [Account, ...Account[]],
  message: proto.IMessage,
): Promise<string> {
  const broadcast = { list: `${seconds()}@broadcast`, to }
  const sent: SentMessage = { id: messageId(), author: from, chat: to[0], message, broadcast }
  sentMessagesOf(world).add(sent)
  recordDestination(world, sent)
  keepOnPhone(world, from, sent)
  const readers = to.filter((reader) => reader !== from && !reader.blocked.has(from.phone))
  await from.inOrder(async () => {
    for (const reader of readers) await sendTo(sent, reader, message)
    await sendTo(sent, from, asOwnCopy(to[0], message))
  })
  for (const reader of readers) {
    showOnPhone(world, reader, sent)
    answerWithReceipts(world, reader, sent, broadcast.list)
  }
  return sent.id
}

async function sendTo(sent: SentMessage, person: Account, message: proto.IMessage): Promise<void> {
  const { author, broadcast } = sent
  for (const companion of person.companions.values()) {
    const sealed = await encryptFor(author, companion, message)
    // Own devices are told whom it went to.
    const names = person === author ? (broadcast?.to ?? []) : []
    const list = names.map((one) => stanza('to', { jid: chatJid(one) }))
    const participants = list.length > 0 ? [stanza('participants', {}, list)] : []
    companion.queue.add(messageStanza(sent, companion, [encNode(sealed), ...participants]))
  }
}

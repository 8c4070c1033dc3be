import { type BinaryNode, extractE2ESessionFromRetryReceipt } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { authorAttributes, statusChat } from '../addresses.ts'
import type { Connection } from '../connection.ts'
import { sentMessagesOf } from '../content/sent-messages.ts'
import { resend } from '../delivery/outgoing.ts'
import type { PreKeyBundle } from '../encryption/virtual-device.ts'
import { findChat } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import type { SeenEvent } from '../records.ts'
import { child, children, firstChild, seconds, stanza } from '../stanza.ts'
import { resendStatus, statusAuthor } from '../status/posts.ts'
import type { World } from '../world.ts'
import { receiveMediaRetry } from './media-retry.ts'

/** Receipts among the devices of one account: they reach nobody else. */
const privateTypes = new Set(['sender', 'peer_msg', 'hist_sync', 'read-self'])

/** A client received, read or could not decrypt messages. */
export async function receiveReceipt(world: World, connection: Connection, node: BinaryNode): Promise<void> {
  const { account, companion } = connection
  const { id, to, type, participant, recipient } = node.attrs
  if (!account || !companion || !id) return
  connection.send(stanza('ack', { class: 'receipt', id, from: to, type, participant, recipient }))
  const list = firstChild(node)
  const ids = [id, ...(list?.tag === 'list' ? children(list, 'item').map(({ attrs }) => attrs.id ?? '') : [])]
  if (type === 'retry') {
    await receiveRetry(world, companion, node)
    return
  }
  companion.queue.acknowledgeMessages(ids)
  if (type === 'server-error') {
    receiveMediaRetry(world, companion, node)
    return
  }
  if (type && privateTypes.has(type)) return
  const author = world.find(participant ?? to)
  if (author && author !== account) notifyAuthor(world, author, companion, node, ids)
}

function notifyAuthor(world: World, author: Account, by: Companion, node: BinaryNode, ids: string[]): void {
  // An idle client says `inactive`; for the author of the message it is a delivery all the same.
  const type = node.attrs.type === 'inactive' ? undefined : node.attrs.type
  const who = readerAttributes(world, node, by)
  const isPerson = who.participant === undefined
  author.events.add({
    type: 'receipt',
    receipt: receiptName(type),
    ids,
    from: by.account.chatId,
    chat: isPerson ? by.account.chatId : (who.from ?? ''),
    at: new Date().toISOString(),
  })
  for (const companion of author.companions.values()) {
    companion.queue.add(stanza('receipt', { ...who, id: ids[0], type, t: seconds() }, node.content))
  }
}

/** Attributes that say who sends a receipt, and from which group or from the status posts. */
function readerAttributes(world: World, { attrs }: BinaryNode, by: Companion): Record<string, string> {
  const { account, device } = by
  if (attrs.to === statusChat) return statusAuthor(account, device)
  const chat = findChat(world, attrs.to)
  return chat instanceof Group
    ? { from: chat.id, ...chat.authorAttributes(account, device) }
    : authorAttributes(account, device)
}

function receiptName(type: string | undefined): Extract<SeenEvent, { type: 'receipt' }>['receipt'] {
  return type === 'read' || type === 'played' ? type : 'delivered'
}

/** Whoever wrote the message sends it again: a phone does it here, a client is asked to. */
async function receiveRetry(world: World, companion: Companion, node: BinaryNode): Promise<void> {
  const { id, to, participant } = node.attrs
  const sent = sentMessagesOf(world).get(id ?? '')
  const writer = world.findCompanion(participant ?? to)
  if (writer) {
    const who = readerAttributes(world, node, companion)
    writer.queue.add(stanza('receipt', { ...who, id, type: 'retry', t: seconds() }, node.content))
    return
  }
  if (!sent) return
  const bundle = (extractE2ESessionFromRetryReceipt(node) as PreKeyBundle | null) ?? undefined
  const retry = { count: child(node, 'retry')?.attrs.count ?? '1', bundle }
  await (sent.isStatus ? resendStatus(sent, companion, retry) : resend(sent, companion, retry))
}

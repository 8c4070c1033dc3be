import { type BinaryNode, extractE2ESessionFromRetryReceipt } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { Group } from '../groups.ts'
import { authorAttributes, sendAgain } from '../outgoing.ts'
import type { SeenEvent } from '../records.ts'
import { child, children, firstChild, seconds, stanza } from '../stanza.ts'
import type { PreKeyBundle } from '../virtual-device.ts'
import type { World } from '../world.ts'

/** Receipts among the devices of one account: nobody else hears of them. */
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
  if (type && privateTypes.has(type)) return
  const author = world.find(to?.endsWith('@g.us') ? participant : to)
  if (author && author !== account) tellAuthor(world, author, companion, node, ids)
}

function tellAuthor(world: World, author: Account, by: Companion, node: BinaryNode, ids: string[]): void {
  const reader = by.account
  const group = world.findChat(node.attrs.to)
  const isGroup = group instanceof Group
  // An idle client says `inactive`; for the author of the message it is a delivery all the same.
  const type = node.attrs.type === 'inactive' ? undefined : node.attrs.type
  author.events.add({
    type: 'receipt',
    receipt: receiptName(type),
    ids,
    from: reader.chatId,
    chat: isGroup ? group.id : reader.chatId,
    at: new Date().toISOString(),
  })
  const who = isGroup
    ? { from: group.id, ...group.authorAttributes(reader, by.device) }
    : authorAttributes(reader, by.device)
  for (const companion of author.companions.values()) {
    companion.queue.add(stanza('receipt', { ...who, id: ids[0], type, t: seconds() }, node.content))
  }
}

function receiptName(type: string | undefined): Extract<SeenEvent, { type: 'receipt' }>['receipt'] {
  return type === 'read' || type === 'played' ? type : 'delivered'
}

/** Whoever wrote the message sends it again: a phone does it here, a client is asked to. */
async function receiveRetry(world: World, companion: Companion, node: BinaryNode): Promise<void> {
  const { id, to, participant } = node.attrs
  const sent = world.recall(id ?? '')
  const writer = world.findCompanion(to?.endsWith('@g.us') ? participant : to)
  if (writer) {
    const group = world.findChat(to)
    const who =
      group instanceof Group
        ? { from: group.id, ...group.authorAttributes(companion.account, companion.device) }
        : authorAttributes(companion.account, companion.device)
    writer.queue.add(stanza('receipt', { ...who, id, type: 'retry', t: seconds() }, node.content))
    return
  }
  if (!sent) return
  const bundle = extractE2ESessionFromRetryReceipt(node)
  const count = child(node, 'retry')?.attrs.count ?? '1'
  await sendAgain(sent, companion, { count, bundle: (bundle as PreKeyBundle | null) ?? undefined })
}

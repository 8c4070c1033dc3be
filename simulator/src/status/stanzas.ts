import type { BinaryNode, proto } from 'baileys'
import { type Companion, parseJid } from '../accounts.ts'
import { statusChat } from '../addresses.ts'
import type { Connection } from '../connection.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { answerWithReceipts } from '../delivery/outgoing.ts'
import { recordDestination } from '../delivery/phone-files.ts'
import { showOnPhone } from '../delivery/screen.ts'
import { faultsOf } from '../faults/model.ts'
import { bytesOf, child, children, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { statusAuthor } from './posts.ts'

/**
 * A client posts a status: one message under a sender key, and the key for every device of those who may see it.
 * Source: `relayMessage` of Baileys.
 */
export function receiveStatusPost(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  const { id, to } = node.attrs
  if (!account || !companion || !id) return
  const fault = faultsOf(world).take('ack_error', account.phone)
  const error = fault && (fault.code ?? 500)
  connection.send(stanza('ack', { class: 'message', id, from: to, t: seconds(), error }))
  if (error) return
  world.counters.messages++
  account.inOrder(() => carry(world, companion, node)).catch((cause) => world.problem(`status ${id}`, cause))
}

async function carry(world: World, sender: Companion, node: BinaryNode): Promise<void> {
  const forAll = children(node, 'enc').find(({ attrs }) => attrs.type === 'skmsg')
  const readers = new Set<Companion['account']>()
  for (const { attrs, content } of children(child(node, 'participants'), 'to')) {
    const part = Array.isArray(content) ? content[0] : undefined
    const account = world.find(attrs.jid)
    if (!account || !part || account.blocked.has(sender.account.phone)) continue
    const client = account.companions.get(parseJid(attrs.jid)?.device ?? 0)
    if (client) forward(sender, client, node, [part, forAll])
    else if (await learnKey(world, sender, account, part)) readers.add(account)
  }
  const message = forAll && readers.size ? read(world, sender, forAll) : undefined
  if (!message) return
  const author = sender.account
  const sent: SentMessage = {
    id: node.attrs.id ?? '',
    author,
    chat: author,
    isStatus: true,
    message,
  }
  sentMessagesOf(world).add(sent)
  recordDestination(world, sent)
  for (const reader of readers) {
    showOnPhone(world, reader, sent)
    if (reader !== author) answerWithReceipts(world, reader, sent, statusChat)
  }
}

/** A phone learns the key of somebody's status posts; returns whether it could read it. */
async function learnKey(
  world: World,
  sender: Companion,
  account: Companion['account'],
  part: BinaryNode,
): Promise<boolean> {
  try {
    const message = await account.device.decrypt(sender.address, part.attrs.type ?? '', bytesOf(part))
    const key = message.senderKeyDistributionMessage?.axolotlSenderKeyDistributionMessage
    if (key) world.observer.learn(statusChat, sender.address, key)
    return key !== undefined && key !== null
  } catch (cause) {
    account.undecryptable++
    world.counters.undecryptable++
    world.problem(`the phone ${account.phone} cannot decrypt the key of a status`, cause)
    return false
  }
}

function read(world: World, sender: Companion, forAll: BinaryNode): proto.Message | undefined {
  try {
    const message = world.observer.decrypt(statusChat, sender.address, bytesOf(forAll))
    world.counters.decrypted++
    return message
  } catch (cause) {
    world.counters.undecryptable++
    world.problem('nobody can decrypt a status', cause)
    return undefined
  }
}

function forward(
  sender: Companion,
  client: Companion,
  node: BinaryNode,
  parts: (BinaryNode | undefined)[],
): void {
  if (client === sender) return
  const { account, device } = sender
  const { id, type } = node.attrs
  const attrs = { ...statusAuthor(account, device), id, type, t: seconds(), notify: account.name }
  const identity = child(node, 'device-identity')
  const content = [...parts, identity].filter((part) => part !== undefined)
  client.queue.add(stanza('message', attrs, content))
}

import type { BinaryNode, proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { authorAttributes, chatJid, listAttributes, ownCopyAttributes } from '../addresses.ts'
import { verifiedNameOf } from '../business/model.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { outerAttributes } from '../content/stanza-type.ts'
import type { Ciphertext, PreKeyBundle } from '../encryption/virtual-device.ts'
import { Group } from '../groups/model.ts'
import { mediaPartOf } from '../media/part.ts'
import { messageId, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { recordDestination } from './phone-files.ts'
import { keepOnPhone, showOnPhone } from './screen.ts'

/** A device asks for a message again: for which time, and the keys it wants a new session with. */
export type Retry = { count: string; bundle: PreKeyBundle | undefined }

/** A person writes on the phone. Resolves with the message id once it is on its way to every linked device. */
export async function sendFromPhone(
  world: World,
  from: Account,
  chat: Account | Group,
  message: proto.IMessage,
  options: Pick<SentMessage, 'isHidden'> = {},
): Promise<string> {
  const sent = { id: messageId(), author: from, chat, message, ...options }
  sentMessagesOf(world).add(sent)
  recordDestination(world, sent)
  keepOnPhone(world, from, sent)
  await from.inOrder(async () => {
    if (sent.isHidden) sendPlaceholders(sent)
    else if (chat instanceof Group) await sendToGroup(sent, chat)
    else await sendToPerson(sent, chat)
  })
  const readers = chat instanceof Group ? chat.members.keys() : [chat]
  for (const reader of readers) {
    if (reader === from || reader.blocked.has(from.phone)) continue
    showOnPhone(world, reader, sent)
    answerWithReceipts(world, reader, sent, chat instanceof Group ? chat.id : chatJid(reader))
  }
  return sent.id
}

/**
 * The phone answers with receipts, after the delays its owner set. Receipts that come at once fold into the
 * message event of a Baileys client, which real ones do not.
 */
export function answerWithReceipts(world: World, reader: Account, sent: SentMessage, from: string): void {
  const { mode, deliveryMs, readMs } = reader.receipts
  if (mode === 'none' || !sent.author.companions.size) return
  const answer = (type: string | undefined) => {
    const who = readerAttributes(sent, reader)
    for (const companion of sent.author.companions.values()) {
      companion.queue.add(stanza('receipt', { from, ...who, id: sent.id, type, t: seconds() }))
    }
  }
  world.after(deliveryMs, () => answer(undefined))
  if (mode === 'delivery') return
  world.after(Math.max(readMs, deliveryMs), () => {
    answer('read')
    if (mode === 'played' && mediaPartOf(sent.message)?.kind === 'voice') answer('played')
  })
}

function readerAttributes(
  { chat, isStatus, broadcast }: SentMessage,
  reader: Account,
): Record<string, string> {
  if (isStatus || broadcast) return { participant: chatJid(reader) }
  return chat instanceof Group ? chat.authorAttributes(reader) : {}
}

/** A device could not decrypt: it gets the message again under a new session and the same id. */
export async function resend(sent: SentMessage, companion: Companion, retry: Retry): Promise<void> {
  const { author, chat } = sent
  await author.inOrder(async () => {
    let message = sent.message
    if (chat instanceof Group) {
      message = { ...message, senderKeyDistributionMessage: distributionOf(author, chat) }
    } else if (companion.account === author) {
      message = asOwnCopy(chat, message)
    }
    const bundle = retry.bundle ?? companion.takeBundle()
    const sealed = await encryptFor(author, companion, message, bundle)
    companion.queue.add(messageStanza(sent, companion, [encNode(sealed, retry.count)]))
  })
}

/** Encrypts for a linked device, starting a session when there is none or a new one is wanted. */
export async function encryptFor(
  from: Account,
  companion: Companion,
  message: proto.IMessage,
  bundle?: PreKeyBundle,
): Promise<Ciphertext> {
  if (bundle || !from.device.hasSession(companion.address)) {
    await from.device.startSession(companion.address, bundle ?? companion.takeBundle())
  }
  return from.device.encrypt(companion.address, message)
}

async function sendToPerson(sent: SentMessage, peer: Account): Promise<void> {
  const { author, message } = sent
  if (!peer.blocked.has(author.phone)) {
    for (const companion of peer.companions.values()) {
      const sealed = await encryptFor(author, companion, message)
      companion.queue.add(messageStanza(sent, companion, [encNode(sealed)]))
    }
  }
  if (peer === author) return
  for (const companion of author.companions.values()) {
    const sealed = await encryptFor(author, companion, asOwnCopy(peer, message))
    companion.queue.add(messageStanza(sent, companion, [encNode(sealed)]))
  }
}

async function sendToGroup(sent: SentMessage, group: Group): Promise<void> {
  const { author, message } = sent
  let keyHolders = group.distributed.get(author)
  if (!keyHolders) {
    keyHolders = new Set()
    group.distributed.set(author, keyHolders)
  }
  // The chain is distributed before the message moves it forward, else nobody could read this message.
  const distribution = distributionOf(author, group)
  const sealed = author.senderKeys.encrypt(group.id, message)
  const groupEnc = stanza('enc', { v: '2', type: 'skmsg' }, sealed)
  for (const member of group.members.keys()) {
    for (const companion of member.companions.values()) {
      const content = [groupEnc]
      if (!keyHolders.has(companion.address)) {
        keyHolders.add(companion.address)
        const key = await encryptFor(author, companion, { senderKeyDistributionMessage: distribution })
        content.unshift(encNode(key))
      }
      companion.queue.add(messageStanza(sent, companion, content))
    }
  }
}

/** Only phones show it: clients learn that it is there. Source: `unavailable` in `decode-wa-message` of Baileys. */
function sendPlaceholders(sent: SentMessage): void {
  const { author, chat } = sent
  const people = chat instanceof Group ? chat.members.keys() : new Set([chat, author])
  for (const person of people) {
    if (person.blocked.has(author.phone)) continue
    for (const companion of person.companions.values()) {
      const placeholder = stanza('unavailable', {
        type: sent.isHidden === 'view_once' ? 'view_once' : undefined,
      })
      companion.queue.add(messageStanza(sent, companion, [placeholder]))
    }
  }
}

/** A message on its way to a linked device. */
export function messageStanza(sent: SentMessage, companion: Companion, content: BinaryNode[]): BinaryNode {
  const { author, chat, message, id } = sent
  let who: Record<string, string>
  if (sent.broadcast) who = listAttributes(author, sent.broadcast.list)
  else if (chat instanceof Group) who = { from: chat.id, ...chat.authorAttributes(author) }
  else if (companion.account === author && chat !== author) who = ownCopyAttributes(author, chat)
  else who = authorAttributes(author)
  const { type, edit, mediatype } = outerAttributes(message)
  if (mediatype) for (const { tag, attrs } of content) if (tag === 'enc') attrs.mediatype = mediatype
  const name = verifiedNameOf(author)
  const attrs = { ...who, id, type, edit, t: seconds(), notify: author.name, ...name.attrs }
  return stanza('message', attrs, [...content, ...name.nodes])
}

/** A ciphertext as it travels in a message. */
export function encNode({ type, ciphertext }: Ciphertext, count?: string): BinaryNode {
  return stanza('enc', { v: '2', type, count }, ciphertext)
}

function distributionOf(author: Account, group: Group): proto.Message.ISenderKeyDistributionMessage {
  return {
    groupId: group.id,
    axolotlSenderKeyDistributionMessage: author.senderKeys.distribution(group.id),
  }
}

/** What an own device gets of a message to somebody. */
export function asOwnCopy(chat: Account, message: proto.IMessage): proto.IMessage {
  return { deviceSentMessage: { destinationJid: chatJid(chat), message } }
}

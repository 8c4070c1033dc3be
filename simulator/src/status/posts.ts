import type { proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { statusChat } from '../addresses.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { outerAttributes } from '../content/stanza-type.ts'
import { encryptFor, type Retry } from '../delivery/outgoing.ts'
import { recordDestination } from '../delivery/phone-files.ts'
import { keepOnPhone, showOnPhone } from '../delivery/screen.ts'
import { messageId, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'

/** Somebody posts a status on the phone. Resolves with its id once it is on its way to all linked clients. */
export async function postStatus(
  world: World,
  from: Account,
  audience: Iterable<Account>,
  message: proto.IMessage,
): Promise<string> {
  const sent: SentMessage = { id: messageId(), author: from, chat: from, isStatus: true, message }
  sentMessagesOf(world).add(sent)
  recordDestination(world, sent)
  keepOnPhone(world, from, sent)
  const viewers = [...audience].filter((viewer) => viewer !== from && !viewer.blocked.has(from.phone))
  await from.inOrder(async () => {
    const clients = [from, ...viewers].flatMap(({ companions }) => [...companions.values()])
    if (!clients.length) return
    // The chain is distributed before the message moves it forward.
    const key = keyFor(from)
    const sealed = from.senderKeys.encrypt(statusChat, message)
    const { mediatype, ...attributes } = outerAttributes(message)
    const forAll = stanza('enc', { v: '2', type: 'skmsg', mediatype }, sealed)
    for (const client of clients) {
      const { type, ciphertext } = await encryptFor(from, client, key)
      const parts = [stanza('enc', { v: '2', type, mediatype }, ciphertext), forAll]
      client.queue.add(stanza('message', { ...statusAttributes(sent), ...attributes }, parts))
    }
  })
  for (const viewer of viewers) showOnPhone(world, viewer, sent)
  return sent.id
}

/** A client could not read a status: it gets it again, alone and with the key of the author's other ones. */
export async function resendStatus(sent: SentMessage, client: Companion, retry: Retry): Promise<void> {
  const { author, message } = sent
  const { mediatype, ...attributes } = outerAttributes(message)
  await author.inOrder(async () => {
    const bundle = retry.bundle ?? client.takeBundle()
    const { type, ciphertext } = await encryptFor(author, client, { ...message, ...keyFor(author) }, bundle)
    const part = stanza('enc', { v: '2', type, mediatype, count: retry.count }, ciphertext)
    client.queue.add(stanza('message', { ...statusAttributes(sent), ...attributes }, [part]))
  })
}

function keyFor(author: Account): proto.IMessage {
  const axolotlSenderKeyDistributionMessage = author.senderKeys.distribution(statusChat)
  return { senderKeyDistributionMessage: { groupId: statusChat, axolotlSenderKeyDistributionMessage } }
}

function statusAttributes({ id, author }: SentMessage): Record<string, string> {
  return { ...statusAuthor(author), id, t: seconds(), notify: author.name }
}

/** Attributes that say whose device posted, read or wrote something among the status posts. */
export function statusAuthor(account: Account, device = 0): Record<string, string> {
  const isLid = account.addressing === 'lid'
  return isLid
    ? {
        from: statusChat,
        participant: account.deviceLid(device),
        participant_pn: account.jid,
        addressing_mode: 'lid',
      }
    : {
        from: statusChat,
        participant: account.deviceJid(device),
        participant_lid: account.lidJid,
        addressing_mode: 'pn',
      }
}

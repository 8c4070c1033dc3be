import type { WAMessage } from 'baileys'
import { parseJid, personOf } from '../library/jids.ts'
import { proto } from '../library/library.ts'
import { openEnvelopes } from './envelopes.ts'
import { openAddOn } from './message-secrets.ts'
import { addressesOf, type ChangeSources } from './parse-change.ts'
import { isOwnAddress, messageContent, parseEnvelope, type Recipient } from './parse-message.ts'

/**
 * Announcement groups of communities encrypt reactions with the message's own key. Returns the message with the reaction
 * in the open; as it is when it carries none or cannot be opened.
 */
export async function openSealedReaction(
  message: WAMessage,
  recipient: Recipient,
  { addresses, findMessage }: ChangeSources,
): Promise<WAMessage> {
  const content = messageContent(message.message)
  const sealed = content && openEnvelopes(content).message.encReactionMessage
  const key = sealed?.targetMessageKey
  if (!sealed || !key?.id || !sealed.encPayload || !sealed.encIv) return message
  const original = await findMessage(key.id)
  const secret = original && openEnvelopes(original).contextInfo?.messageSecret
  const envelope = await parseEnvelope(message, recipient, addresses)
  if (!secret || envelope === undefined) return message
  const actor = envelope.isFromMe ? recipient.me : envelope.sender
  // The key is told from the point of view of whoever reacts.
  const isActorsOwn = key.fromMe === true || !key.participant
  const isMine = isActorsOwn ? envelope.isFromMe : isOwnAddress(parseJid(key.participant), recipient)
  const author = isActorsOwn
    ? actor
    : isMine
      ? recipient.me
      : await addresses.complete(personOf([key.participant], null))
  const plain = openAddOn(
    'Enc Reaction',
    { payload: sealed.encPayload, iv: sealed.encIv },
    { secret, waMessageId: key.id, authors: addressesOf(author), actors: addressesOf(actor) },
  )
  const reaction = plain && decodeReaction(plain)
  if (reaction === undefined) return message
  const participant = isActorsOwn ? message.key.participant : key.participant
  const reactionMessage = { ...reaction, key: { ...key, fromMe: isMine, participant: participant ?? null } }
  return { ...message, message: proto.Message.fromObject({ reactionMessage }) }
}

function decodeReaction(bytes: Uint8Array): proto.Message.ReactionMessage | undefined {
  try {
    return proto.Message.ReactionMessage.decode(bytes)
  } catch {
    // Decrypted but no reaction: it stays what it is, an unknown message.
    return undefined
  }
}

import type { proto as protocol, WAMessage } from 'baileys'
import type { MessageTarget } from '../content.ts'
import type { MessageChange, Person } from '../events.ts'
import type { ChatId } from '../ids.ts'
import { parseJid, personChatId, personOf } from '../library/jids.ts'
import { proto } from '../library/library.ts'
import type { Addresses } from './addresses.ts'
import { cleanCount, cleanText, dateOfSeconds, isMessageId } from './clean.ts'
import { openEnvelopes } from './envelopes.ts'
import { chosenOptions, openAddOn } from './message-secrets.ts'
import { parseContent } from './parse-content.ts'
import {
  type Envelope,
  isOwnAddress,
  messageContent,
  parseEnvelope,
  type Recipient,
  resolveContent,
} from './parse-message.ts'
import { pollOf } from './poll.ts'

/** What a change is judged by beside the message that carries it. */
export interface ChangeSources {
  addresses: Addresses
  /** The content of a message of this session, when it is known. */
  findMessage(id: string): Promise<protocol.IMessage | undefined>
  /** Whether a person may take others' messages back in a group. */
  isGroupAdmin(chatId: ChatId, person: Person): Promise<boolean>
}

type Carrier =
  | { kind: 'revoke'; key: protocol.IMessageKey }
  | { kind: 'edit'; key: protocol.IMessageKey; edited: protocol.IMessage; timestampMs: unknown }
  | { kind: 'vote'; key: protocol.IMessageKey; vote: protocol.Message.IPollEncValue }
  | { kind: 'sealed_edit'; key: protocol.IMessageKey; sealed: protocol.Message.ISecretEncryptedMessage }

/** Whether a message changes another one instead of being one. */
export function isChange(message: protocol.IMessage | null | undefined): boolean {
  return message !== null && message !== undefined && findCarrier(message) !== undefined
}

/**
 * What a message changes about another one. Undefined when it changes nothing, or may not: a text is changed by its
 * author, a message is taken back by its author or an admin of the group, and a vote must be readable.
 */
export async function parseChange(
  message: WAMessage,
  recipient: Recipient,
  sources: ChangeSources,
): Promise<MessageChange | undefined> {
  const carrier = findCarrier(messageContent(message.message) ?? {})
  if (carrier === undefined || !isMessageId(carrier.key.id)) return undefined
  const envelope = await parseEnvelope(message, recipient, sources.addresses)
  if (envelope === undefined) return undefined
  const change = await readChange(carrier, envelope, recipient, sources)
  if (change === undefined) return undefined
  const editMs = carrier.kind === 'edit' ? cleanCount(carrier.timestampMs) : null
  return {
    tenantId: recipient.tenantId,
    sessionId: recipient.sessionId,
    chatId: envelope.chatId,
    target: change.target,
    actor: envelope.isFromMe ? null : envelope.sender,
    at: dateOfSeconds(editMs === null || editMs === 0 ? message.messageTimestamp : Math.floor(editMs / 1000)),
    change: change.change,
  }
}

interface Change {
  target: MessageTarget
  change: MessageChange['change']
}

function readChange(
  carrier: Carrier,
  envelope: Envelope,
  recipient: Recipient,
  sources: ChangeSources,
): Promise<Change | undefined> | Change | undefined {
  switch (carrier.kind) {
    case 'edit':
      return editOf(carrier.key, carrier.edited, envelope, recipient, sources)
    case 'sealed_edit':
      return readSealedEdit(carrier, envelope, recipient, sources)
    case 'revoke':
      return readRevoke(carrier.key, envelope, recipient, sources)
    case 'vote':
      return readVote(carrier, envelope, recipient, sources)
  }
}

function findCarrier(message: protocol.IMessage): Carrier | undefined {
  const { message: inner } = openEnvelopes(message)
  const { protocolMessage, pollUpdateMessage, secretEncryptedMessage } = inner
  const { Type } = proto.Message.ProtocolMessage
  if (protocolMessage?.key) {
    const { key, type, editedMessage, timestampMs } = protocolMessage
    if (type === Type.REVOKE) return { kind: 'revoke', key }
    if (type === Type.MESSAGE_EDIT && editedMessage) {
      return { kind: 'edit', key, edited: editedMessage, timestampMs }
    }
  }
  if (pollUpdateMessage?.pollCreationMessageKey && pollUpdateMessage.vote) {
    return { kind: 'vote', key: pollUpdateMessage.pollCreationMessageKey, vote: pollUpdateMessage.vote }
  }
  const { MESSAGE_EDIT } = proto.Message.SecretEncryptedMessage.SecretEncType
  if (secretEncryptedMessage?.targetMessageKey && secretEncryptedMessage.secretEncType === MESSAGE_EDIT) {
    return {
      kind: 'sealed_edit',
      key: secretEncryptedMessage.targetMessageKey,
      sealed: secretEncryptedMessage,
    }
  }
  return undefined
}

/** A message as its own author names it: whoever sends the change wrote the message. */
function ownTarget(key: protocol.IMessageKey, envelope: Envelope): MessageTarget {
  const { isFromMe, isGroup, sender } = envelope
  return {
    waMessageId: cleanText(key.id, 255),
    isFromMe,
    sender: isGroup && !isFromMe ? (personChatId(sender) ?? null) : null,
  }
}

/** The new text, that of a text or the caption of a file, and whom it mentions. */
async function editOf(
  key: protocol.IMessageKey,
  edited: protocol.IMessage,
  envelope: Envelope,
  recipient: Recipient,
  sources: ChangeSources,
): Promise<Change | undefined> {
  const parsed = parseContent(edited)
  if (parsed === undefined) return undefined
  const content = await resolveContent(parsed, envelope, recipient, sources.addresses)
  const text = content.kind === 'text' ? content.text : 'caption' in content ? content.caption : undefined
  if (text === undefined) return undefined
  const original = await sources.findMessage(key.id ?? '')
  const named = content.kind === 'text' ? edited : { conversation: text }
  const whole = original && editedMessage(named, text, original)
  return {
    target: ownTarget(key, envelope),
    change: {
      kind: 'edit',
      text,
      mentions: 'mentions' in content ? content.mentions : [],
      ...(whole && { proto: Buffer.from(proto.Message.encode(whole).finish()).toString('base64') }),
    },
  }
}

/**
 * The message as it is from now on, with the keys of the original one, which additions to it are made with. A file stays
 * the one that was sent, whatever an edit says of it; undefined where nothing but a text could be changed and there is none.
 */
function editedMessage(
  edited: protocol.IMessage,
  text: string,
  original: protocol.IMessage,
): protocol.IMessage | undefined {
  const { message, type, contextInfo } = openEnvelopes(original)
  const content = parseContent(original)?.content
  const keys = contextInfo && { messageContextInfo: contextInfo }
  if (content?.kind === 'text') return { ...edited, ...keys }
  const isOnTop = type === 'imageMessage' || type === 'videoMessage' || type === 'documentMessage'
  if (!isOnTop || (content !== undefined && 'isViewOnce' in content && content.isViewOnce)) return undefined
  return { [type]: { ...message[type], caption: text }, ...keys }
}

async function readSealedEdit(
  { key, sealed }: Extract<Carrier, { kind: 'sealed_edit' }>,
  envelope: Envelope,
  recipient: Recipient,
  sources: ChangeSources,
): Promise<Change | undefined> {
  const original = await sources.findMessage(key.id ?? '')
  const secret = original && openEnvelopes(original).contextInfo?.messageSecret
  if (!secret || !sealed.encPayload || !sealed.encIv) return undefined
  const author = addressesOf(envelope.isFromMe ? recipient.me : envelope.sender)
  const plain = openAddOn(
    'Message Edit',
    { payload: sealed.encPayload, iv: sealed.encIv },
    { secret, waMessageId: key.id ?? '', authors: author, actors: author },
  )
  if (plain === undefined) return undefined
  const decoded = decodeMessage(plain)
  const carried = decoded && findCarrier(decoded)
  const edited = carried?.kind === 'edit' ? carried.edited : decoded
  return edited && editOf(key, edited, envelope, recipient, sources)
}

async function readRevoke(
  key: protocol.IMessageKey,
  envelope: Envelope,
  recipient: Recipient,
  { addresses, isGroupAdmin }: ChangeSources,
): Promise<Change | undefined> {
  const own = ownTarget(key, envelope)
  const change = { kind: 'revoke' } as const
  if (!envelope.isGroup || key.fromMe === true || !key.participant) return { target: own, change }
  const author = parseJid(key.participant)
  const isMine = isOwnAddress(author, recipient)
  const person = await addresses.complete(personOf([key.participant], null))
  const isByAuthor = envelope.isFromMe ? isMine : isSamePerson(person, envelope.sender)
  if (isByAuthor) return { target: own, change }
  // The own phone asks WhatsApp before it takes another's message back; anybody else is checked here.
  if (!envelope.isFromMe && !(await isGroupAdmin(envelope.chatId, envelope.sender))) return undefined
  const sender = isMine ? null : (personChatId(person) ?? null)
  return { target: { waMessageId: own.waMessageId, isFromMe: isMine, sender }, change }
}

async function readVote(
  { key, vote }: Extract<Carrier, { kind: 'vote' }>,
  envelope: Envelope,
  recipient: Recipient,
  sources: ChangeSources,
): Promise<Change | undefined> {
  const poll = await sources.findMessage(key.id ?? '')
  const opened = poll && openEnvelopes(poll)
  const secret = opened?.contextInfo?.messageSecret
  const creation = opened && pollOf(opened.message)
  if (!secret || !creation || !vote.encPayload || !vote.encIv) return undefined
  const isMine = key.fromMe === true
  const creator = isMine ? recipient.me : await pollAuthor(key, envelope, recipient, sources.addresses)
  const plain = openAddOn(
    'Poll Vote',
    { payload: vote.encPayload, iv: vote.encIv },
    {
      secret,
      waMessageId: key.id ?? '',
      authors: addressesOf(creator),
      actors: addressesOf(envelope.isFromMe ? recipient.me : envelope.sender),
    },
  )
  const digests = plain && decodeVote(plain)
  if (digests === undefined) return undefined
  const options = (creation.options ?? []).map(({ optionName }) => optionName ?? '')
  return {
    target: {
      waMessageId: cleanText(key.id, 255),
      isFromMe: isMine,
      sender: envelope.isGroup && !isMine ? (personChatId(creator) ?? null) : null,
    },
    change: {
      kind: 'vote',
      options: chosenOptions(options, digests).map((option) => cleanText(option, 1000)),
    },
  }
}

/** Who made the poll, when it was not the account: in a group the key names them, else it is the other side. */
async function pollAuthor(
  key: protocol.IMessageKey,
  envelope: Envelope,
  recipient: Recipient,
  addresses: Addresses,
): Promise<Person> {
  if (!envelope.isGroup) return envelope.sender
  if (isOwnAddress(parseJid(key.participant), recipient)) return recipient.me
  return addresses.complete(personOf([key.participant], null))
}

/** A person's addresses as they enter the keys of additions. */
export function addressesOf({ phone, lid }: Person): string[] {
  return [...(phone === null ? [] : [`${phone}@s.whatsapp.net`]), ...(lid === null ? [] : [`${lid}@lid`])]
}

function isSamePerson(a: Person, b: Person): boolean {
  return (a.phone !== null && a.phone === b.phone) || (a.lid !== null && a.lid === b.lid)
}

function decodeMessage(bytes: Uint8Array): protocol.IMessage | undefined {
  try {
    return proto.Message.decode(bytes)
  } catch {
    // Decrypted but no message: nobody can say what it changes.
    return undefined
  }
}

function decodeVote(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return proto.Message.PollVoteMessage.decode(bytes).selectedOptions
  } catch {
    // Decrypted but no vote: it counts for nothing.
    return undefined
  }
}

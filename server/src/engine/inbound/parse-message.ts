import type { proto as protocol, WAMessage } from 'baileys'
import type { InboundContent, MessageTarget } from '../content.ts'
import type { InboundMessage, Person } from '../events.ts'
import type { ChatId } from '../ids.ts'
import { type Address, parseJid, personChatId, personOf } from '../library/jids.ts'
import { proto } from '../library/library.ts'
import type { Addresses } from './addresses.ts'
import { cleanCount, cleanOrNull, dateOfSeconds, isMessageId } from './clean.ts'
import { openEnvelopes } from './envelopes.ts'
import { type ParsedContent, parseContent, unknownContent } from './parse-content.ts'

/** The session and the account a message arrived at. */
export interface Recipient {
  tenantId: string
  sessionId: string
  /** The account's own addresses. */
  me: Person
}

/** How a message came: just now, after waiting for this session, or from WhatsApp's history. */
export type Origin = 'live' | 'offline' | 'history'

/** Where a message belongs and who wrote it. */
export interface Envelope {
  chatId: ChatId
  isGroup: boolean
  isFromMe: boolean
  /** The other side of a chat of two, or the author in a group. */
  sender: Person
}

/** A message of the library as ours; undefined when it is none for people or from nowhere we speak of. */
export async function parseMessage(
  message: WAMessage,
  origin: Origin,
  recipient: Recipient,
  addresses: Addresses,
): Promise<InboundMessage | undefined> {
  const waMessageId = message.key.id
  const content = messageContent(message.message)
  const parsed = parseContent(content) ?? parsePlaceholder(message)
  if (parsed === undefined || !isMessageId(waMessageId)) return undefined
  const envelope = await parseEnvelope(message, recipient, addresses)
  if (envelope === undefined) return undefined
  return {
    tenantId: recipient.tenantId,
    sessionId: recipient.sessionId,
    ...envelope,
    waMessageId,
    content: await resolveContent(parsed, envelope, recipient, addresses),
    quotedWaMessageId: parsed.quotedWaMessageId,
    isForwarded: parsed.isForwarded,
    waTimestamp: timestampOf(message, content),
    isOffline: origin === 'offline',
    isHistory: origin === 'history',
    proto: proto.Message.encode(content ?? {}).finish(),
  }
}

/**
 * When it was written. Reactions replace each other, also within WhatsApp's second and when one is sent again: they say
 * their own timestamp, which is believed unless it is later than the second in which WhatsApp took it.
 */
function timestampOf(message: WAMessage, content: proto.Message | undefined): Date {
  const taken = dateOfSeconds(message.messageTimestamp)
  const made = cleanCount(content && openEnvelopes(content).message.reactionMessage?.senderTimestampMs)
  return made === null || made === 0 ? taken : new Date(Math.min(made, taken.getTime() + 999))
}

/** The decoded content: the library hands some messages on as plain JSON. */
export function messageContent(message: protocol.IMessage | null | undefined): proto.Message | undefined {
  if (!message) return undefined
  return message instanceof proto.Message ? message : proto.Message.fromObject(message)
}

/** Chat and author of a message; undefined for what is no chat of ours. */
export async function parseEnvelope(
  message: Pick<WAMessage, 'key' | 'pushName'>,
  recipient: Recipient,
  addresses: Addresses,
): Promise<Envelope | undefined> {
  const key = chatKeyOf(message.key)
  const chat = parseJid(key.remoteJid)
  if (chat.kind === 'other') return undefined
  const isFromMe = key.fromMe === true
  const isPerson = chat.kind === 'phone' || chat.kind === 'lid'
  const pushName = isFromMe ? null : cleanOrNull(message.pushName)
  const jids = isPerson ? [key.remoteJid, key.remoteJidAlt] : [key.participant, key.participantAlt]
  const sender = await addresses.complete(
    withoutMe(personOf(jids, pushName), isPerson ? recipient.me : undefined),
  )
  const chatId = isPerson ? await addresses.chatIdOf(sender) : chat.chatId
  return chatId === undefined ? undefined : { chatId, sender, isGroup: chat.kind === 'group', isFromMe }
}

/**
 * The key of a message by the chat it belongs to. What somebody sends through a broadcast list comes from the list and is
 * shown in the chat with that person; answers go there as well. The account's own lists are no chats of ours.
 */
export function chatKeyOf(key: WAMessage['key']): WAMessage['key'] {
  const { remoteJid, participant, participantAlt, remoteJidAlt } = key
  if (!isBroadcastList(remoteJid) || key.fromMe === true || !participant) return key
  const { participant: _, participantAlt: __, ...others } = key
  const second = participantAlt ?? remoteJidAlt
  return { ...others, remoteJid: participant, ...(second === undefined ? {} : { remoteJidAlt: second }) }
}

/** A list of people whom somebody writes to at once; status posts are another thing. */
function isBroadcastList(jid: string | null | undefined): boolean {
  return jid?.endsWith('@broadcast') === true && jid !== 'status@broadcast'
}

/** Whether an address is one of the account's own. */
export function isOwnAddress(address: Address, { me }: Recipient): boolean {
  return (
    (address.kind === 'phone' && address.digits === me.phone) ||
    (address.kind === 'lid' && address.digits === me.lid)
  )
}

/** The content with people as chat ids: mentions, and the author of what a reaction is on. */
export async function resolveContent(
  parsed: ParsedContent,
  envelope: Envelope,
  recipient: Recipient,
  addresses: Addresses,
): Promise<InboundContent> {
  const { content, mentionedJids, targetKey } = parsed
  if (content.kind === 'reaction') {
    return {
      ...content,
      target: await resolveTarget(content.target, targetKey, envelope, recipient, addresses),
    }
  }
  if (mentionedJids.length === 0 || !('mentions' in content)) return content
  const mentions: ChatId[] = []
  for (const jid of mentionedJids) {
    const chatId = await personIdOf(jid, recipient, addresses)
    if (chatId !== undefined) mentions.push(chatId)
  }
  return { ...content, mentions }
}

/** Who wrote the message a reaction is on, from the account's point of view (`cleanMessage` of the library turned it). */
async function resolveTarget(
  target: MessageTarget,
  key: protocol.IMessageKey | undefined,
  envelope: Envelope,
  recipient: Recipient,
  addresses: Addresses,
): Promise<MessageTarget> {
  const author = parseJid(key?.participant)
  const isFromMe = target.isFromMe || (envelope.isGroup && isOwnAddress(author, recipient))
  if (isFromMe || !envelope.isGroup || !key?.participant) return { ...target, isFromMe }
  return { ...target, isFromMe, sender: (await personIdOf(key.participant, recipient, addresses)) ?? null }
}

/** The chat id of a person's address; undefined for anything else. */
export async function personIdOf(
  jid: string,
  { me }: Recipient,
  addresses: Addresses,
): Promise<ChatId | undefined> {
  const address = parseJid(jid)
  if (address.kind !== 'phone' && address.kind !== 'lid') return undefined
  if (address.digits === me.lid && me.phone !== null) return `${me.phone}@c.us`
  // Not remembered as whoever writes is: anybody can mention any number of people who do not exist.
  return personChatId(await addresses.complete(personOf([jid], null)))
}

/** Whether the phone withholds the content from linked devices, so that it may come later or never. */
export function isPlaceholder(message: WAMessage): boolean {
  return parsePlaceholder(message) !== undefined
}

/** What the phone withholds from linked devices is kept, so that it is not lost and can be replaced when it comes. */
function parsePlaceholder(message: WAMessage): ParsedContent | undefined {
  if (message.message) return undefined
  if (message.key.isViewOnce === true) return unknownContent('viewOnceUnavailable')
  const [cause] = message.messageStubParameters ?? []
  return cause === absentText ? unknownContent('unavailable') : undefined
}

/** What the library writes into the stub of a message that came without content (`NO_MESSAGE_FOUND_ERROR_TEXT`). */
const absentText = 'Message absent from node'

/**
 * The second address of a message from the own phone may be the account's own (the alternate of the sender,
 * not of the chat): it is no address of the other side.
 */
function withoutMe(person: Person, me: Person | undefined): Person {
  if (me === undefined || person.phone === null || person.lid === null) return person
  if (person.phone === me.phone && person.lid !== me.lid) return { ...person, phone: null }
  if (person.lid === me.lid && person.phone !== me.phone) return { ...person, lid: null }
  return person
}

import type { WAMessage } from 'baileys'
import type { Addresses } from '../addresses.ts'
import type { InboundMessage, Person } from '../events.ts'
import { parseJid, personOf } from '../jids.ts'
import { proto } from '../library.ts'
import { parseContent } from './parse-content.ts'

/** The session and the account a message arrived at. */
export interface Recipient {
  tenantId: string
  sessionId: string
  /** The account's own addresses. */
  me: Person
}

/** A message of the library as ours; undefined when it is none for people or from nowhere we speak of. */
export async function parseMessage(
  message: WAMessage,
  isOffline: boolean,
  recipient: Recipient,
  addresses: Addresses,
): Promise<InboundMessage | undefined> {
  const { key } = message
  const waMessageId = key.id
  const parsed = parseContent(message.message)
  if (parsed === undefined || !waMessageId || !message.message) return undefined
  const chat = parseJid(key.remoteJid)
  if (chat.kind === 'other') return undefined
  const isFromMe = key.fromMe === true
  const isPerson = chat.kind === 'phone' || chat.kind === 'lid'
  const pushName = isFromMe ? null : (message.pushName ?? null)
  const jids = isPerson ? [key.remoteJid, key.remoteJidAlt] : [key.participant, key.participantAlt]
  const sender = await addresses.complete(
    withoutMe(personOf(jids, pushName), isPerson ? recipient.me : undefined),
  )
  const chatId = isPerson ? await addresses.chatIdOf(sender) : chat.chatId
  if (chatId === undefined) return undefined
  return {
    tenantId: recipient.tenantId,
    sessionId: recipient.sessionId,
    chatId,
    sender,
    isGroup: chat.kind === 'group',
    isFromMe,
    waMessageId,
    content: parsed.content,
    quotedWaMessageId: parsed.quotedWaMessageId,
    waTimestamp: new Date(Number(message.messageTimestamp ?? 0) * 1000),
    isOffline,
    isHistory: false,
    proto: proto.Message.encode(message.message).finish(),
  }
}

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

import type { Readable } from 'node:stream'
import type { proto as protocol, WAMessage } from 'baileys'
import type {
  ChatChange,
  ContactChange,
  EngineListener,
  GroupUpdate,
  InboundMessage,
  Person,
} from '../events.ts'
import type { Addresses } from '../inbound/addresses.ts'
import { cleanOrNull } from '../inbound/clean.ts'
import { parseMessage, type Recipient } from '../inbound/parse-message.ts'
import { parseJid, personOf } from '../library/jids.ts'
import { readMute } from '../updates/chats.ts'
import { readHistory, readMappings } from './history-chunk.ts'
import type { PrivacyToken } from './privacy-tokens.ts'

/** What ingesting needs of the session. */
export interface IngestContext {
  recipient: Recipient
  addresses: Addresses
  listener: Pick<EngineListener, 'onMessages' | 'onContacts' | 'onGroups' | 'onChats'>
  /** Proof towards WhatsApp that a person wrote to the account. */
  storeToken(token: PrivacyToken): void
  /** Throws once the session is over: what is left comes again. */
  check(): void
}

/** What a chunk held. */
export interface IngestCount {
  messages: number
  chats: number
  contacts: number
  percent: number | null
}

const namesAtOnce = 200

/** Delivers everything in a chunk of history, each part once the one before is stored. Delivering it again changes nothing. */
export async function ingestHistory(source: Readable, context: IngestContext): Promise<IngestCount> {
  const count: IngestCount = { messages: 0, chats: 0, contacts: 0, percent: null }
  let people: Person[] = []
  let names: ContactChange[] = []
  const flush = async () => {
    await context.addresses.learn(people)
    if (names.length > 0) await context.listener.onContacts(names)
    people = []
    names = []
  }
  for await (const part of readHistory(source)) {
    context.check()
    switch (part.kind) {
      case 'chat':
        count.chats += 1
        count.contacts += await ingestChat(part.chat, context)
        break
      case 'messages':
        count.messages += await ingestMessages(part.messages, context)
        break
      case 'pushname': {
        count.contacts += 1
        names.push(await contactOf(personOf([part.id], cleanOrNull(part.name)), context, {}))
        break
      }
      case 'mapping':
        people.push(personOf([part.mapping.pnJid, part.mapping.lidJid], null))
        break
      default:
        count.percent = Math.min(100, part.percent)
    }
    if (people.length + names.length >= namesAtOnce) await flush()
  }
  await flush()
  return count
}

/** Learns who is who before the rest is delivered. */
export async function learnMappings(source: Readable, addresses: Addresses): Promise<void> {
  let people: Person[] = []
  for await (const { pnJid, lidJid } of readMappings(source)) {
    people.push(personOf([pnJid, lidJid], null))
    if (people.length < namesAtOnce) continue
    await addresses.learn(people)
    people = []
  }
  await addresses.learn(people)
}

async function ingestChat(chat: protocol.IConversation, context: IngestContext): Promise<number> {
  const { listener, addresses, recipient } = context
  const ids = { tenantId: recipient.tenantId, sessionId: recipient.sessionId }
  const address = parseJid(chat.id)
  if (address.kind === 'other') return 0
  const name = cleanOrNull(chat.name) ?? cleanOrNull(chat.displayName)
  let contacts = 0
  if (address.kind === 'group') {
    const group: GroupUpdate = { ...ids, chatId: address.chatId, subject: name }
    if (name !== null) await listener.onGroups([group])
  } else if (address.kind !== 'channel') {
    const person = personOf([chat.id, chat.pnJid, chat.lidJid ?? chat.accountLid], null)
    await addresses.learn([person])
    storeToken(chat, person, context)
    const saved = cleanOrNull(chat.name)
    await listener.onContacts([await contactOf(person, context, saved === null ? {} : { name: saved })])
    contacts = 1
  }
  const chatId = await addresses.chatIdOfJid(chat.id ?? '')
  const settings = settingsOf(chat)
  if (chatId !== undefined && Object.keys(settings).length > 0) {
    await listener.onChats([{ ...ids, chatId, ...settings }])
  }
  return contacts
}

async function contactOf(
  named: Person,
  { recipient, addresses }: IngestContext,
  changed: Pick<ContactChange, 'name'>,
): Promise<ContactChange> {
  const person = await addresses.complete(named)
  await addresses.chatIdOf(person)
  return { tenantId: recipient.tenantId, sessionId: recipient.sessionId, person, ...changed }
}

/** Only what differs from a new chat: the rest comes with the app state. */
function settingsOf({
  archived,
  pinned,
  muteEndTime,
  markedAsUnread,
}: protocol.IConversation): Pick<ChatChange, 'isArchived' | 'isPinned' | 'mutedUntil' | 'isRead'> {
  return {
    ...(archived === true ? { isArchived: true } : {}),
    ...(pinned ? { isPinned: true } : {}),
    ...(muteEndTime && Number(muteEndTime) !== 0 ? { mutedUntil: readMute(Number(muteEndTime)) } : {}),
    ...(markedAsUnread === true ? { isRead: false } : {}),
  }
}

async function ingestMessages(
  messages: readonly protocol.IWebMessageInfo[],
  { listener, recipient, addresses }: IngestContext,
): Promise<number> {
  const inbound: InboundMessage[] = []
  for (const message of messages) {
    const key = message.key
    if (!key || parseJid(key.remoteJid).kind === 'other') continue
    const participant = key.participant ?? message.participant ?? null
    const complete = { ...message, key: { ...key, participant } } as WAMessage
    const parsed = await parseMessage(complete, 'history', recipient, addresses)
    if (parsed !== undefined) inbound.push(parsed)
  }
  if (inbound.length > 0) await listener.onMessages(inbound)
  return inbound.length
}

function storeToken(chat: protocol.IConversation, { phone, lid }: Person, context: IngestContext): void {
  const timestamp = Number(chat.tcTokenTimestamp ?? 0)
  if (!chat.tcToken?.length || !(timestamp > 0)) return
  const jid = lid === null ? (phone === null ? undefined : `${phone}@s.whatsapp.net`) : `${lid}@lid`
  if (jid === undefined) return
  const sent = Number(chat.tcTokenSenderTimestamp ?? 0)
  context.storeToken({
    jid,
    token: Buffer.from(chat.tcToken),
    timestamp,
    senderTimestamp: sent > 0 ? sent : undefined,
  })
}

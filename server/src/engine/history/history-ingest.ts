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
import { type ChatTimers, timedChats, timerOf } from '../inbound/chat-timers.ts'
import { cleanCount, cleanOrNull, dateOfSeconds } from '../inbound/clean.ts'
import { chatKeyOf, parseMessage, type Recipient } from '../inbound/parse-message.ts'
import { parseJid, personOf } from '../library/jids.ts'
import { readMute } from '../updates/chats.ts'
import { readHistory, readMappings } from './history-chunk.ts'
import type { PrivacyToken } from './privacy-tokens.ts'

/** What ingesting needs of the session. */
export interface IngestContext {
  recipient: Recipient
  addresses: Addresses
  timers: Pick<ChatTimers, 'learn'>
  listener: Pick<EngineListener, 'onMessages' | 'onContacts' | 'onGroups' | 'onChats'>
  /** Proof towards WhatsApp that a person wrote to the account. */
  storeToken(token: PrivacyToken): void
  /** Whether it is the first piece after linking: what it does not count as unread was read on the phone. */
  isInitial: boolean
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
  await learnTimer(chat, context)
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
  const settings = settingsOf(chat, context.isInitial)
  if (chatId !== undefined && Object.keys(settings).length > 0) {
    await listener.onChats([{ ...ids, chatId, ...settings }])
  }
  return contacts
}

async function learnTimer(chat: protocol.IConversation, { timers }: IngestContext): Promise<void> {
  if (chat.ephemeralExpiration === null || chat.ephemeralExpiration === undefined) return
  const timer = timerOf(chat.ephemeralExpiration, chat.ephemeralSettingTimestamp)
  const names = timedChats(chat.id?.endsWith('@g.us') ? [chat.id] : [chat.id, chat.pnJid, chat.lidJid])
  if (timer !== undefined) await timers.learn(names, timer)
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
function settingsOf(
  chat: protocol.IConversation,
  isInitial: boolean,
): Pick<ChatChange, 'isArchived' | 'isPinned' | 'mutedUntil' | 'unread'> {
  const { archived, pinned, muteEndTime } = chat
  const unread = unreadOf(chat)
  return {
    ...(archived === true ? { isArchived: true } : {}),
    ...(pinned ? { isPinned: true } : {}),
    ...(muteEndTime && Number(muteEndTime) !== 0 ? { mutedUntil: readMute(Number(muteEndTime)) } : {}),
    ...(unread.count > 0 || (isInitial && unread.asOf !== null) ? { unread } : {}),
  }
}

/** What is unread on the phone; a chat that its owner marked as unread counts as one message. */
function unreadOf(chat: protocol.IConversation): NonNullable<ChatChange['unread']> {
  const count = Math.max(cleanCount(chat.unreadCount, 1_000_000) ?? 0, chat.markedAsUnread === true ? 1 : 0)
  const seconds = cleanCount(chat.conversationTimestamp) || cleanCount(chat.lastMsgTimestamp)
  return { count, asOf: seconds ? dateOfSeconds(seconds) : null }
}

async function ingestMessages(
  messages: readonly protocol.IWebMessageInfo[],
  { listener, recipient, addresses }: IngestContext,
): Promise<number> {
  const inbound: InboundMessage[] = []
  for (const message of messages) {
    const participant = message.key?.participant ?? message.participant ?? null
    const key = message.key && chatKeyOf({ ...message.key, participant } as WAMessage['key'])
    if (!key || parseJid(key.remoteJid).kind === 'other') continue
    const complete = { ...message, key } as WAMessage
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

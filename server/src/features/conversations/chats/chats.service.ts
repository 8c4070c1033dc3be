import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import type { GroupUpdate, Person } from '../../../engine/events.ts'
import { type ChatId, chatKind, parsePhone } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import {
  type ContactRef,
  findContactByDigits,
  type MergeContacts,
  meetContacts,
  personKey,
  resolveContacts,
  waChatIdOf,
} from '../contacts/contacts.service.ts'
import {
  type ChatRef,
  findChatRef,
  insertChats,
  listChatRefs,
  type NamedChat,
  renameChats,
  updateColdDay,
  upsertSubjects,
} from './chats.store.ts'

export type { ChatRef } from './chats.store.ts'

/** Where a message belongs: a chat, and for inbound ones who wrote it. */
export interface ChatAddress {
  chatId: ChatId
  /** The other side of a 1:1 chat or the writer in a group; null for the own account in a group. */
  person: Person | null
}

/** The records behind an address. */
export interface ResolvedChat {
  chat: ChatRef
  contact: ContactRef | null
}

/** Records of chats and contacts that are spoken with; a wrong entry fails on a foreign key and is read again. */
class ChatCache {
  readonly chats = new LRUCache<string, ChatRef>({ max: 20_000 })
  readonly resolved = new LRUCache<string, ResolvedChat>({ max: 20_000 })
}

const caches = defineProcessState(() => new ChatCache())

/** Clears the cache, after a merge or a deletion. */
export function clearChatCache(ctx: Context): void {
  const { chats, resolved } = caches.of(ctx)
  chats.clear()
  resolved.clear()
}

const addressKey = (sessionId: string, address: ChatAddress): string => {
  const person = address.person === null ? '' : personKey(address.person)
  return chatKind(address.chatId) === 'person'
    ? `${sessionId} ${person}`
    : `${sessionId} ${address.chatId} ${person}`
}

/** The records of an address when they are cached and the person goes by no new name. */
export function cachedChat(ctx: Context, sessionId: string, address: ChatAddress): ResolvedChat | undefined {
  const known = caches.of(ctx).resolved.get(addressKey(sessionId, address))
  if (known === undefined) return undefined
  const pushName = address.person?.pushName ?? null
  return pushName === null || pushName === known.contact?.pushName ? known : undefined
}

/** Caches records that have been committed. */
export function cacheChat(
  ctx: Context,
  sessionId: string,
  address: ChatAddress,
  resolved: ResolvedChat,
): void {
  const cache = caches.of(ctx)
  cache.resolved.set(addressKey(sessionId, address), resolved)
  cache.chats.set(`${sessionId} ${resolved.chat.waChatId}`, resolved.chat)
}

/** The records of addresses of one session, made where they are missing. */
export async function resolveChats(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  sessionId: string,
  addresses: readonly ChatAddress[],
  merge: MergeContacts,
): Promise<ResolvedChat[]> {
  const persons = addresses.flatMap((address) => address.person ?? [])
  const contacts = await resolveContacts(ctx, sql, tenantId, persons, merge)
  await meetContacts(sql, tenantId, sessionId, [
    ...new Set([...contacts.values()].map((contact) => contact.id)),
  ])
  const wanted = addresses.map((address) => {
    const contact = address.person === null ? null : (contacts.get(personKey(address.person)) ?? null)
    const kind = chatKind(address.chatId)
    if (kind !== 'person')
      return { kind, contact, contactId: null, waChatId: address.chatId, key: address.chatId }
    if (contact === null) throw new Error('a 1:1 chat needs to know whose it is')
    return { kind, contact, contactId: contact.id, waChatId: waChatIdOf(contact), key: contact.id }
  })
  const chats = await ensureChats(ctx, sql, tenantId, sessionId, wanted)
  return wanted.map(({ key, contact }) => {
    const chat = chats.get(key)
    if (chat === undefined) throw new Error('a chat vanished while it was looked up')
    return { chat, contact }
  })
}

interface WantedChat {
  kind: ChatRef['kind']
  contactId: string | null
  waChatId: string
  /** Contact id for persons, WhatsApp id for the rest. */
  key: string
}

async function ensureChats(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  sessionId: string,
  wanted: readonly WantedChat[],
): Promise<Map<string, ChatRef>> {
  const contactIds = [...new Set(wanted.flatMap((chat) => chat.contactId ?? []))]
  const waChatIds = [...new Set(wanted.flatMap((chat) => (chat.contactId === null ? chat.waChatId : [])))]
  const read = async (): Promise<Map<string, ChatRef>> => {
    const rows = await listChatRefs(sql, tenantId, sessionId, contactIds, waChatIds)
    return new Map(rows.map((row) => [row.contactId ?? row.waChatId, row]))
  }
  let known = await read()
  const missing = new Map(wanted.filter((chat) => !known.has(chat.key)).map((chat) => [chat.key, chat]))
  if (missing.size > 0) {
    const rows = [...missing.values()].map(({ kind, contactId, waChatId }) => ({
      id: ctx.ids.uuid(),
      kind,
      contactId,
      waChatId,
    }))
    await insertChats(sql, tenantId, sessionId, rows, ctx.clock.now())
    known = await read()
  }
  const renamed = wanted.filter((chat) => known.get(chat.key)?.waChatId !== chat.waChatId)
  if (renamed.length > 0) {
    const names = renamed.flatMap(({ contactId, waChatId }) =>
      contactId === null ? [] : [{ contactId, waChatId }],
    )
    await renameChats(sql, tenantId, names)
    for (const { key, waChatId } of renamed) {
      const chat = known.get(key)
      if (chat !== undefined) known.set(key, { ...chat, waChatId })
    }
  }
  return known
}

/** A chat that somebody wrote in, from memory; cold chats are always read anew. */
export function cachedWarmChat(ctx: Context, sessionId: string, chatId: ChatId): ChatRef | undefined {
  const chat = caches.of(ctx).chats.get(`${sessionId} ${chatId}`)
  return chat === undefined || chat.lastInboundMs === null ? undefined : chat
}

/** The chat that a caller's chat id means; undefined when the session has none yet. */
export async function findChat(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  chatId: ChatId,
  sql: Sql = ctx.db.sql,
): Promise<ChatRef | undefined> {
  let chat: ChatRef | undefined
  if (chatKind(chatId) === 'person') {
    const contact = await findContactByDigits(sql, tenantId, parsePhone(chatId) ?? '')
    if (contact === undefined) return undefined
    ;[chat] = await listChatRefs(sql, tenantId, sessionId, [contact.id], [])
  } else {
    ;[chat] = await listChatRefs(sql, tenantId, sessionId, [], [chatId])
  }
  if (chat !== undefined && sql === ctx.db.sql) caches.of(ctx).chats.set(`${sessionId} ${chatId}`, chat)
  return chat
}

/** A chat of a session by its internal id. */
export function findChatById(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  id: string,
): Promise<ChatRef | undefined> {
  return findChatRef(ctx.db.sql, tenantId, sessionId, id)
}

/** Calls a contact's chats by its phone. */
export function renameChatsOf(
  sql: Sql,
  tenantId: string,
  names: readonly { contactId: string; waChatId: string }[],
): Promise<void> {
  return renameChats(sql, tenantId, names)
}

/** Keeps the day (UTC, `YYYY-MM-DD`) on which starting this conversation was charged. */
export function noteColdDay(sql: Sql, tenantId: string, chatId: string, day: string): Promise<void> {
  return updateColdDay(sql, tenantId, chatId, day)
}

/** Somebody wrote: the chat is warm from now on. Call after the commit. */
export function noteInbound(ctx: Context, chat: ChatRef, atMs: number): void {
  chat.lastInboundMs = Math.max(chat.lastInboundMs ?? 0, atMs)
  const { chats } = caches.of(ctx)
  const known = chats.get(`${chat.sessionId} ${chat.waChatId}`)
  if (known !== undefined && known !== chat) known.lastInboundMs = Math.max(known.lastInboundMs ?? 0, atMs)
}

/** Keeps what groups are called. */
export async function applyGroups(ctx: Context, updates: readonly GroupUpdate[]): Promise<void> {
  const named = new Map<string, NamedChat>()
  for (const { tenantId, sessionId, chatId, subject } of updates) {
    const kind = chatKind(chatId)
    if (subject === null || kind === 'person') continue
    named.set(`${sessionId} ${chatId}`, {
      id: ctx.ids.uuid(),
      tenantId,
      sessionId,
      kind,
      waChatId: chatId,
      name: subject,
    })
  }
  if (named.size > 0) await upsertSubjects(ctx.db.sql, [...named.values()], ctx.clock.now())
}

import type { Context } from '../../../context.ts'
import { contentMentions, contentText, type MessageType } from '../../../engine/content.ts'
import type { InboundMessage, Person } from '../../../engine/events.ts'
import { chatKind, parsePhone, phoneOf } from '../../../engine/ids.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { sqlStateOf } from '../../../platform/database/sql-state.ts'
import { seal } from '../../../platform/secrets.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { countReceived } from '../../account/usage/usage.service.ts'
import {
  type ChatAddress,
  cacheChat,
  cachedChat,
  clearChatCache,
  noteInbound,
  type ResolvedChat,
  resolveChats,
} from '../chats/chats.service.ts'
import { displayName } from '../contacts/contacts.service.ts'
import { detailsOf, detailsToWire, sealDetails } from '../messages/message-details.service.ts'
import {
  type MessageProgress,
  type MessageReceived,
  messageReceived,
  messageSent,
} from '../messages/message-events.schema.ts'
import { previewOf, storableText } from '../messages/message-text.service.ts'
import { isMediaType, type MessageDetails } from '../messages/messages.schema.ts'
import { fullTextPurpose, protoPurpose } from '../messages/purposes.service.ts'
import { applyDeferred } from './apply-deferred.service.ts'
import {
  type ArrivedRow,
  dropPlaceholders,
  insertArrived,
  linkReplies,
  listExistingSessions,
} from './inbound.store.ts'
import { mergeContactsWith } from './merge-contacts.service.ts'
import { applyReactions } from './reactions.service.ts'

/** A message that came this shortly after it was written keeps our own, finer order. */
const liveWindowMs = 10_000

interface Arrival {
  message: InboundMessage
  address: ChatAddress
  resolved: ResolvedChat
  row: ArrivedRow
  text: string
  details: MessageDetails | null
}

function personOf(message: InboundMessage): Person | null {
  const { phone, lid, pushName } = message.sender
  const name = pushName === null || message.isFromMe ? null : firstCharacters(storableText(pushName), 200)
  if (message.isGroup) {
    return message.isFromMe || (phone === null && lid === null) ? null : { phone, lid, pushName: name }
  }
  if (chatKind(message.chatId) !== 'person') return null
  // The other side of a 1:1 chat always has an address: at least the one the chat is called by.
  return phone === null && lid === null
    ? { phone: parsePhone(message.chatId) ?? null, lid: null, pushName: name }
    : { phone, lid, pushName: name }
}

async function resolveAddresses(
  ctx: Context,
  sql: Sql,
  messages: readonly InboundMessage[],
): Promise<Map<InboundMessage, { address: ChatAddress; resolved: ResolvedChat }>> {
  const found = new Map<InboundMessage, { address: ChatAddress; resolved: ResolvedChat }>()
  for (const [sessionId, own] of Map.groupBy(messages, (message) => message.sessionId)) {
    const unknown: { message: InboundMessage; address: ChatAddress }[] = []
    for (const message of own) {
      const address = { chatId: message.chatId, person: personOf(message) }
      const resolved = cachedChat(ctx, sessionId, address)
      if (resolved === undefined) unknown.push({ message, address })
      else found.set(message, { address, resolved })
    }
    const [first] = unknown
    if (first === undefined) continue
    const addresses = unknown.map(({ address }) => address)
    const merge = mergeContactsWith(ctx)
    const resolved = await resolveChats(ctx, sql, first.message.tenantId, sessionId, addresses, merge)
    unknown.forEach(({ message, address }, index) => {
      found.set(message, { address, resolved: resolved[index] as ResolvedChat })
    })
  }
  return found
}

function toArrival(
  ctx: Context,
  message: InboundMessage,
  { address, resolved }: { address: ChatAddress; resolved: ResolvedChat },
  isTextKept: boolean,
): Arrival {
  const id = ctx.ids.uuid()
  const now = ctx.clock.now()
  const isLive =
    !message.isOffline &&
    !message.isHistory &&
    Math.abs(now.getTime() - message.waTimestamp.getTime()) < liveWindowMs
  const text = storableText(contentText(message.content))
  const waTimestamp = message.waTimestamp.toISOString()
  const type: MessageType = message.content.kind
  const held = detailsOf(message.content)
  const details = message.isForwarded === true ? { ...held, is_forwarded: true } : held
  const row: ArrivedRow = {
    id,
    tenant_id: message.tenantId,
    session_id: message.sessionId,
    chat_id: resolved.chat.id,
    wa_message_id: storableText(message.waMessageId),
    direction: message.isFromMe ? 'outbound' : 'inbound',
    sender_contact_id: message.isFromMe ? null : (resolved.contact?.id ?? null),
    message_type: type,
    status: message.isFromMe ? 'sent' : 'received',
    content_preview: previewOf(text),
    content_full: isTextKept
      ? seal(ctx.config, fullTextPurpose(id), Buffer.from(text)).toString('base64')
      : null,
    proto: seal(ctx.config, protoPurpose(id), message.proto).toString('base64'),
    details: details === null ? null : (sealDetails(ctx, id, details)?.toString('base64') ?? null),
    has_media: isMediaType(type),
    origin: message.isFromMe ? 'phone' : null,
    quoted: message.quotedWaMessageId,
    is_history: message.isHistory,
    wa_timestamp: waTimestamp,
    ordered_at: isLive ? now.toISOString() : waTimestamp,
    sent_at: message.isFromMe ? waTimestamp : null,
    created_at: now.toISOString(),
  }
  return { message, address, resolved, row, text, details }
}

function baseEvent({ message, resolved, row, text }: Arrival) {
  return {
    tenantId: message.tenantId,
    sessionId: message.sessionId,
    messageId: row.id,
    chatId: resolved.chat.waChatId,
    chatRecordId: resolved.chat.id,
    waMessageId: row.wa_message_id,
    messageType: message.content.kind,
    text,
    isGroup: message.isGroup,
  }
}

function receivedEvent(
  ctx: Context,
  arrival: Arrival,
  targets: ReadonlyMap<string, string>,
  replies: ReadonlyMap<string, string>,
): MessageReceived {
  const { message, resolved, row, details } = arrival
  const phone = resolved.contact?.phone ?? null
  return {
    ...baseEvent(arrival),
    senderPhone: phone === null ? null : phoneOf(phone),
    senderName: resolved.contact === null ? null : displayName(resolved.contact),
    senderContactId: resolved.contact?.id ?? null,
    hasMedia: row.has_media,
    details: details === null ? null : detailsToWire(ctx, row.id, details),
    targetMessageId: targets.get(row.id) ?? null,
    mentions: contentMentions(message.content),
    quotedWaMessageId: message.quotedWaMessageId,
    replyToId: replies.get(row.id) ?? null,
    waTimestamp: row.wa_timestamp,
    isOffline: message.isOffline,
  }
}

function ownPhoneEvent(arrival: Arrival): MessageProgress {
  return { ...baseEvent(arrival), status: 'sent', error: null, metadata: { origin: 'phone' } }
}

/** Tenants that keep whole texts; asked before the transaction, from memory. */
async function tenantsKeepingText(ctx: Context, messages: readonly InboundMessage[]): Promise<Set<string>> {
  const keeping = new Set<string>()
  for (const tenantId of new Set(messages.map((message) => message.tenantId))) {
    if ((await getSettings(ctx, tenantId)).storeFullText) keeping.add(tenantId)
  }
  return keeping
}

/** Stores what is new. What is known may be a placeholder whose content comes only now. */
async function insertNew(sql: Sql, rows: readonly ArrivedRow[]): Promise<Set<string>> {
  const inserted = await insertArrived(sql, rows)
  const known = rows.filter((row) => !inserted.has(row.id) && row.message_type !== 'unknown')
  if (known.length === 0 || (await dropPlaceholders(sql, known)) === 0) return inserted
  return new Set([...inserted, ...(await insertArrived(sql, known))])
}

/** What answers refer to; nearly all messages are none and cost nothing here. */
async function findReplies(sql: Sql, answers: readonly ArrivedRow[]): Promise<Map<string, string>> {
  return answers.length === 0 ? new Map() : linkReplies(sql, answers)
}

async function storeBatch(ctx: Context, messages: readonly InboundMessage[]): Promise<void> {
  const keeping = await tenantsKeepingText(ctx, messages)
  const stored = await ctx.db.transaction(async (sql) => {
    const resolved = await resolveAddresses(ctx, sql, messages)
    const arrivals: Arrival[] = []
    for (const message of messages) {
      const where = resolved.get(message)
      if (where !== undefined) arrivals.push(toArrival(ctx, message, where, keeping.has(message.tenantId)))
    }
    const inserted = await insertNew(
      sql,
      arrivals.map(({ row }) => row),
    )
    const fresh = arrivals.filter(({ row }) => inserted.has(row.id))
    if (fresh.length === 0) return { arrivals, fresh }
    const targets = await applyReactions(ctx, sql, fresh)
    const answers = fresh.filter(({ row }) => row.quoted !== null)
    const replies = await findReplies(
      sql,
      answers.map(({ row }) => row),
    )
    // What comes from WhatsApp's history is not published.
    const live = fresh.filter(({ message }) => !message.isHistory)
    const [received, own] = [
      live.filter(({ row }) => row.direction === 'inbound'),
      live.filter(({ row }) => row.direction === 'outbound'),
    ]
    const atMs = ctx.clock.nowMs()
    await countReceived(
      sql,
      received
        .filter(({ row }) => row.message_type !== 'reaction')
        .map(({ message: { tenantId, sessionId } }) => ({ tenantId, sessionId, atMs })),
    )
    await ctx.events.publishMany(
      sql,
      messageReceived,
      received.map((arrival) => receivedEvent(ctx, arrival, targets, replies)),
    )
    await ctx.events.publishMany(sql, messageSent, own.map(ownPhoneEvent))
    await applyDeferred(
      ctx,
      sql,
      fresh.map(({ row }) => row),
    )
    return { arrivals, fresh }
  })
  for (const { message, address, resolved } of stored.arrivals)
    cacheChat(ctx, message.sessionId, address, resolved)
  for (const { message, resolved, row } of stored.fresh) {
    if (!message.isFromMe && message.content.kind !== 'reaction')
      noteInbound(ctx, resolved.chat, Date.parse(row.ordered_at))
  }
}

async function withoutDeletedSessions(
  ctx: Context,
  messages: readonly InboundMessage[],
): Promise<InboundMessage[]> {
  const ids = [...new Set(messages.map((message) => message.sessionId))]
  const existing = await listExistingSessions(ctx.db.sql, ids)
  return messages.filter((message) => existing.has(message.sessionId))
}

/**
 * Stores messages with all they cause in one transaction and resolves when it is committed. What is already known
 * is neither stored nor published again. Messages of a session that was deleted meanwhile are dropped.
 */
export async function storeInbound(ctx: Context, messages: readonly InboundMessage[]): Promise<void> {
  let wanted = messages
  for (let attempt = 1; wanted.length > 0; attempt += 1) {
    try {
      return await storeBatch(ctx, wanted)
    } catch (error) {
      // 23503, 23505, 40P01: a cached record was merged or deleted, or two transactions met. Look again.
      if (attempt >= 10 || !['23503', '23505', '40P01'].includes(sqlStateOf(error))) throw error
      clearChatCache(ctx)
      wanted = await withoutDeletedSessions(ctx, wanted)
    }
  }
}

import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { parseChatId, phoneOf } from '../../../engine/ids.ts'
import { notFound, unknownThing } from '../../../platform/errors.ts'
import { isUuid } from '../../../platform/ids.ts'
import { unseal } from '../../../platform/secrets.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { isHistoryOpen, requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { type ChatRef, findChat, findChatById } from '../chats/chats.service.ts'
import { detailsToWire, openDetails } from './message-details.service.ts'
import type { MessageListInput, MessageObject, messageListAnswer } from './messages.schema.ts'
import {
  countMessages,
  findMessage,
  findMessageByKey,
  findMessageByWaId,
  findProtoBytes,
  findQuotable,
  isInChat,
  listMessages,
  listNearMessages,
  type MessageRow,
  type QuotableMessage,
} from './messages.store.ts'
import { fullTextPurpose, protoPurpose } from './purposes.service.ts'

export type { MessageRow, QuotableMessage } from './messages.store.ts'

/** The message as callers see it. */
export function messageToWire(ctx: Pick<Context, 'config'>, row: MessageRow): MessageObject {
  const whole = row.contentFull
  return {
    id: row.id,
    chat_id: row.chatId,
    wa_message_id: row.waMessageId,
    direction: row.direction,
    message_type: row.messageType,
    content_preview: row.contentPreview,
    status: row.status,
    sent_at: toTimestampOrNull(row.sentAt),
    created_at: toTimestamp(row.createdAt),
    session_id: row.sessionId,
    wa_chat_id: row.waChatId,
    sender_phone: phoneOf(row.senderPhone),
    sender_name: row.senderName,
    wa_timestamp: toTimestampOrNull(row.waTimestamp),
    reply_to_id: row.replyToId,
    is_starred: row.isStarred,
    reactions: row.reactions
      .filter(({ emoji }) => emoji !== '')
      .map(({ emoji, from, at }) => ({ emoji, from, at: toTimestamp(new Date(at)) })),
    edited_at: toTimestampOrNull(row.editedAt),
    deleted_at: toTimestampOrNull(row.deletedAt),
    delivered_at: toTimestampOrNull(row.deliveredAt),
    read_at: toTimestampOrNull(row.readAt),
    requires_approval: row.requiresApproval,
    error: row.error,
    is_cold: row.isCold,
    has_media: row.hasMedia,
    ...detailsToWire(ctx, row.id, openDetails(ctx, row.id, row.details), row.pollVotes ?? []),
    text: whole === null ? null : unseal(ctx.config, fullTextPurpose(row.id), whole).toString(),
  }
}

/** The chat that a caller names by its WhatsApp id or its internal one; 404 for neither. */
export async function getChat(ctx: Context, sessionId: string, name: string): Promise<ChatRef> {
  const tenantId = tenantOf(ctx)
  const find = async (): Promise<ChatRef | undefined> => {
    if (isUuid(name)) return findChatById(ctx, tenantId, sessionId, name)
    const chatId = parseChatId(name)
    return chatId === undefined ? undefined : findChat(ctx, tenantId, sessionId, chatId)
  }
  const chat = await find()
  if (chat === undefined) throw unknownThing('Chat')
  return chat
}

interface MessagePage {
  rows: MessageRow[]
  hasOlder: boolean
  hasNewer: boolean
}

/** Those on both sides of a message, or on one; one more than is wanted tells whether there are others. */
async function readNear(
  ctx: Context,
  { tenantId, id: chatId }: ChatRef,
  { before, after, around, limit }: MessageListInput,
): Promise<MessagePage> {
  const { sql } = ctx.db
  const messageId = before ?? after ?? around ?? ''
  const place = { tenantId, chatId, messageId }
  if (!(await isInChat(sql, place)))
    throw notFound.create({ message: 'before, after, around: no such message in this chat' })
  const older = after === undefined ? (before === undefined ? Math.ceil(limit / 2) : limit) : 0
  const newer = limit - older
  const list = (side: 'older' | 'newer', count: number) =>
    listNearMessages(sql, place, {
      side,
      isIncluded: around !== undefined && side === 'older',
      limit: count + 1,
    })
  const [olderRows, newerRows] = [await list('older', older), await list('newer', newer)]
  return {
    rows: [...newerRows.slice(Math.max(0, newerRows.length - newer)), ...olderRows.slice(0, older)],
    hasOlder: olderRows.length > older,
    hasNewer: newerRows.length > newer,
  }
}

async function readPage(
  ctx: Context,
  chat: ChatRef,
  input: MessageListInput,
  total: number,
): Promise<MessagePage> {
  const { before, after, around, limit, offset } = input
  if ([before, after, around].some((id) => id !== undefined)) return readNear(ctx, chat, input)
  const rows = await listMessages(ctx.db.sql, chat.tenantId, chat.id, limit, offset)
  return { rows, hasOlder: offset + rows.length < total, hasNewer: offset > 0 && total > 0 }
}

/** Messages of a chat, newest first. */
export async function listChatMessages(
  ctx: Context,
  input: MessageListInput & { session_id: string; chat_id: string },
): Promise<z.infer<typeof messageListAnswer>> {
  await requireOpenHistory(ctx)
  await getSession(ctx, input.session_id)
  const chat = await getChat(ctx, input.session_id, input.chat_id)
  const { limit, offset } = input
  const total = await countMessages(ctx.db.sql, chat.tenantId, chat.id)
  const { rows, hasOlder, hasNewer } = await readPage(ctx, chat, input, total)
  const messages = rows.map((row) => messageToWire(ctx, row))
  return { messages, total, limit, offset, has_more: hasOlder, has_newer: hasNewer }
}

/** One message by our id or WhatsApp's. */
export async function getMessage(ctx: Context, id: string): Promise<MessageObject> {
  await requireOpenHistory(ctx)
  return messageToWire(ctx, await requireMessage(ctx, id))
}

/**
 * A message after something was done to it, as its caller may see it: what others wrote is not given away to those
 * who may not read it.
 */
export async function showMessage(ctx: Context, id: string): Promise<MessageObject> {
  const message = messageToWire(ctx, await requireMessage(ctx, id))
  if (message.direction === 'outbound' || (await isHistoryOpen(ctx))) return message
  const nothing = { content_preview: null, text: null, media: null, poll: null, location: null, vcards: null }
  return { ...message, ...nothing }
}

/** The record of one message of the caller's tenant, by our id or WhatsApp's; 404 when there is none. */
export async function requireMessage(ctx: Context, id: string): Promise<MessageRow> {
  const tenantId = tenantOf(ctx)
  const lowered = id.toLowerCase()
  const row = isUuid(lowered)
    ? await findMessage(ctx.db.sql, tenantId, lowered)
    : await findMessageByWaId(ctx.db.sql, tenantId, id)
  if (row === undefined) throw unknownThing('Message')
  return row
}

/** The serialised protobuf of a message of the last 7 days: retry receipts, quotes and poll votes need it. */
export async function findProto(
  ctx: Context,
  sessionId: string,
  waMessageId: string,
): Promise<Uint8Array | undefined> {
  const found = await findProtoBytes(ctx.db.sql, tenantOf(ctx), sessionId, waMessageId)
  return found === undefined ? undefined : unseal(ctx.config, protoPurpose(found.id), found.proto)
}

/** A message with what quoting it needs, or 404. */
export async function getQuotable(ctx: Context, tenantId: string, id: string): Promise<QuotableMessage> {
  const message = await findQuotable(ctx.db.sql, tenantId, id)
  if (message === undefined) throw notFound.create({ message: 'reply_to: no such message' })
  return message
}

/** The message sent under an idempotency key since a timestamp. */
export function findByIdempotencyKey(
  ctx: Context,
  tenantId: string,
  key: string,
  since: Date,
): Promise<MessageRow | undefined> {
  return findMessageByKey(ctx.db.sql, tenantId, key, since)
}

/** One message of a tenant by our id. */
export function findMessageById(ctx: Context, tenantId: string, id: string): Promise<MessageRow | undefined> {
  return findMessage(ctx.db.sql, tenantId, id)
}

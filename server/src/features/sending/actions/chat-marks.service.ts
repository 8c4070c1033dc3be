import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import type { MessageTarget } from '../../../engine/content.ts'
import { type ChatId, chatKind, parseChatId } from '../../../engine/ids.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { isUuid } from '../../../platform/ids.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { publishChatUpdated } from '../../conversations/chats/chat-changes.service.ts'
import { isUnread, listUnread, markRead, markUnread } from '../../conversations/chats/read-marks.service.ts'
import { waChatIdOf } from '../../conversations/contacts/contacts.service.ts'
import { getChat } from '../../conversations/messages/messages.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import {
  notInChannels,
  type readAnswer,
  type typingAnswer,
  type typingBody,
  type unreadAnswer,
} from './message-actions.schema.ts'

/** More than this at once would be one enormous receipt; what is older counts as read with it. */
const mostReceipts = 1000

/** Tells senders that their messages were read and takes them off the counter; all unread ones when none is named. */
export async function readChat(
  ctx: Context,
  input: { session_id: string; chat_id: string; message_ids?: string[] | undefined },
): Promise<z.infer<typeof readAnswer>> {
  const session = await getWorkingSession(ctx, input.session_id)
  const chat = await getChat(ctx, session.id, input.chat_id)
  const { tenantId } = session
  const ids = input.message_ids === undefined ? undefined : [...new Set(input.message_ids)]
  const unread = await listUnread(ctx.db.sql, tenantId, chat.id, { ids, limit: mostReceipts })
  // A chat that was only marked as unread has nothing that its senders could be told, and is read all the same.
  if (unread.length === 0 && (ids !== undefined || !(await isUnread(ctx.db.sql, tenantId, chat.id))))
    return { status: 'ok', marked: 0 }
  const targets = unread.map((message): MessageTarget => {
    const hasSender = chat.kind === 'group' && (message.phone !== null || message.lid !== null)
    return {
      waMessageId: message.waMessageId,
      isFromMe: false,
      sender: hasSender ? waChatIdOf(message) : null,
    }
  })
  await ctx.engine.chats.markRead(session.id, chat.waChatId, targets)
  const unreadIds = unread.map(({ id }) => id)
  const options = { at: ctx.clock.now(), isAll: ids === undefined }
  const marked = await ctx.db.transaction(async (sql) => {
    const count = await markRead(sql, tenantId, chat.id, unreadIds, options)
    await publishChatUpdated(ctx, sql, tenantId, chat.id)
    return count
  })
  return { status: 'ok', marked }
}

/** Shows a chat as unread, here and on the account's devices; the senders learn nothing. */
export async function unreadChat(
  ctx: Context,
  input: { session_id: string; chat_id: string },
): Promise<z.infer<typeof unreadAnswer>> {
  const session = await getWorkingSession(ctx, input.session_id)
  const chat = await getChat(ctx, session.id, input.chat_id)
  const { tenantId } = session
  await ctx.engine.chats.markUnread(session.id, chat.waChatId)
  await ctx.db.transaction(async (sql) => {
    await markUnread(sql, tenantId, chat.id, ctx.clock.now())
    await publishChatUpdated(ctx, sql, tenantId, chat.id)
  })
  return { status: 'ok' }
}

/** Ends of what is shown in chats, by session and chat. */
const typingTimers = defineProcessState(
  () => new Map<string, { cancel(): void }>(),
  (all) => {
    for (const timer of all.values()) timer.cancel()
  },
)

function scheduleEnd(ctx: Context, sessionId: string, chatId: ChatId, ms: number): void {
  const all = typingTimers.of(ctx)
  const key = `${sessionId} ${chatId}`
  all.get(key)?.cancel()
  all.delete(key)
  if (ms <= 0) return
  const timer = ctx.clock.schedule(ms, () => {
    if (all.get(key) === timer) all.delete(key)
    // WhatsApp ends it by itself after a while, so a connection lost in this moment does no harm.
    ctx.engine.setChatState(sessionId, chatId, 'paused').catch((err: unknown) => {
      ctx.log.debug({ err, sessionId }, 'the end of typing could not be shown')
    })
  })
  all.set(key, timer)
}

/** Shows typing or recording in a chat for a while; 0 leaves the end to WhatsApp. */
export async function showTyping(
  ctx: Context,
  input: { session_id: string; chat_id: string } & z.output<typeof typingBody>,
): Promise<z.infer<typeof typingAnswer>> {
  const session = await getWorkingSession(ctx, input.session_id)
  const chatId = isUuid(input.chat_id)
    ? (await getChat(ctx, session.id, input.chat_id)).waChatId
    : parseChatId(input.chat_id)
  if (chatId === undefined) throw unknownThing('Chat')
  if (chatKind(chatId) === 'channel') throw notInChannels.create()
  await ctx.engine.setChatState(session.id, chatId, input.state)
  scheduleEnd(ctx, session.id, chatId, input.state === 'paused' ? 0 : input.duration_ms)
  return { status: 'ok' }
}

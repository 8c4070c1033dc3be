import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import type { chatListAnswer, chatObject } from './chat-list.schema.ts'
import {
  type ChatFilter,
  type ChatListRow,
  chatCondition,
  countChats,
  countConversations,
  isUnanswered,
  listChats,
  type WaitingCounts,
} from './chat-list.store.ts'

export type { ChatFilter } from './chat-list.store.ts'

/** A filter as a condition on `h`, rows of chats, and `c`, their contacts: for lists that show more beside them. */
export function conditionOfChats(filter: ChatFilter) {
  return chatCondition(filter)
}

/** Whether a person waits for an answer in the chat `h`, as a condition. */
export function unansweredCondition(now: Date) {
  return isUnanswered(now)
}

const wireTimestamp = (timestamp: string | null): string | null =>
  timestamp === null ? null : toTimestamp(new Date(timestamp))

function chatToWire(row: ChatListRow): z.infer<typeof chatObject> {
  const { lastDirection, lastStatus } = row
  const hasLast = lastDirection !== null && lastStatus !== null
  return {
    id: row.id,
    wa_chat_id: row.waChatId,
    name: row.name,
    is_group: row.isGroup,
    contact_phone: row.contactPhone === null ? null : phoneOf(row.contactPhone),
    message_count: row.messageCount,
    unread_count: row.unreadCount,
    last_message: hasLast
      ? { direction: lastDirection, content_preview: row.lastPreview, status: lastStatus }
      : null,
    last_message_at: wireTimestamp(row.lastMessageAt),
    last_inbound_at: wireTimestamp(row.lastInboundAt),
    last_outbound_at: wireTimestamp(row.lastOutboundAt),
    is_archived: row.isArchived,
    is_pinned: row.isPinned,
    muted_until: wireTimestamp(row.mutedUntil),
    labels: row.labels,
  }
}

/** Page and filter of a chat list. */
export interface ChatListInput {
  session_id: string
  limit: number
  offset: number
  search?: string | undefined
  is_group?: boolean | undefined
  is_archived?: boolean | undefined
  unread?: boolean | undefined
  unanswered?: boolean | undefined
  label_id?: string | undefined
}

/** Chats of a session, the most recent first. */
export async function listSessionChats(
  ctx: Context,
  input: ChatListInput,
): Promise<z.infer<typeof chatListAnswer>> {
  await requireOpenHistory(ctx)
  const session = await getSession(ctx, input.session_id)
  const { limit, offset, search } = input
  const filter = {
    tenantId: session.tenantId,
    sessionId: session.id,
    search,
    isGroup: input.is_group,
    isArchived: input.is_archived,
    isUnread: input.unread,
    isUnanswered: input.unanswered,
    labelId: input.label_id,
    now: ctx.clock.now(),
  }
  const [rows, total] = [
    await listChats(ctx.db.sql, filter, limit, offset),
    await countChats(ctx.db.sql, filter),
  ]
  return { chats: rows.map(chatToWire), total, limit, offset }
}

/** How many chats of the tenant have something unread, and in how many a person waits for an answer. */
export function countWaiting(ctx: Context): Promise<WaitingCounts> {
  return countConversations(ctx.db.sql, tenantOf(ctx), ctx.clock.now())
}

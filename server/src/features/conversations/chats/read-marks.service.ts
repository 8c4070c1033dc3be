import type { Sql } from '../../../platform/database/database.ts'
import { notFound } from '../../../platform/errors.ts'
import { updateChatState } from './chat-states.store.ts'
import * as store from './read-marks.store.ts'

/**
 * The unread messages of a chat: those named (404 when one is not of this chat), or the newest ones, at most `limit`.
 */
export async function listUnread(
  sql: Sql,
  tenantId: string,
  chatId: string,
  wanted: { ids: readonly string[] | undefined; limit: number },
): Promise<store.UnreadMessage[]> {
  const { ids, limit } = wanted
  if (ids === undefined) return store.listUnread(sql, tenantId, chatId, limit)
  const named = await store.listNamed(sql, tenantId, chatId, ids)
  if (named.length < ids.length)
    throw notFound.create({ message: 'message_ids: no such message in this chat' })
  return named.filter(({ isUnread }) => isUnread)
}

/** Keeps when messages were read and takes them off the counter of their chat; answers how many were unread. */
export function markRead(
  sql: Sql,
  tenantId: string,
  chatId: string,
  ids: readonly string[],
  options: { at: Date; isAll: boolean },
): Promise<number> {
  return store.markRead(sql, tenantId, chatId, ids, options)
}

/** Whether a chat is shown as unread. */
export function isUnread(sql: Sql, tenantId: string, chatId: string): Promise<boolean> {
  return store.isUnread(sql, tenantId, chatId)
}

/** Shows a chat as unread: with one unread message, unless it has more. */
export function markUnread(sql: Sql, tenantId: string, chatId: string, now: Date): Promise<void> {
  return updateChatState(sql, tenantId, chatId, { isRead: false }, now)
}

// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A count of unread messages as the phone had it; null when it does not say when. */
export interface UnreadCount {
  count: number
  asOf: Date | null
}

/** Settings of one chat to change; what is undefined stays. */
export interface ChatStateChange {
  isArchived?: boolean | undefined
  isPinned?: boolean | undefined
  /** Null ends the mute. */
  mutedUntil?: Date | null | undefined
  isRead?: boolean | undefined
  /** How many unread messages the phone counted, and as of when. */
  unread?: UnreadCount | undefined
}

const endOfTime = Date.parse('9999-12-31T00:00:00Z')

/** A timestamp as PostgreSQL takes it: a phone may name one that is none, or beyond every calendar. */
function sqlTimestamp(timestamp: Date | null) {
  const ms = timestamp?.getTime()
  const kept = ms === undefined ? null : ms >= 0 && ms < endOfTime ? ms : endOfTime
  return text`${kept === null ? null : new Date(kept).toISOString()}::timestamptz`
}

/** Whether the counter is of a later moment: somebody read or wrote in the chat, or the phone has counted since. */
function isKnownBetter(at: ReturnType<typeof sqlTimestamp>) {
  return text`(coalesce(unread_changed_at > ${at}, false) OR coalesce(last_outbound_at >= ${at}, false))`
}

/** As of when the counter holds after a change. */
function changedAtAfter({ isRead, unread }: ChatStateChange, now: Date) {
  if (isRead !== undefined) return sqlTimestamp(now)
  if (unread === undefined || unread.asOf === null) return text`unread_changed_at`
  return text`greatest(unread_changed_at, ${sqlTimestamp(unread.asOf)})`
}

/** The counter of a chat after a change. Reactions are nothing to read. */
function unreadAfter({ isRead, unread }: ChatStateChange) {
  if (isRead !== undefined) return isRead ? text`0` : text`greatest(unread_count, 1)`
  if (unread === undefined) return text`unread_count`
  const { count, asOf } = unread
  if (asOf === null) {
    return text`CASE WHEN unread_changed_at IS NULL THEN greatest(unread_count, ${count}::int) ELSE unread_count END`
  }
  const at = sqlTimestamp(asOf)
  // What came since is not in the phone's count.
  return text`CASE WHEN ${isKnownBetter(at)} THEN unread_count
    ELSE ${count}::int + (SELECT count(*)::int FROM messages m WHERE m.chat_id = chats.id AND m.direction = 'inbound'
      AND m.read_at IS NULL AND m.message_type <> 'reaction' AND m.ordered_at > ${at} AND m.wa_timestamp > ${at}) END`
}

/** Changes the settings of a chat that has a record. */
export async function updateChatState(
  sql: Sql,
  tenantId: string,
  chatId: string,
  change: ChatStateChange,
  now: Date,
): Promise<void> {
  const { isArchived, isPinned, mutedUntil } = change
  const muted = mutedUntil === undefined ? text`muted_until` : sqlTimestamp(mutedUntil)
  await sql.execute(text`
    UPDATE chats SET is_archived = coalesce(${isArchived ?? null}, is_archived),
      is_pinned = coalesce(${isPinned ?? null}, is_pinned), muted_until = ${muted}, unread_count = ${unreadAfter(change)},
      unread_changed_at = ${changedAtAfter(change, now)}
    WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
}

/** How a chat stands, as far as it is not about what was said in it. */
export async function findChatState(sql: Sql, tenantId: string, chatId: string) {
  const { rows } = await sql.execute<{
    sessionId: string
    waChatId: string
    unreadCount: number
    isArchived: boolean
    isPinned: boolean
    mutedUntil: Date | string | null
  }>(text`
    SELECT session_id AS "sessionId", wa_chat_id AS "waChatId", unread_count AS "unreadCount", is_archived AS "isArchived",
      is_pinned AS "isPinned", muted_until AS "mutedUntil"
    FROM chats WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
  return rows[0]
}

/** Keeps the settings of a chat that has no record yet; they are taken over when it gets one. */
export async function storeChatState(
  sql: Sql,
  chat: { tenantId: string; sessionId: string; waChatId: string },
  { isArchived, isPinned, mutedUntil, isRead, unread }: ChatStateChange,
  now: Date,
): Promise<void> {
  const muted = mutedUntil === undefined ? text`s.muted_until` : sqlTimestamp(mutedUntil)
  const count = isRead === undefined ? (unread?.count ?? 0) : isRead ? 0 : 1
  const asOf = sqlTimestamp(isRead === undefined ? (unread?.asOf ?? null) : now)
  const isCounted = isRead !== undefined || unread !== undefined
  const isNewer = text`${isCounted} AND coalesce(s.unread_changed_at <= excluded.unread_changed_at, true)`
  await sql.execute(text`
    INSERT INTO wa_chat_states AS s (session_id, wa_chat_id, tenant_id, is_archived, is_pinned, muted_until, unread_count,
      unread_changed_at)
    SELECT id, ${chat.waChatId}, tenant_id, ${isArchived ?? false}, ${isPinned ?? false}, ${sqlTimestamp(mutedUntil ?? null)},
      ${count}::int, ${asOf}
    FROM sessions WHERE id = ${chat.sessionId} AND tenant_id = ${chat.tenantId}
    ON CONFLICT (session_id, wa_chat_id) DO UPDATE SET is_archived = coalesce(${isArchived ?? null}, s.is_archived),
      is_pinned = coalesce(${isPinned ?? null}, s.is_pinned), muted_until = ${muted},
      unread_count = CASE WHEN ${isNewer} THEN excluded.unread_count ELSE s.unread_count END,
      unread_changed_at = CASE WHEN ${isNewer} THEN excluded.unread_changed_at ELSE s.unread_changed_at END`)
}

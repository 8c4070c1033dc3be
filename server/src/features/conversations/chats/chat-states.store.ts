// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** Settings of one chat to change; what is undefined stays. */
export interface ChatStateChange {
  isArchived?: boolean | undefined
  isPinned?: boolean | undefined
  /** Null ends the mute. */
  mutedUntil?: Date | null | undefined
  isRead?: boolean | undefined
}

const endOfTime = Date.parse('9999-12-31T00:00:00Z')

/** A timestamp as PostgreSQL takes it: a phone may name one that is none, or beyond every calendar. */
function sqlTimestamp(timestamp: Date | null) {
  const ms = timestamp?.getTime()
  const kept = ms === undefined ? null : ms >= 0 && ms < endOfTime ? ms : endOfTime
  return text`${kept === null ? null : new Date(kept).toISOString()}::timestamptz`
}

/** Changes the settings of a chat that has a record. */
export async function updateChatState(
  sql: Sql,
  tenantId: string,
  chatId: string,
  { isArchived, isPinned, mutedUntil, isRead }: ChatStateChange,
): Promise<void> {
  const muted = mutedUntil === undefined ? text`muted_until` : sqlTimestamp(mutedUntil)
  const unread =
    isRead === undefined ? text`unread_count` : isRead ? text`0` : text`greatest(unread_count, 1)`
  await sql.execute(text`
    UPDATE chats SET is_archived = coalesce(${isArchived ?? null}, is_archived),
      is_pinned = coalesce(${isPinned ?? null}, is_pinned), muted_until = ${muted}, unread_count = ${unread}
    WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
}

/** Keeps the settings of a chat that has no record yet; they are taken over when it gets one. */
export async function storeChatState(
  sql: Sql,
  chat: { tenantId: string; sessionId: string; waChatId: string },
  { isArchived, isPinned, mutedUntil }: ChatStateChange,
): Promise<void> {
  const muted = mutedUntil === undefined ? text`s.muted_until` : sqlTimestamp(mutedUntil)
  await sql.execute(text`
    INSERT INTO wa_chat_states AS s (session_id, wa_chat_id, tenant_id, is_archived, is_pinned, muted_until)
    SELECT id, ${chat.waChatId}, tenant_id, ${isArchived ?? false}, ${isPinned ?? false}, ${sqlTimestamp(mutedUntil ?? null)}
    FROM sessions WHERE id = ${chat.sessionId} AND tenant_id = ${chat.tenantId}
    ON CONFLICT (session_id, wa_chat_id) DO UPDATE SET is_archived = coalesce(${isArchived ?? null}, s.is_archived),
      is_pinned = coalesce(${isPinned ?? null}, s.is_pinned), muted_until = ${muted}`)
}

import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { readPhonePart } from '../../../platform/phone-text.ts'
/** A chat as the list shows it. */
export interface ChatListRow extends Record<string, unknown> {
  id: string
  waChatId: string
  name: string | null
  isGroup: boolean
  contactPhone: string | null
  messageCount: number
  unreadCount: number
  isArchived: boolean
  isPinned: boolean
  mutedUntil: string | null
  lastMessageAt: string | null
  lastInboundAt: string | null
  lastOutboundAt: string | null
  lastDirection: 'inbound' | 'outbound' | null
  lastPreview: string | null
  lastStatus: string | null
  labels: { id: string; name: string; color: string }[]
}

/** Which chats of a session to list. */
export interface ChatFilter {
  tenantId: string
  /** Without: of all sessions. */
  sessionId: string | undefined
  search: string | undefined
  isGroup: boolean | undefined
  isArchived: boolean | undefined
  isUnread: boolean | undefined
  isUnanswered: boolean | undefined
  labelId: string | undefined
  now: Date
}

/** Whoever has waited for longer has most likely been answered some other way, or wants no answer. */
const unansweredDays = 7

/**
 * A person wrote last, within the last days, in a chat that is not archived; of `h`, a row of chats. The first part is
 * the condition of an index and has to stay as it is there.
 */
export function isUnanswered(now: Date): SQL {
  const since = new Date(now.getTime() - unansweredDays * 24 * 60 * 60_000)
  return text`h.kind = 'person' AND NOT h.is_archived
    AND (h.last_outbound_at IS NULL OR h.last_inbound_at > h.last_outbound_at)
    AND h.last_inbound_at > ${since.toISOString()}::timestamptz`
}

/**
 * The condition of a filter on `h`, rows of chats, and `c`, their contacts. A chat in which nothing was ever said (a group
 * just joined) is no conversation yet.
 */
export function chatCondition(filter: ChatFilter): SQL {
  const { tenantId, sessionId, search, isGroup, isArchived, isUnread, isUnanswered: waits, labelId } = filter
  const parts = [text`h.tenant_id = ${tenantId}`, text`h.last_message_at IS NOT NULL`]
  if (sessionId !== undefined) parts.push(text`h.session_id = ${sessionId}`)
  if (isGroup !== undefined) parts.push(text`(h.kind = 'group') = ${isGroup}`)
  if (isArchived !== undefined) parts.push(text`h.is_archived = ${isArchived}`)
  if (isUnread !== undefined) parts.push(isUnread ? text`h.unread_count > 0` : text`h.unread_count = 0`)
  if (waits === true) parts.push(isUnanswered(filter.now))
  if (waits === false) parts.push(text`(${isUnanswered(filter.now)}) IS NOT TRUE`)
  if (labelId !== undefined)
    parts.push(
      text`EXISTS (SELECT FROM chat_labels x WHERE x.chat_id = h.id AND x.label_id = ${labelId} AND x.is_set)`,
    )
  if (search !== undefined) parts.push(isFound(search))
  return text.join(parts, text` AND `)
}

/** By a part of the name, whoever gave it, or of the number. */
function isFound(search: string): SQL {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const digits = readPhonePart(search).replace(/\D/g, '')
  return text`(h.name ILIKE ${pattern} OR c.name ILIKE ${pattern} OR c.book_name ILIKE ${pattern}
    OR c.push_name ILIKE ${pattern} OR h.wa_chat_id ILIKE ${digits.length >= 3 ? `%${digits}%` : pattern})`
}

const fromFiltered = (filter: ChatFilter) => text`FROM chats h LEFT JOIN contacts c ON c.id = h.contact_id
  WHERE ${chatCondition(filter)}`

/** One page of chats, the most recent first. */
export async function listChats(
  sql: Sql,
  filter: ChatFilter,
  limit: number,
  offset: number,
): Promise<ChatListRow[]> {
  const { rows } = await sql.execute<ChatListRow>(text`
    WITH page AS (
      SELECT h.id, h.wa_chat_id, coalesce(h.name, c.name, c.book_name, c.push_name) AS name, h.kind, c.phone, h.message_count,
        h.unread_count, h.is_archived, h.is_pinned, h.muted_until, h.last_message_id, h.last_message_at, h.last_inbound_at, h.last_outbound_at
      ${fromFiltered(filter)}
      ORDER BY h.last_message_at DESC NULLS LAST, h.id DESC LIMIT ${limit} OFFSET ${offset}
    )
    SELECT p.id, p.wa_chat_id AS "waChatId", p.name, p.kind = 'group' AS "isGroup", p.phone AS "contactPhone",
      p.message_count AS "messageCount", p.unread_count AS "unreadCount", p.is_archived AS "isArchived",
      p.is_pinned AS "isPinned", p.muted_until AS "mutedUntil", p.last_message_at AS "lastMessageAt",
      p.last_inbound_at AS "lastInboundAt", p.last_outbound_at AS "lastOutboundAt", m.direction AS "lastDirection",
      m.content_preview AS "lastPreview", m.status AS "lastStatus", coalesce(x.labels, '[]') AS labels
    FROM page p LEFT JOIN messages m ON m.id = p.last_message_id
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'color', l.color) ORDER BY lower(l.name), l.id) AS labels
      FROM chat_labels c JOIN labels l ON l.id = c.label_id WHERE c.chat_id = p.id AND c.is_set
    ) x ON true
    ORDER BY p.last_message_at DESC NULLS LAST, p.id DESC`)
  return rows
}

/** How many chats match. */
export async function countChats(sql: Sql, filter: ChatFilter): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(
    text`SELECT count(*)::int AS total ${fromFiltered(filter)}`,
  )
  return rows[0]?.total ?? 0
}

/** What waits in chats. */
export interface WaitingCounts extends Record<string, unknown> {
  unreadChats: number
  unreadMessages: number
  /** Chats in which a person waits for an answer, and since when the first of them does. */
  unanswered: number
  since: Date | string | null
}

/** Chats with something unread, and people who wait for an answer. */
export async function countConversations(sql: Sql, tenantId: string, now: Date): Promise<WaitingCounts> {
  const { rows } = await sql.execute<WaitingCounts>(text`
    SELECT u.chats AS "unreadChats", u.messages AS "unreadMessages", w.chats AS unanswered, w.since
    FROM (SELECT count(*)::int AS chats, coalesce(sum(unread_count), 0)::int AS messages FROM chats
        WHERE tenant_id = ${tenantId} AND unread_count > 0 AND last_message_at IS NOT NULL) u,
      (SELECT count(*)::int AS chats, min(h.last_inbound_at) AS since FROM chats h
        WHERE h.tenant_id = ${tenantId} AND ${isUnanswered(now)} AND h.last_message_at IS NOT NULL) w`)
  return rows[0] ?? { unreadChats: 0, unreadMessages: 0, unanswered: 0, since: null }
}

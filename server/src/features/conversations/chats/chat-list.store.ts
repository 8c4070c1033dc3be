import { sql as text } from 'drizzle-orm'
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
  sessionId: string
  search: string | undefined
  isGroup: boolean | undefined
  isArchived: boolean | undefined
}

// A chat in which nothing was ever said (a group just joined) is no conversation yet.
function condition({ tenantId, sessionId, search, isGroup, isArchived }: ChatFilter) {
  const pattern = search === undefined ? undefined : `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const digits = readPhonePart(search ?? '').replace(/\D/g, '')
  return text`FROM chats h LEFT JOIN contacts c ON c.id = h.contact_id
    WHERE h.tenant_id = ${tenantId} AND h.session_id = ${sessionId} AND h.last_message_at IS NOT NULL
    ${isGroup === undefined ? text`` : text`AND (h.kind = 'group') = ${isGroup}`}
    ${isArchived === undefined ? text`` : text`AND h.is_archived = ${isArchived}`}
    ${
      pattern === undefined
        ? text``
        : text`AND (h.name ILIKE ${pattern} OR c.name ILIKE ${pattern} OR c.book_name ILIKE ${pattern}
          OR c.push_name ILIKE ${pattern}
          OR h.wa_chat_id ILIKE ${digits.length >= 3 ? `%${digits}%` : pattern})`
    }`
}

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
      ${condition(filter)}
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
    text`SELECT count(*)::int AS total ${condition(filter)}`,
  )
  return rows[0]?.total ?? 0
}

// Reads tables of other areas: conversations (chat_labels, chats, contacts, labels, messages), leads (leads), safety (opt_outs), sessions (sessions).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import {
  type ChatFilter,
  conditionOfChats,
  unansweredCondition,
} from '../../conversations/chats/chat-list.service.ts'
import type { LeadStatus } from '../../leads/detection/leads.tables.ts'

/** A chat as the inbox shows it. */
export interface InboxRow extends Record<string, unknown> {
  id: string
  sessionId: string
  contactId: string | null
  waChatId: string
  name: string | null
  isGroup: boolean
  contactPhone: string | null
  messageCount: number
  unreadCount: number
  isArchived: boolean
  isPinned: boolean
  isUnanswered: boolean
  mutedUntil: string | null
  lastMessageAt: string | null
  lastInboundAt: string | null
  lastOutboundAt: string | null
  /** With all its digits, as PostgreSQL prints it. */
  exactAt: string
  last: {
    id: string
    direction: string
    type: string
    preview: string | null
    status: string
    error: string | null
    sender: string | null
  } | null
  labels: { id: string; name: string; color: string }[]
  lead: { id: string; status: LeadStatus; score: number } | null
  isOptedOut: boolean
}

/** Where the page before ended. */
export interface InboxCursor {
  exactAt: string
  id: string
}

const behind = (after: InboxCursor | undefined): SQL =>
  after === undefined
    ? text`true`
    : text`(h.last_message_at, h.id) < (${after.exactAt}::timestamptz, ${after.id}::uuid)`

/** The columns of a page `p` with everything that is shown beside them. */
function rowsOf(page: SQL, now: Date): SQL {
  return text`
    WITH page AS MATERIALIZED (${page})
    SELECT p.id, p.session_id AS "sessionId", p.contact_id AS "contactId", p.wa_chat_id AS "waChatId",
      coalesce(p.name, c.name, c.book_name, c.push_name) AS name, p.kind = 'group' AS "isGroup",
      c.phone AS "contactPhone", p.message_count AS "messageCount", p.unread_count AS "unreadCount",
      p.is_archived AS "isArchived", p.is_pinned AS "isPinned", p.muted_until AS "mutedUntil",
      p.last_message_at AS "lastMessageAt", p.last_inbound_at AS "lastInboundAt", p.last_outbound_at AS "lastOutboundAt",
      p.last_message_at::text AS "exactAt",
      coalesce((SELECT ${unansweredCondition(now)} FROM chats h WHERE h.id = p.id), false) AS "isUnanswered",
      CASE WHEN m.id IS NOT NULL THEN json_build_object('id', m.id, 'direction', m.direction, 'type', m.message_type,
        'preview', m.content_preview, 'status', m.status, 'error', m.error, 'sender', CASE WHEN p.kind = 'group' THEN
        (SELECT coalesce(w.name, w.book_name, w.push_name) FROM contacts w WHERE w.id = m.sender_contact_id) END) END AS last,
      coalesce(x.labels, '[]') AS labels, l.lead, o.address IS NOT NULL AS "isOptedOut"
    FROM page p LEFT JOIN contacts c ON c.id = p.contact_id LEFT JOIN messages m ON m.id = p.last_message_id
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'color', l.color) ORDER BY lower(l.name), l.id) AS labels
      FROM chat_labels y JOIN labels l ON l.id = y.label_id WHERE y.chat_id = p.id AND y.is_set
    ) x ON true
    LEFT JOIN LATERAL (
      SELECT json_build_object('id', l.id, 'status', l.status, 'score', l.signal_score) AS lead FROM leads l
      WHERE l.contact_id = p.contact_id AND l.tenant_id = p.tenant_id
      ORDER BY l.status IN ('new', 'contacted', 'qualified') DESC, l.detected_at DESC LIMIT 1
    ) l ON true
    LEFT JOIN LATERAL (
      SELECT address FROM opt_outs WHERE tenant_id = p.tenant_id AND is_opted_out
        AND address IN (c.phone, 'lid:' || c.lid) LIMIT 1
    ) o ON true
    ORDER BY p.last_message_at DESC, p.id DESC`
}

/**
 * One page of the chats of a tenant, the most recent first: each session gives its own first ones, in the order that its
 * index has.
 */
export async function listInboxChats(
  sql: Sql,
  filter: ChatFilter,
  { after, offset, limit }: { after: InboxCursor | undefined; offset: number; limit: number },
): Promise<InboxRow[]> {
  const { tenantId, sessionId } = filter
  const page = text`
    SELECT q.* FROM sessions s CROSS JOIN LATERAL (
      SELECT h.* FROM chats h LEFT JOIN contacts c ON c.id = h.contact_id
      WHERE h.session_id = s.id AND ${behind(after)} AND ${conditionOfChats(filter)}
      ORDER BY h.last_message_at DESC NULLS LAST, h.id DESC LIMIT ${limit + offset}
    ) q
    WHERE s.tenant_id = ${tenantId} ${sessionId === undefined ? text`` : text`AND s.id = ${sessionId}`}
    ORDER BY q.last_message_at DESC, q.id DESC LIMIT ${limit} OFFSET ${offset}`
  const { rows } = await sql.execute<InboxRow>(rowsOf(page, filter.now))
  return rows
}

/** One chat of a tenant. */
export async function findInboxChat(
  sql: Sql,
  tenantId: string,
  id: string,
  now: Date,
): Promise<InboxRow | undefined> {
  const page = text`SELECT h.* FROM chats h WHERE h.id = ${id} AND h.tenant_id = ${tenantId}`
  const { rows } = await sql.execute<InboxRow>(rowsOf(page, now))
  return rows[0]
}

/** How many chats match. */
export async function countInboxChats(sql: Sql, filter: ChatFilter): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM chats h LEFT JOIN contacts c ON c.id = h.contact_id
    WHERE h.session_id IN (SELECT id FROM sessions WHERE tenant_id = ${filter.tenantId})
      AND ${conditionOfChats(filter)}`)
  return rows[0]?.total ?? 0
}

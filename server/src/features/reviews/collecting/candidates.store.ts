// Reads tables of other areas: conversations (chats, contacts), sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { soundTypes, wordedTypes } from './collecting.schema.ts'

/** A message that may be a review. */
export interface Candidate extends Record<string, unknown> {
  messageId: string
  kind: 'person' | 'group'
  waChatId: string
  contactId: string | null
  contactName: string | null
  /** Digits. */
  contactPhone: string | null
  /** Empty of a sound. */
  text: string
  /** ISO 8601. */
  at: string
  /** What it is ordered by, as PostgreSQL prints it. */
  orderedAt: string
}

const columns = text`m.id AS "messageId", c.kind, c.wa_chat_id AS "waChatId", p.id AS "contactId",
  coalesce(p.push_name, p.name, p.book_name) AS "contactName", p.phone AS "contactPhone",
  coalesce(m.content_preview, '') AS text, m.ordered_at::text AS "orderedAt",
  to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`

/** What is said in a sound may be written down elsewhere. What the tenant's own accounts say to each other is no review. */
const worded = text`m.direction = 'inbound' AND m.deleted_at IS NULL AND c.kind IN ('person', 'group')
  AND m.message_type = ANY(${text.param([...wordedTypes])}::text[])
  AND (coalesce(m.content_preview, '') <> '' OR m.message_type = ANY(${text.param([...soundTypes])}::text[]))
  AND NOT EXISTS (SELECT FROM sessions s WHERE s.tenant_id = m.tenant_id AND s.phone_number = p.phone)`

const from = text`messages m JOIN chats c ON c.id = m.chat_id LEFT JOIN contacts p ON p.id = m.sender_contact_id`

/** Those of these messages that hold somebody's words. */
export async function listCandidates(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Candidate[]> {
  const { rows } = await sql.execute<Candidate>(text`
    SELECT ${columns} FROM ${from}
    WHERE m.id = ANY(${text.param([...messageIds])}::uuid[]) AND m.tenant_id = ${tenantId} AND ${worded}
    ORDER BY m.id`)
  return rows
}

/** Which chats a run looks through. */
export interface ScannedChats {
  tenantId: string
  sessionId: string
  kinds: readonly ('person' | 'group')[]
  /** WhatsApp ids; null: all. */
  waChatIds: readonly string[] | null
}

/** The next chats of a run, in the order of their ids. */
export async function listNextChats(
  sql: Sql,
  chats: ScannedChats,
  afterId: string | null,
  limit: number,
): Promise<string[]> {
  const named =
    chats.waChatIds === null
      ? text``
      : text`AND wa_chat_id = ANY(${text.param([...chats.waChatIds])}::text[])`
  const behind = afterId === null ? text`` : text`AND id > ${afterId}::uuid`
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM chats WHERE session_id = ${chats.sessionId} AND tenant_id = ${chats.tenantId}
      AND kind = ANY(${text.param([...chats.kinds])}::text[]) ${named} ${behind}
    ORDER BY id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** The next messages of a chat that hold somebody's words, oldest first. */
export async function listNextCandidates(
  sql: Sql,
  tenantId: string,
  chatId: string,
  after: { orderedAt: string; messageId: string } | null,
  limit: number,
): Promise<Candidate[]> {
  const behind =
    after === null
      ? text``
      : text`AND (m.ordered_at, m.id) > (${after.orderedAt}::timestamptz, ${after.messageId}::uuid)`
  const { rows } = await sql.execute<Candidate>(text`
    SELECT ${columns} FROM ${from}
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} ${behind} AND ${worded}
    ORDER BY m.ordered_at, m.id LIMIT ${limit}`)
  return rows
}

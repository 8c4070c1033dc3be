// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A message that arrived, as its columns; bytes are base64. */
export interface ArrivedRow {
  id: string
  tenant_id: string
  session_id: string
  chat_id: string
  wa_message_id: string
  direction: 'inbound' | 'outbound'
  sender_contact_id: string | null
  message_type: string
  status: 'received' | 'sent'
  content_preview: string
  content_full: string | null
  proto: string
  details: string | null
  has_media: boolean
  origin: 'phone' | null
  quoted: string | null
  is_history: boolean
  wa_timestamp: string
  ordered_at: string
  sent_at: string | null
  created_at: string
}

/**
 * Stores what is new, adds it to its chats and answers its ids. The statement is a function of the database
 * (migration 0007), see there.
 */
export async function insertArrived(sql: Sql, rows: readonly ArrivedRow[]): Promise<Set<string>> {
  const { rows: stored } = await sql.execute<{ id: string }>(text`
    SELECT id FROM store_arrived_messages(${JSON.stringify(rows)}::json) AS id`)
  return new Set(stored.map((row) => row.id))
}

/**
 * Which messages these answer, by the answer's id: only messages of the same chat that are known. What came together with
 * its answer was not there yet when that was stored, and is noted now; everything else was noted then.
 */
export async function linkReplies(sql: Sql, rows: readonly ArrivedRow[]): Promise<Map<string, string>> {
  const { rows: linked } = await sql.execute<{ id: string; replyToId: string }>(text`
    WITH found AS (
      SELECT r.id, r.tenant_id, q.id AS answered FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS r(id uuid, tenant_id uuid, session_id uuid, chat_id uuid, quoted text)
      CROSS JOIN LATERAL (
        SELECT a.id FROM messages a WHERE a.session_id = r.session_id AND a.wa_message_id = r.quoted
          AND a.chat_id = r.chat_id AND a.tenant_id = r.tenant_id AND a.id <> r.id LIMIT 1
      ) q
    ), late AS (
      UPDATE messages m SET reply_to_id = f.answered FROM found f
      WHERE m.id = f.id AND m.tenant_id = f.tenant_id AND m.reply_to_id IS DISTINCT FROM f.answered
    )
    SELECT id, answered AS "replyToId" FROM found`)
  return new Map(linked.map(({ id, replyToId }) => [id, replyToId]))
}

/** Which of these sessions still exist, of any tenant. */
export async function listExistingSessions(sql: Sql, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM sessions WHERE id = ANY(${text.param([...ids])}::uuid[])`)
  return new Set(rows.map((row) => row.id))
}

/**
 * Removes what was kept in place of messages whose content came late, so that they can be stored; answers how many.
 */
export async function dropPlaceholders(sql: Sql, rows: readonly ArrivedRow[]): Promise<number> {
  const { rows: dropped } = await sql.execute<{ tenantId: string; chatId: string; isUnread: boolean }>(text`
    DELETE FROM messages m USING json_to_recordset(${JSON.stringify(rows)}::json) AS r(tenant_id uuid, session_id uuid,
      chat_id uuid, wa_message_id text, direction text, sender_contact_id uuid, message_type text)
    WHERE m.session_id = r.session_id AND m.wa_message_id = r.wa_message_id AND m.chat_id = r.chat_id
      AND m.tenant_id = r.tenant_id AND m.direction = r.direction AND m.sender_contact_id IS NOT DISTINCT FROM r.sender_contact_id
      AND m.message_type = 'unknown' AND r.message_type <> 'unknown' AND m.deleted_at IS NULL
    RETURNING m.tenant_id AS "tenantId", m.chat_id AS "chatId", m.direction = 'inbound' AND m.read_at IS NULL AS "isUnread"`)
  for (const { tenantId, chatId, isUnread } of dropped) {
    await sql.execute(text`
      UPDATE chats SET message_count = message_count - 1, unread_count = greatest(0, unread_count - ${isUnread ? 1 : 0})
      WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
  }
  return dropped.length
}

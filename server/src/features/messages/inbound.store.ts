import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'
import { addToChats } from '../chats/chats.service.ts'

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
  has_media: boolean
  origin: 'phone' | null
  quoted: string | null
  wa_timestamp: string
  ordered_at: string
  sent_at: string | null
  created_at: string
}

/**
 * Inserts what is new, adds it to its chats and answers its ids. What the own phone is said to have written may be the echo of a message
 * that left through us, perhaps under the other address of the chat: it is known by its id alone.
 */
export async function insertArrived(sql: Sql, rows: readonly ArrivedRow[]): Promise<Set<string>> {
  const result = await sql.execute<{ id: string }>(text`
    WITH stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, sender_contact_id,
      message_type, status, content_preview, content_full, proto, has_media, origin, reply_to_id, wa_timestamp,
      ordered_at, sent_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, r.direction, r.sender_contact_id,
      r.message_type, r.status, r.content_preview, decode(r.content_full, 'base64'), decode(r.proto, 'base64'),
      r.has_media, r.origin,
      CASE WHEN r.quoted IS NOT NULL THEN (SELECT q.id FROM messages q
        WHERE q.session_id = r.session_id AND q.wa_message_id = r.quoted AND q.chat_id = r.chat_id LIMIT 1) END,
      r.wa_timestamp, r.ordered_at, r.sent_at, r.created_at
    FROM (SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS j(id uuid, tenant_id uuid,
      session_id uuid, chat_id uuid, wa_message_id text, direction text, sender_contact_id uuid,
      message_type text, status text, content_preview text, content_full text, proto text, has_media boolean,
      origin text, quoted text, wa_timestamp timestamptz, ordered_at timestamptz, sent_at timestamptz,
      created_at timestamptz) LIMIT ${rows.length}) r
    WHERE r.direction = 'inbound' OR NOT EXISTS (SELECT FROM messages o
      WHERE o.session_id = r.session_id AND o.wa_message_id = r.wa_message_id AND o.direction = 'outbound')
    ON CONFLICT DO NOTHING RETURNING id, chat_id, direction, ordered_at
    ), grown AS (
      ${addToChats(text`stored`)}
    )
    SELECT id FROM stored`)
  return new Set(result.rows.map((row) => row.id))
}

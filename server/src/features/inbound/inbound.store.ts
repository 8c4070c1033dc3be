import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'

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

/** Which of these sessions still exist, of any tenant. */
export async function listExistingSessions(sql: Sql, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM sessions WHERE id = ANY(${text.param([...ids])}::uuid[])`)
  return new Set(rows.map((row) => row.id))
}

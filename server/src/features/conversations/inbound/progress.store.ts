import { sql as text } from 'drizzle-orm'
import type { MessageType } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { MessageStatus } from '../messages/messages.tables.ts'

/** What WhatsApp told of one message: the timestamps of its steps, and a refusal. */
export interface ProgressRow {
  session_id: string
  tenant_id: string
  wa_message_id: string
  sent_at: string | null
  delivered_at: string | null
  read_at: string | null
  failed_at: string | null
  error: string | null
}

/** A message as it was before it moved on, with what its events say. */
export interface MovedMessage extends Record<string, unknown> {
  id: string
  tenantId: string
  sessionId: string
  chatId: string
  waChatId: string
  kind: 'person' | 'group' | 'channel'
  waMessageId: string
  messageType: MessageType
  contentPreview: string | null
  metadata: Record<string, unknown> | null
  createdAt: string
  /** Before. */
  status: MessageStatus
  sentAt: string | null
  deliveredAt: string | null
  readAt: string | null
}

/**
 * Moves messages on, never back: pending, sent, delivered, read; failed only instead of sent. Answers every message
 * that changed as it was before. The statement is a function of the database (migration 0004), see there.
 */
export async function moveMessages(sql: Sql, rows: readonly ProgressRow[]): Promise<MovedMessage[]> {
  const result = await sql.execute<MovedMessage>(text`
    SELECT id, tenant_id AS "tenantId", session_id AS "sessionId", chat_id AS "chatId", wa_chat_id AS "waChatId",
      kind, wa_message_id AS "waMessageId", message_type AS "messageType", content_preview AS "contentPreview",
      metadata, created_at::text AS "createdAt", status, sent_at::text AS "sentAt",
      delivered_at::text AS "deliveredAt", read_at::text AS "readAt"
    FROM move_messages(${JSON.stringify(rows)}::json)`)
  return result.rows
}

/** Which of these outbound messages are stored, as `session id`, a space and the WhatsApp id. */
export async function listKnownMessages(
  sql: Sql,
  refs: readonly { tenantId: string; sessionId: string; waMessageId: string }[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ key: string }>(text`
    SELECT m.session_id::text || ' ' || m.wa_message_id AS key
    FROM unnest(${text.param(refs.map(({ sessionId }) => sessionId))}::uuid[],
        ${text.param(refs.map(({ waMessageId }) => waMessageId))}::text[],
        ${text.param(refs.map(({ tenantId }) => tenantId))}::uuid[]) AS p (session_id, wa_message_id, tenant_id)
      CROSS JOIN LATERAL (SELECT t.session_id, t.wa_message_id FROM messages t
        WHERE t.session_id = p.session_id AND t.wa_message_id = p.wa_message_id AND t.direction = 'outbound'
          AND t.tenant_id = p.tenant_id LIMIT 1) m`)
  return new Set(rows.map((row) => row.key))
}

/** Adds messages that turned out to be sent on this path, and not on the sender's, to their chats. */
export async function settleMoved(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql.execute(text`SELECT add_messages_to_chats(${text.param([...ids])}::uuid[])`)
}

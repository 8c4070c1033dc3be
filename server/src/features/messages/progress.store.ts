import { sql as text } from 'drizzle-orm'
import type { MessageType } from '../../engine/content.ts'
import type { Sql } from '../../platform/database.ts'
import { addToChats } from '../chats/chats.service.ts'
import type { MessageStatus } from './messages.tables.ts'

/** What WhatsApp told of one message: the moments it moved on, and a refusal. */
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
 * that changed as it was before. Rows are locked in the order given. The limit tells the planner how few rows there
 * are, and the lateral look-up keeps it from reading the whole table while that has no statistics yet.
 */
export async function moveMessages(sql: Sql, rows: readonly ProgressRow[]): Promise<MovedMessage[]> {
  // Those that turn out to be sent on this path and not on the sender's.
  const fresh = text`(SELECT id, chat_id, 'outbound' AS direction, ordered_at FROM before
    WHERE sent_at IS NULL AND coalesce(r_sent, r_delivered, r_read) IS NOT NULL)`
  const result = await sql.execute<MovedMessage>(text`
    WITH r AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS j(session_id uuid, tenant_id uuid,
        wa_message_id text, sent_at timestamptz, delivered_at timestamptz, read_at timestamptz,
        failed_at timestamptz, error text) LIMIT ${rows.length}
    ), before AS (
      SELECT m.*, r.sent_at AS r_sent, r.delivered_at AS r_delivered, r.read_at AS r_read, r.failed_at AS r_failed,
        r.error AS r_error
      FROM r CROSS JOIN LATERAL (
        SELECT m.id, m.tenant_id, m.session_id, m.chat_id, m.wa_message_id, m.message_type, m.content_preview,
          m.metadata, m.ordered_at, m.created_at, m.status, m.sent_at, m.delivered_at, m.read_at
        FROM messages m WHERE m.session_id = r.session_id AND m.wa_message_id = r.wa_message_id
          AND m.direction = 'outbound' FOR UPDATE
      ) m
      WHERE m.tenant_id = r.tenant_id AND m.status <> 'failed'
        AND ((r.read_at IS NOT NULL AND m.read_at IS NULL)
          OR (r.delivered_at IS NOT NULL AND m.delivered_at IS NULL AND m.read_at IS NULL)
          OR (r.sent_at IS NOT NULL AND m.sent_at IS NULL)
          OR (r.failed_at IS NOT NULL AND m.status = 'pending'))
    ), moved AS (
      UPDATE messages m SET
        status = CASE
          WHEN coalesce(b.r_read, b.read_at) IS NOT NULL THEN 'read'
          WHEN coalesce(b.r_delivered, b.delivered_at) IS NOT NULL THEN 'delivered'
          WHEN coalesce(b.r_sent, b.sent_at) IS NOT NULL THEN 'sent'
          ELSE 'failed' END,
        sent_at = coalesce(b.sent_at, b.r_sent, b.r_delivered, b.r_read),
        delivered_at = coalesce(b.delivered_at, b.r_delivered),
        read_at = coalesce(b.read_at, b.r_read),
        error = CASE WHEN coalesce(b.sent_at, b.r_sent, b.r_delivered, b.r_read) IS NULL THEN b.r_error END
      FROM before b WHERE m.id = b.id
    ), gone AS (
      DELETE FROM outbox o USING before b WHERE o.message_id = b.id
    ), grown AS (
      ${addToChats(fresh)}
    )
    SELECT b.id, b.tenant_id AS "tenantId", b.session_id AS "sessionId", b.chat_id AS "chatId",
      h.wa_chat_id AS "waChatId", h.kind, b.wa_message_id AS "waMessageId", b.message_type AS "messageType",
      b.content_preview AS "contentPreview", b.metadata,
      b.created_at::text AS "createdAt", b.status, b.sent_at::text AS "sentAt",
      b.delivered_at::text AS "deliveredAt", b.read_at::text AS "readAt"
    FROM before b JOIN chats h ON h.id = b.chat_id`)
  return result.rows
}

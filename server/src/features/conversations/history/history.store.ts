// Reads tables of other areas: sessions (sessions).
import { and, asc, eq, sql as text } from 'drizzle-orm'
import type { HistoryProgress } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type HistorySyncRow, historySyncs } from './history.tables.ts'

/** Adds a piece to what is known of its kind (names that come after the last one open nothing again); undefined when the session is gone. */
export async function addPiece(
  sql: Sql,
  piece: HistoryProgress,
  now: Date,
): Promise<HistorySyncRow | undefined> {
  const at = text`${now.toISOString()}::timestamptz`
  const { rows } = await sql.execute(text`
    INSERT INTO history_syncs AS h (session_id, kind, tenant_id, percent, is_complete, messages, chats, contacts,
      started_at, updated_at)
    SELECT s.id, ${piece.kind}, s.tenant_id, ${piece.percent}, ${piece.isComplete}, ${piece.messages}, ${piece.chats},
      ${piece.contacts}, ${at}, ${at}
    FROM sessions s WHERE s.id = ${piece.sessionId} AND s.tenant_id = ${piece.tenantId}
    ON CONFLICT (session_id, kind) DO UPDATE SET percent = coalesce(excluded.percent, h.percent),
      is_complete = h.is_complete OR excluded.is_complete, messages = h.messages + excluded.messages, chats = h.chats + excluded.chats,
      contacts = h.contacts + excluded.contacts, updated_at = excluded.updated_at
    RETURNING session_id`)
  if (rows.length === 0) return undefined
  const ofKind = and(eq(historySyncs.sessionId, piece.sessionId), eq(historySyncs.kind, piece.kind))
  const [row] = await sql
    .select()
    .from(historySyncs)
    .where(and(ofKind, eq(historySyncs.tenantId, piece.tenantId)))
  return row
}

/** Removes how far the history of a session had come. */
export async function deleteSyncs(sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  await sql
    .delete(historySyncs)
    .where(and(eq(historySyncs.tenantId, tenantId), eq(historySyncs.sessionId, sessionId)))
}

/** What is known of a session's history. */
export function listSyncs(sql: Sql, tenantId: string, sessionId: string): Promise<HistorySyncRow[]> {
  return sql
    .select()
    .from(historySyncs)
    .where(and(eq(historySyncs.tenantId, tenantId), eq(historySyncs.sessionId, sessionId)))
    .orderBy(asc(historySyncs.startedAt), asc(historySyncs.kind))
}

/** The oldest message of a chat, from which older ones are asked for. */
export interface OldestMessage extends Record<string, unknown> {
  waMessageId: string
  direction: 'inbound' | 'outbound'
  senderPhone: string | null
  senderLid: string | null
  at: string
}

/** The oldest stored message of a chat. */
export async function findOldestMessage(
  sql: Sql,
  tenantId: string,
  chatId: string,
): Promise<OldestMessage | undefined> {
  const { rows } = await sql.execute<OldestMessage>(text`
    SELECT m.wa_message_id AS "waMessageId", m.direction, c.phone AS "senderPhone", c.lid AS "senderLid",
      coalesce(m.wa_timestamp, m.ordered_at) AS at
    FROM messages m LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} AND m.status NOT IN ('pending', 'pending_approval', 'failed')
    ORDER BY m.ordered_at, m.id LIMIT 1`)
  return rows[0]
}

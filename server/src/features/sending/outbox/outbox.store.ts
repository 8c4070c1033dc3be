// Reads tables of other areas: conversations (chats, messages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { WaitsFor } from '../limits/send-limits.schema.ts'

/** A message to store before it is handed over; bytes are base64. */
export interface NewMessageRow {
  id: string
  tenant_id: string
  session_id: string
  chat_id: string
  wa_message_id: string
  message_type: string
  content_preview: string
  content_full: string | null
  details: string | null
  has_media: boolean
  origin: string
  metadata: Record<string, unknown> | null
  is_cold: boolean
  reply_to_id: string | null
  idempotency_key: string | null
  idempotency_hash: string | null
  answered_pending: boolean
  content: string
  waits_for: WaitsFor | null
  created_at: string
  /** First day of the month (UTC) it counts in; null when the caller reserves quota for it. */
  counted_month: string | null
}

/**
 * Stores messages with what still has to leave; answers the ids that went in: a used idempotency key does not. The
 * statement is a function of the database (migration 0007), see there.
 */
export async function insertOutgoing(sql: Sql, rows: readonly NewMessageRow[]): Promise<Set<string>> {
  const { rows: stored } = await sql.execute<{ id: string }>(text`
    SELECT id FROM store_outgoing_messages(${JSON.stringify(rows)}::json) AS id`)
  return new Set(stored.map((row) => row.id))
}

/** A message that WhatsApp took. */
export interface SentRow {
  id: string
  tenant_id: string
  at: string
  /** Base64. */
  proto: string
}

/**
 * Marks messages as sent, clears them from the outbox and adds them to their chats and counts them on a day
 * (UTC); answers those that nobody had marked before. A function of the database, as above.
 */
export async function markSent(sql: Sql, rows: readonly SentRow[], day: string): Promise<Set<string>> {
  const { rows: marked } = await sql.execute<{ id: string }>(text`
    SELECT id FROM settle_sent_messages(${JSON.stringify(rows)}::json, ${day}::date) AS id`)
  return new Set(marked.map((row) => row.id))
}

/** Counts one hand-over without an answer; answers how many there were. */
export async function countUnanswered(sql: Sql, tenantId: string, id: string): Promise<number> {
  const { rows } = await sql.execute<{ unanswered: number }>(text`
    UPDATE outbox SET unanswered = unanswered + 1 WHERE message_id = ${id} AND tenant_id = ${tenantId}
    RETURNING unanswered`)
  return rows[0]?.unanswered ?? 0
}

/** Counts one try to bring the message's file to WhatsApp that failed; answers how many there were. */
export async function countUploadFailure(sql: Sql, tenantId: string, id: string): Promise<number> {
  const { rows } = await sql.execute<{ failures: number }>(text`
    UPDATE outbox SET upload_failures = upload_failures + 1 WHERE message_id = ${id} AND tenant_id = ${tenantId}
    RETURNING upload_failures AS failures`)
  return rows[0]?.failures ?? 0
}

/** A waiting message starts to leave. */
export async function startLeaving(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.execute(text`
    UPDATE outbox SET waits_for = NULL WHERE message_id = ${id} AND tenant_id = ${tenantId}`)
}

/** A message that still has to leave, with all that sending it again needs. */
export interface WaitingMessage extends Record<string, unknown> {
  id: string
  tenantId: string
  sessionId: string
  chatId: string
  waChatId: string
  kind: 'person' | 'group' | 'channel'
  waMessageId: string
  messageType: string
  origin: string
  metadata: Record<string, unknown> | null
  replyToId: string | null
  isCold: boolean
  content: Buffer
  waitsFor: WaitsFor | null
  notBefore: Date | string | null
  /** When it began to wait: its own timestamp, or that of its approval. */
  queuedAt: Date | string
  lastInboundAt: Date | string | null
  createdAt: Date | string
}

const waitingSelection = text`
    SELECT m.id, m.tenant_id AS "tenantId", m.session_id AS "sessionId", m.chat_id AS "chatId",
      h.wa_chat_id AS "waChatId", h.kind, m.wa_message_id AS "waMessageId", m.message_type AS "messageType",
      m.origin, m.metadata, m.reply_to_id AS "replyToId", m.is_cold AS "isCold", o.content,
      o.waits_for AS "waitsFor", o.not_before AS "notBefore", o.created_at AS "queuedAt",
      h.last_inbound_at AS "lastInboundAt", m.created_at AS "createdAt"
    FROM outbox o JOIN messages m ON m.id = o.message_id JOIN chats h ON h.id = m.chat_id`

/** The next messages of a session, oldest first, leaving out some. The session's owner asks, for its tenant. */
export async function listWaiting(
  sql: Sql,
  sessionId: string,
  without: readonly string[],
  limit: number,
): Promise<WaitingMessage[]> {
  const { rows } = await sql.execute<WaitingMessage>(text`
    ${waitingSelection}
    WHERE o.session_id = ${sessionId} AND m.status = 'pending'
      AND o.message_id <> ALL(${text.param([...without])}::uuid[])
    ORDER BY o.message_id LIMIT ${limit}`)
  return rows
}

/** Sessions with messages that still have to leave, of every tenant: only the process itself asks. */
export async function listSessionsWithWaiting(sql: Sql): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`SELECT DISTINCT session_id AS id FROM outbox`)
  return rows.map((row) => row.id)
}

/** Defers a message until a timestamp. */
export async function putOff(sql: Sql, tenantId: string, id: string, until: Date): Promise<void> {
  await sql.execute(text`
    UPDATE outbox SET not_before = ${until.toISOString()} WHERE message_id = ${id} AND tenant_id = ${tenantId}`)
}

/** A message that waits for a person's word. */
export async function findHeld(sql: Sql, tenantId: string, id: string): Promise<WaitingMessage | undefined> {
  const { rows } = await sql.execute<WaitingMessage>(text`
    ${waitingSelection} WHERE m.id = ${id} AND m.tenant_id = ${tenantId} AND m.status = 'pending_approval'`)
  return rows[0]
}

/** What leaves of a message whose approval was given. */
export interface ApprovedContent {
  id: string
  tenantId: string
  content: Buffer
  waitsFor: WaitsFor | null
  at: Date
}

/** A message that waited for approval stands at the end of the line. */
export async function requeue(sql: Sql, row: ApprovedContent): Promise<void> {
  await sql.execute(text`
    UPDATE outbox SET waits_for = ${row.waitsFor}, not_before = NULL, content = ${row.content},
      created_at = ${row.at.toISOString()}
    WHERE message_id = ${row.id} AND tenant_id = ${row.tenantId}`)
}

/** Messages that need not leave any more. */
export async function deleteWaiting(sql: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  await sql.execute(text`
    DELETE FROM outbox WHERE message_id = ANY(${text.param([...ids])}::uuid[]) AND tenant_id = ${tenantId}`)
}

import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'
import type { WaitsFor } from './outbox.tables.ts'

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
 * statement is a function of the database (migration 0004), see there.
 */
export async function insertOutgoing(sql: Sql, rows: readonly NewMessageRow[]): Promise<Set<string>> {
  const { rows: stored } = await sql.execute<{ id: string }>(text`
    SELECT id FROM store_outgoing_messages(${JSON.stringify(rows)}::json) AS id`)
  return new Set(stored.map((row) => row.id))
}

/** Removes messages again in the transaction that stored them: the quota or the budget has no room. */
export async function deleteOutgoing(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql.execute(
    text`DELETE FROM messages WHERE id = ANY(${text.param([...ids])}::uuid[]) AND status = 'pending'`,
  )
}

/** Frees idempotency keys whose 24 hours are over. */
export async function clearKeys(sql: Sql, tenantId: string, key: string, before: Date): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET idempotency_key = NULL, idempotency_hash = NULL
    WHERE tenant_id = ${tenantId} AND idempotency_key = ${key} AND created_at <= ${before.toISOString()}`)
  return (rowCount ?? 0) > 0
}

/**
 * Charges a cold send to the session's budget of the day; once per chat and day. False when nothing is left. Both
 * rows are locked by the updates, so it is exact however many send at once.
 */
export async function chargeCold(
  sql: Sql,
  charge: { tenantId: string; sessionId: string; chatId: string; day: string; budget: number },
): Promise<boolean> {
  const { tenantId, sessionId, chatId, day, budget } = charge
  const session = await sql.execute<{ isUsed: boolean; isCharged: boolean }>(text`
    SELECT (s.cold_day IS NOT DISTINCT FROM ${day}::date AND s.cold_count >= ${budget}) OR ${budget} <= 0 AS "isUsed",
      coalesce((SELECT h.cold_day = ${day}::date OR h.last_inbound_at IS NOT NULL FROM chats h
        WHERE h.id = ${chatId} AND h.tenant_id = ${tenantId}), false) AS "isCharged"
    FROM sessions s WHERE s.id = ${sessionId} AND s.tenant_id = ${tenantId} FOR UPDATE OF s`)
  const found = session.rows[0]
  if (found === undefined || found.isCharged) return found !== undefined
  if (found.isUsed) return false
  await sql.execute(text`
    UPDATE sessions SET cold_count = CASE WHEN cold_day = ${day}::date THEN cold_count + 1 ELSE 1 END,
      cold_day = ${day}::date WHERE id = ${sessionId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE chats SET cold_day = ${day}::date WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
  return true
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

/** Marks one message as failed, unless it moved on meanwhile; clears it from the outbox. */
export async function markFailed(sql: Sql, tenantId: string, id: string, error: string): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET status = 'failed', error = ${error}
    WHERE id = ${id} AND tenant_id = ${tenantId} AND status = 'pending'`)
  await sql.execute(text`DELETE FROM outbox WHERE message_id = ${id} AND tenant_id = ${tenantId}`)
  return (rowCount ?? 0) > 0
}

/** Counts one hand-over without an answer; answers how many there were. */
export async function countUnanswered(sql: Sql, tenantId: string, id: string): Promise<number> {
  const { rows } = await sql.execute<{ unanswered: number }>(text`
    UPDATE outbox SET unanswered = unanswered + 1 WHERE message_id = ${id} AND tenant_id = ${tenantId}
    RETURNING unanswered`)
  return rows[0]?.unanswered ?? 0
}

/** A waiting message starts to leave. */
export async function startLeaving(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.execute(text`
    UPDATE outbox SET waits_for = NULL WHERE message_id = ${id} AND tenant_id = ${tenantId}`)
}

/** WhatsApp refused a new conversation: none until then. */
export async function lockReachOut(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  now: Date,
  until: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE sessions SET reach_out_locked_until = ${until.toISOString()}
    WHERE id = ${sessionId} AND tenant_id = ${tenantId}
      AND (reach_out_locked_until IS NULL OR reach_out_locked_until < ${now.toISOString()})`)
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
  lastInboundAt: Date | string | null
  createdAt: Date | string
}

/** The next messages of a session, oldest first, leaving out some. The session's owner asks, for its tenant. */
export async function listWaiting(
  sql: Sql,
  sessionId: string,
  without: readonly string[],
  limit: number,
): Promise<WaitingMessage[]> {
  const { rows } = await sql.execute<WaitingMessage>(text`
    SELECT m.id, m.tenant_id AS "tenantId", m.session_id AS "sessionId", m.chat_id AS "chatId",
      h.wa_chat_id AS "waChatId", h.kind, m.wa_message_id AS "waMessageId", m.message_type AS "messageType",
      m.origin, m.metadata, m.reply_to_id AS "replyToId", m.is_cold AS "isCold", o.content,
      o.waits_for AS "waitsFor", h.last_inbound_at AS "lastInboundAt", m.created_at AS "createdAt"
    FROM outbox o JOIN messages m ON m.id = o.message_id JOIN chats h ON h.id = m.chat_id
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

/** How many messages of a session wait for a limit. */
export async function countWaiting(sql: Sql, tenantId: string, sessionId: string): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM outbox
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND waits_for IS NOT NULL`)
  return rows[0]?.total ?? 0
}

/** When messages of a tenant left since a moment, through any door of ours. */
export async function listRecentSends(
  sql: Sql,
  tenantId: string,
  since: Date,
): Promise<{ sessionId: string; atMs: number }[]> {
  const { rows } = await sql.execute<{ sessionId: string; at: Date | string }>(text`
    SELECT session_id AS "sessionId", sent_at AS at FROM messages
    WHERE tenant_id = ${tenantId} AND direction = 'outbound' AND origin IS DISTINCT FROM 'phone'
      AND created_at > ${since.toISOString()}::timestamptz - interval '1 hour' AND sent_at > ${since.toISOString()}
    ORDER BY sent_at DESC LIMIT 1000`)
  return rows.map(({ sessionId, at }) => ({ sessionId, atMs: new Date(at).getTime() }))
}

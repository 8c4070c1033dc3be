import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

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

/** How many messages of a session wait for a limit. */
export async function countWaiting(sql: Sql, tenantId: string, sessionId: string): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM outbox
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND waits_for IS NOT NULL AND waits_for <> 'approval'`)
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

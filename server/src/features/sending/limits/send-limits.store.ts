// Reads tables of other areas: conversations (chats, messages), sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A cold send that is to be charged to its session's budget of the day. */
export interface ColdCharge {
  tenantId: string
  sessionId: string
  chatId: string
  /** UTC, `YYYY-MM-DD`. */
  day: string
  budget: number
}

/** Whether the budget of the day is used up, and whether this chat was charged already; the session stays locked. */
export async function lockColdBudget(
  sql: Sql,
  charge: ColdCharge,
): Promise<{ isUsed: boolean; isCharged: boolean } | undefined> {
  const { tenantId, sessionId, chatId, day, budget } = charge
  const { rows } = await sql.execute<{ isUsed: boolean; isCharged: boolean }>(text`
    SELECT (s.cold_day IS NOT DISTINCT FROM ${day}::date AND s.cold_count >= ${budget}) OR ${budget} <= 0 AS "isUsed",
      coalesce((SELECT h.cold_day = ${day}::date OR h.last_inbound_at IS NOT NULL FROM chats h
        WHERE h.id = ${chatId} AND h.tenant_id = ${tenantId}), false) AS "isCharged"
    FROM sessions s WHERE s.id = ${sessionId} AND s.tenant_id = ${tenantId} FOR UPDATE OF s`)
  return rows[0]
}

/** How many messages of a session wait for a limit. */
export async function countWaiting(sql: Sql, tenantId: string, sessionId: string): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM outbox
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND waits_for IS NOT NULL AND waits_for <> 'approval'`)
  return rows[0]?.total ?? 0
}

/** When messages of a tenant left since a timestamp, through whichever interface. */
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

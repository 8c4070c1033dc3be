// Reads tables of other areas: sessions (session_states).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A state a session was in from then on. */
export interface SessionStateEntry extends Record<string, unknown> {
  sessionId: string
  status: string
  reason: string | null
  /** Milliseconds since the epoch. */
  atMs: number
}

/**
 * States of sessions from a moment to another, oldest first, each session's beginning with the one it was in at that
 * moment. A timeline has at most 1,000 entries.
 */
export async function listStatesWithin(
  sql: Sql,
  tenantId: string,
  sessionIds: readonly string[],
  from: Date,
  to: Date,
): Promise<SessionStateEntry[]> {
  const { rows } = await sql.execute<SessionStateEntry>(text`
    SELECT s.session_id AS "sessionId", s.status, s.reason, (extract(epoch FROM s.at) * 1000)::float8 AS "atMs"
    FROM unnest(${text.param(sessionIds)}::uuid[]) AS wanted (session_id)
    CROSS JOIN LATERAL (
      (SELECT session_id, status, reason, at, id FROM session_states
        WHERE session_id = wanted.session_id AND tenant_id = ${tenantId} AND at < ${from.toISOString()}::timestamptz
        ORDER BY at DESC, id DESC LIMIT 1)
      UNION ALL
      (SELECT session_id, status, reason, at, id FROM session_states
        WHERE session_id = wanted.session_id AND tenant_id = ${tenantId}
          AND at >= ${from.toISOString()}::timestamptz AND at < ${to.toISOString()}::timestamptz)
    ) s ORDER BY s.at, s.id`)
  return rows
}

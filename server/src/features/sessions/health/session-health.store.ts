import { and, count, desc, eq, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type SessionStateRow, sessionStates } from './session-health.tables.ts'

/**
 * Adds entries, of each session one, except those that say what the newest one of their session says already. Returns
 * the sessions that got one.
 */
export async function insertStates(sql: Sql, rows: readonly SessionStateRow[]): Promise<string[]> {
  const inserted = await sql.execute<{ session_id: string }>(text`
    INSERT INTO session_states (id, tenant_id, session_id, status, reason, error, until, at)
    SELECT i."id", i."tenantId", i."sessionId", i."status", i."reason", i."error", i."until", i."at"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS i ("id" uuid, "tenantId" uuid, "sessionId" uuid,
      "status" text, "reason" text, "error" text, "until" timestamptz, "at" timestamptz)
    WHERE NOT EXISTS (SELECT FROM (
        SELECT status, reason, until FROM session_states WHERE session_id = i."sessionId"
        ORDER BY at DESC, id DESC LIMIT 1
      ) last WHERE last.status = i."status" AND last.reason IS NOT DISTINCT FROM i."reason"
        AND last.until IS NOT DISTINCT FROM i."until")
    RETURNING session_id`)
  return inserted.rows.map((row) => row.session_id)
}

/** Removes what sessions have beyond their newest entries. */
export async function deleteBeyond(sql: Sql, sessionIds: readonly string[], limit: number): Promise<void> {
  await sql.execute(text`
    DELETE FROM session_states WHERE id IN (
      SELECT old.id FROM unnest(${text.param(sessionIds)}::uuid[]) AS wanted (session_id)
      CROSS JOIN LATERAL (
        SELECT s.id FROM session_states s WHERE s.session_id = wanted.session_id
        ORDER BY s.at DESC, s.id DESC OFFSET ${limit}) old)`)
}

/** Removes what is older than a timestamp, of every tenant. */
export async function deleteStatesBefore(sql: Sql, before: Date): Promise<void> {
  await sql.delete(sessionStates).where(lt(sessionStates.at, before))
}

const ofSession = (tenantId: string, sessionId: string) =>
  and(eq(sessionStates.sessionId, sessionId), eq(sessionStates.tenantId, tenantId))

/** One page of a session's timeline, newest first. */
export function listStates(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  limit: number,
  offset: number,
): Promise<SessionStateRow[]> {
  return sql
    .select()
    .from(sessionStates)
    .where(ofSession(tenantId, sessionId))
    .orderBy(desc(sessionStates.at), desc(sessionStates.id))
    .limit(limit)
    .offset(offset)
}

/** How many entries a session's timeline has. */
export async function countStates(sql: Sql, tenantId: string, sessionId: string): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(sessionStates).where(ofSession(tenantId, sessionId))
  return row?.total ?? 0
}

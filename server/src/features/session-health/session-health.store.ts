import { and, count, desc, eq, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'
import { type SessionStateRow, sessionStates } from './session-health.tables.ts'

/** Adds an entry unless it says what the newest one of the session says already. */
export async function insertState(sql: Sql, row: SessionStateRow): Promise<boolean> {
  const until = row.until?.toISOString() ?? null
  const { rows } = await sql.execute(text`
    INSERT INTO session_states (id, tenant_id, session_id, status, reason, error, until, at)
    SELECT ${row.id}, ${row.tenantId}, ${row.sessionId}, ${row.status}, ${row.reason}, ${row.error},
      ${until}::timestamptz, ${row.at.toISOString()}::timestamptz
    WHERE NOT EXISTS (SELECT FROM (
        SELECT status, reason, until FROM session_states WHERE session_id = ${row.sessionId}
        ORDER BY at DESC, id DESC LIMIT 1
      ) last WHERE last.status = ${row.status} AND last.reason IS NOT DISTINCT FROM ${row.reason}
        AND last.until IS NOT DISTINCT FROM ${until}::timestamptz)
    RETURNING id`)
  return rows.length > 0
}

/** Removes what a session has beyond its newest entries. */
export async function deleteBeyond(sql: Sql, sessionId: string, keep: number): Promise<void> {
  await sql.execute(text`
    DELETE FROM session_states WHERE session_id = ${sessionId} AND id IN (
      SELECT id FROM session_states WHERE session_id = ${sessionId} ORDER BY at DESC, id DESC OFFSET ${keep})`)
}

/** Removes what is older than a moment, of every tenant. */
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

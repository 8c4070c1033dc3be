// Reads tables of other areas: sessions (sessions).
import { and, count, desc, eq, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type CallRow, calls } from './calls.tables.ts'

// A call only moves on: ringing, accepted, over. What comes late or again changes nothing.
const rank = (status: ReturnType<typeof text>) =>
  text`CASE ${status} WHEN 'ringing' THEN 0 WHEN 'accepted' THEN 1 ELSE 2 END`

/** Keeps a call of a session that still exists, or moves it on; undefined when that is nothing new. */
export async function upsertCall(sql: Sql, call: CallRow): Promise<CallRow | undefined> {
  const { rows } = await sql.execute(text`
    INSERT INTO calls AS c (session_id, call_id, tenant_id, caller_phone, caller_lid, wa_group_id, is_video, status,
      created_at, updated_at)
    SELECT s.id, ${call.callId}, s.tenant_id, ${call.callerPhone}, ${call.callerLid}, ${call.waGroupId},
      ${call.isVideo}, ${call.status}, ${call.createdAt.toISOString()}::timestamptz,
      ${call.updatedAt.toISOString()}::timestamptz
    FROM sessions s WHERE s.id = ${call.sessionId} AND s.tenant_id = ${call.tenantId}
    ON CONFLICT (session_id, call_id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at,
      caller_phone = coalesce(c.caller_phone, excluded.caller_phone),
      caller_lid = coalesce(c.caller_lid, excluded.caller_lid)
      WHERE ${rank(text`excluded.status`)} > ${rank(text`c.status`)}
    RETURNING c.call_id`)
  return rows.length === 0 ? undefined : findCall(sql, call.tenantId, call.sessionId, call.callId)
}

/** One call of a session. */
export async function findCall(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  callId: string,
): Promise<CallRow | undefined> {
  const ofSession = and(eq(calls.tenantId, tenantId), eq(calls.sessionId, sessionId))
  const [row] = await sql
    .select()
    .from(calls)
    .where(and(ofSession, eq(calls.callId, callId)))
  return row
}

const inTenant = (tenantId: string, sessionId: string | undefined) =>
  and(eq(calls.tenantId, tenantId), sessionId === undefined ? undefined : eq(calls.sessionId, sessionId))

/** One page of calls, newest first. */
export function listCalls(
  sql: Sql,
  tenantId: string,
  sessionId: string | undefined,
  limit: number,
  offset: number,
): Promise<CallRow[]> {
  return sql
    .select()
    .from(calls)
    .where(inTenant(tenantId, sessionId))
    .orderBy(desc(calls.createdAt), desc(calls.callId))
    .limit(limit)
    .offset(offset)
}

/** How many calls there are. */
export async function countCalls(sql: Sql, tenantId: string, sessionId: string | undefined): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(calls).where(inTenant(tenantId, sessionId))
  return row?.total ?? 0
}

/** Removes calls before a timestamp, of every tenant. */
export async function deleteCallsBefore(sql: Sql, before: Date): Promise<void> {
  await sql.delete(calls).where(lt(calls.createdAt, before))
}

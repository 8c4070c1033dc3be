import { and, asc, count, eq, notInArray, or, sql as text } from 'drizzle-orm'
import type { SessionStatus } from '../../../engine/states.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type SessionRow, sessions } from './sessions.tables.ts'

const ofTenant = (tenantId: string, id: string) => and(eq(sessions.tenantId, tenantId), eq(sessions.id, id))

/** All sessions of a tenant, oldest first. */
export function listSessions(sql: Sql, tenantId: string): Promise<SessionRow[]> {
  return sql
    .select()
    .from(sessions)
    .where(eq(sessions.tenantId, tenantId))
    .orderBy(asc(sessions.createdAt), asc(sessions.id))
}

/** One session of a tenant. */
export async function findSession(sql: Sql, tenantId: string, id: string): Promise<SessionRow | undefined> {
  const [row] = await sql.select().from(sessions).where(ofTenant(tenantId, id))
  return row
}

/** As findSession, and it cannot be deleted until the transaction ends. */
export async function holdSessionRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<SessionRow | undefined> {
  const [row] = await sql.select().from(sessions).where(ofTenant(tenantId, id)).for('key share')
  return row
}

/** As findSession, and nobody else changes it until the transaction ends. */
export async function findSessionForUpdate(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<SessionRow | undefined> {
  const [row] = await sql.select().from(sessions).where(ofTenant(tenantId, id)).for('update')
  return row
}

/** How many sessions a tenant has. */
export async function countTenantSessions(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(sessions).where(eq(sessions.tenantId, tenantId))
  return row?.total ?? 0
}

/** A new session, stopped. */
export async function insertSession(
  sql: Sql,
  row: Pick<SessionRow, 'id' | 'tenantId' | 'name' | 'createdAt' | 'updatedAt'>,
): Promise<SessionRow> {
  const [inserted] = await sql.insert(sessions).values(row).returning()
  if (inserted === undefined) throw new Error('the insert returned no session')
  return inserted
}

/** Changes what is given. */
export async function updateSession(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Omit<SessionRow, 'id' | 'tenantId' | 'createdAt'>>,
): Promise<SessionRow | undefined> {
  const [row] = await sql.update(sessions).set(change).where(ofTenant(tenantId, id)).returning()
  return row
}

/** Those of some sessions that exist; nobody else changes them until the transaction ends. */
export function lockSessions(
  sql: Sql,
  wanted: readonly { tenantId: string; sessionId: string }[],
): Promise<SessionRow[]> {
  return (
    sql
      .select()
      .from(sessions)
      .where(or(...wanted.map(({ tenantId, sessionId }) => ofTenant(tenantId, sessionId))))
      // In one order on every process, so that two of them never wait for each other.
      .orderBy(asc(sessions.id))
      .for('update')
  )
}

/** Stores what a change of state changes, of many sessions at once; they must be locked. */
export async function storeStates(sql: Sql, rows: readonly SessionRow[]): Promise<void> {
  await sql.execute(text`
    UPDATE sessions s SET (status, status_reason, status_until, qr_attempt, qr_attempts, desired_state,
        phone_number, is_business, paired_at, last_connected_at, last_error, reach_out_locked_until, updated_at)
      = (i."status", i."statusReason", i."statusUntil", i."qrAttempt", i."qrAttempts", i."desiredState",
        i."phoneNumber", i."isBusiness", i."pairedAt", i."lastConnectedAt", i."lastError",
        i."reachOutLockedUntil", i."updatedAt")
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS i (
      "id" uuid, "tenantId" uuid, "status" text, "statusReason" text, "statusUntil" timestamptz, "qrAttempt" int,
      "qrAttempts" int, "desiredState" text, "phoneNumber" text, "isBusiness" boolean, "pairedAt" timestamptz,
      "lastConnectedAt" timestamptz, "lastError" text, "reachOutLockedUntil" timestamptz, "updatedAt" timestamptz)
    WHERE s.id = i."id" AND s.tenant_id = i."tenantId"`)
}

/** Counts a conversation that the session started on a day, `YYYY-MM-DD`. */
export async function countColdSend(sql: Sql, tenantId: string, id: string, day: string): Promise<void> {
  await sql.execute(text`
    UPDATE sessions SET cold_count = CASE WHEN cold_day = ${day}::date THEN cold_count + 1 ELSE 1 END,
      cold_day = ${day}::date WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** Keeps until when WhatsApp lets the session start no conversation, unless a lock is still on. */
export async function lockReachOut(
  sql: Sql,
  tenantId: string,
  id: string,
  now: Date,
  until: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE sessions SET reach_out_locked_until = ${until.toISOString()}
    WHERE id = ${id} AND tenant_id = ${tenantId}
      AND (reach_out_locked_until IS NULL OR reach_out_locked_until < ${now.toISOString()})`)
}

/** Deletes the session; chats, messages and what else belongs to it go with it. */
export async function deleteSessionRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.delete(sessions).where(ofTenant(tenantId, id)).returning({ id: sessions.id })
  return rows.length > 0
}

/** Sessions that should run, of every tenant: only the process itself asks for them. */
export function listDesiredSessions(
  sql: Sql,
): Promise<Pick<SessionRow, 'id' | 'tenantId' | 'proxy' | 'statusReason' | 'updatedAt'>[]> {
  const { id, tenantId, proxy, statusReason, updatedAt } = sessions
  return sql
    .select({ id, tenantId, proxy, statusReason, updatedAt })
    .from(sessions)
    .where(eq(sessions.desiredState, 'running'))
    .orderBy(asc(sessions.id))
}

const restingStates: SessionStatus[] = ['stopped', 'failed']

/** Sessions that nobody wants to run and that a crash left in a moving state, of every tenant. */
export function listAbandonedSessions(sql: Sql): Promise<Pick<SessionRow, 'id' | 'tenantId' | 'status'>[]> {
  return sql
    .select({ id: sessions.id, tenantId: sessions.tenantId, status: sessions.status })
    .from(sessions)
    .where(and(eq(sessions.desiredState, 'stopped'), notInArray(sessions.status, restingStates)))
}

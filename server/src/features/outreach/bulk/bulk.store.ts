// Reads tables of other areas: sessions (sessions).
import { and, asc, count, desc, eq, isNotNull, type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type BulkJobRow, type BulkJobStatus, bulkJobs } from './bulk.tables.ts'

/** Adds a job; undefined when its idempotency key is in use. */
export async function insertJob(
  sql: Sql,
  row: typeof bulkJobs.$inferInsert,
): Promise<BulkJobRow | undefined> {
  const [inserted] = await sql.insert(bulkJobs).values(row).onConflictDoNothing().returning()
  return inserted
}

/** Takes back a job that was just made. */
export async function deleteJob(sql: Sql, id: string): Promise<void> {
  await sql.delete(bulkJobs).where(eq(bulkJobs.id, id))
}

/**
 * Fixes whom a job writes to: everybody that `people` (in parentheses; columns `phone`, `name`, `variables`)
 * yields, each phone once, without the phones that `excluding` (one column, `phone`) yields. Answers how many.
 */
export async function insertRecipients(
  sql: Sql,
  { tenantId, jobId }: { tenantId: string; jobId: string },
  people: SQL,
  excluding: SQL | undefined,
): Promise<number> {
  const without = excluding === undefined ? text`` : text`WHERE p.phone NOT IN (${excluding})`
  const { rowCount } = await sql.execute(text`
    INSERT INTO bulk_recipients (tenant_id, job_id, position, phone, name, variables)
    SELECT ${tenantId}::uuid, ${jobId}::uuid, row_number() OVER () - 1, p.phone, p.name, coalesce(p.variables, '{}')
    FROM ${people} p ${without}
    ON CONFLICT (job_id, phone) DO NOTHING`)
  return rowCount ?? 0
}

/** Until the transaction ends nobody else starts or ends a job of this session. */
export async function lockLane(sql: Sql, sessionId: string): Promise<void> {
  await sql.execute(text`SELECT pg_advisory_xact_lock(hashtextextended('bulk ' || ${sessionId}, 0))`)
}

/**
 * Starts the session's next job unless one is running; answers its id. It keeps its distance to the last message of
 * another job. Under `lockLane`.
 */
export async function startNext(
  sql: Sql,
  { tenantId, sessionId, pacedUntil }: { tenantId: string; sessionId: string; pacedUntil: Date | null },
  now: Date,
): Promise<string | undefined> {
  const at = now.toISOString()
  const { rows } = await sql.execute<{ id: string }>(text`
    UPDATE bulk_jobs j SET status = 'running', started_at = coalesce(started_at, ${at}::timestamptz), updated_at = ${at},
      paced_until = greatest(j.paced_until, ${pacedUntil?.toISOString() ?? null}::timestamptz,
        (SELECT e.paced_until FROM bulk_jobs e WHERE e.session_id = ${sessionId} AND e.completed_at IS NOT NULL
          ORDER BY e.completed_at DESC LIMIT 1)),
      waits_for = (SELECT CASE WHEN s.status = 'working' THEN NULL ELSE 'session' END FROM sessions s
        WHERE s.id = ${sessionId})
    WHERE j.id = (SELECT id FROM bulk_jobs WHERE session_id = ${sessionId} AND tenant_id = ${tenantId}
        AND status = 'pending' ORDER BY created_at, id LIMIT 1)
      AND NOT EXISTS (SELECT FROM bulk_jobs WHERE session_id = ${sessionId} AND status = 'running')
    RETURNING j.id`)
  return rows[0]?.id
}

/** A job of the tenant. */
export async function findJob(sql: Sql, tenantId: string, id: string): Promise<BulkJobRow | undefined> {
  const [row] = await sql
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.id, id), eq(bulkJobs.tenantId, tenantId)))
  return row
}

/** A job of the tenant, held until the transaction ends. */
export async function lockJob(sql: Sql, tenantId: string, id: string): Promise<BulkJobRow | undefined> {
  const [row] = await sql
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.id, id), eq(bulkJobs.tenantId, tenantId)))
    .for('no key update')
  return row
}

/** The job made under an idempotency key. */
export async function findJobByKey(sql: Sql, tenantId: string, key: string): Promise<BulkJobRow | undefined> {
  const [row] = await sql
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.tenantId, tenantId), eq(bulkJobs.idempotencyKey, key)))
  return row
}

/** Frees an idempotency key that was used before a timestamp. */
export async function clearKey(sql: Sql, tenantId: string, key: string, before: Date): Promise<void> {
  await sql.execute(text`
    UPDATE bulk_jobs SET idempotency_key = NULL, idempotency_hash = NULL
    WHERE tenant_id = ${tenantId} AND idempotency_key = ${key} AND created_at < ${before.toISOString()}::timestamptz`)
}

/** One page of a tenant's jobs, the newest first, and how many there are. */
export async function listJobs(
  sql: Sql,
  tenantId: string,
  { status, limit, offset }: { status: BulkJobStatus | undefined; limit: number; offset: number },
): Promise<{ rows: BulkJobRow[]; total: number }> {
  const where = and(
    eq(bulkJobs.tenantId, tenantId),
    status === undefined ? undefined : eq(bulkJobs.status, status),
  )
  const rows = await sql
    .select()
    .from(bulkJobs)
    .where(where)
    .orderBy(desc(bulkJobs.createdAt), desc(bulkJobs.id))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(bulkJobs).where(where)
  return { rows, total: counted?.total ?? 0 }
}

/** The job of a session that runs. Whoever holds the session asks, for its tenant. */
export async function findRunning(sql: Sql, sessionId: string): Promise<BulkJobRow | undefined> {
  const [row] = await sql
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.sessionId, sessionId), eq(bulkJobs.status, 'running')))
  return row
}

/** Jobs of a session, running or not, whose last message is on its way. */
export function listInFlight(sql: Sql, sessionId: string): Promise<BulkJobRow[]> {
  return sql
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.sessionId, sessionId), isNotNull(bulkJobs.inFlightId)))
}

/** Jobs of a session that have not ended, the oldest first. */
export function listUnfinished(sql: Sql, tenantId: string, sessionId: string): Promise<BulkJobRow[]> {
  return sql
    .select()
    .from(bulkJobs)
    .where(
      and(
        eq(bulkJobs.sessionId, sessionId),
        eq(bulkJobs.tenantId, tenantId),
        text`${bulkJobs.status} IN ('pending', 'running', 'paused')`,
      ),
    )
    .orderBy(asc(bulkJobs.createdAt), asc(bulkJobs.id))
}

/** Sessions with a job that runs, or one whose message is on its way, in all tenants: for whoever holds them. */
export async function listBusySessions(sql: Sql): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT session_id AS id FROM bulk_jobs WHERE status = 'running'
    UNION SELECT session_id FROM bulk_jobs WHERE in_flight_id IS NOT NULL`)
  return rows.map((row) => row.id)
}

/** Changes a job; the caller holds it. */
export async function updateJob(
  sql: Sql,
  id: string,
  changes: Partial<typeof bulkJobs.$inferInsert>,
): Promise<void> {
  await sql.update(bulkJobs).set(changes).where(eq(bulkJobs.id, id))
}

/** Adds what was sent to jobs, whose next message goes no sooner than `pacedUntil`. */
export async function addSent(
  sql: Sql,
  sent: readonly { jobId: string; recipientIds: readonly string[]; pacedUntil: Date }[],
  now: Date,
): Promise<{ id: string; tenantId: string; sessionId: string }[]> {
  const rows = sent.map(({ jobId, recipientIds, pacedUntil }) => ({
    id: jobId,
    recipients: recipientIds,
    total: recipientIds.length,
    paced_until: pacedUntil.toISOString(),
  }))
  const { rows: changed } = await sql.execute<{ id: string; tenantId: string; sessionId: string }>(text`
    UPDATE bulk_jobs j SET sent_count = j.sent_count + n.total, failure_streak = 0, error = NULL,
      quota_reserved = greatest(j.quota_reserved - n.total, 0),
      in_flight_id = CASE WHEN n.recipients ? j.in_flight_id::text THEN NULL ELSE j.in_flight_id END,
      paced_until = greatest(j.paced_until, n.paced_until),
      next_send_at = CASE WHEN j.status = 'running' THEN greatest(j.next_send_at, n.paced_until) END,
      updated_at = ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS n(id uuid, recipients jsonb, total integer, paced_until timestamptz)
    WHERE j.id = n.id RETURNING j.id, j.tenant_id AS "tenantId", j.session_id AS "sessionId"`)
  return changed
}

/** A session of a tenant is not connected: what runs there waits for it. */
export async function markWaitingForSession(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  now: Date,
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    UPDATE bulk_jobs SET waits_for = 'session', next_send_at = NULL, updated_at = ${now.toISOString()}::timestamptz
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND status = 'running' RETURNING id`)
  return rows.map((row) => row.id)
}

/**
 * WhatsApp lets sessions start conversations again: their jobs that hold back whoever has not written do so no more. None
 * of a session with an end that is known and still to come.
 */
export async function updateUnlocked(
  sql: Sql,
  unlocked: readonly { tenantId: string; sessionId: string }[],
  now: Date,
): Promise<Pick<BulkJobRow, 'id' | 'tenantId' | 'sessionId'>[]> {
  const at = now.toISOString()
  const { rows } = await sql.execute<Pick<BulkJobRow, 'id' | 'tenantId' | 'sessionId'>>(text`
    UPDATE bulk_jobs j SET cold_until = NULL, cold_reason = NULL, warm_position = 0, updated_at = ${at}::timestamptz,
      waits_for = nullif(j.waits_for, 'reach_out_lock')
    FROM sessions s
    WHERE (s.tenant_id, s.id) IN (SELECT * FROM unnest(
        ${text.param(unlocked.map(({ tenantId }) => tenantId))}::uuid[],
        ${text.param(unlocked.map(({ sessionId }) => sessionId))}::uuid[]))
      AND (s.reach_out_locked_until IS NULL OR s.reach_out_locked_until <= ${at}::timestamptz)
      AND j.session_id = s.id AND j.tenant_id = s.tenant_id AND j.cold_reason = 'reach_out_lock'
      AND j.status IN ('pending', 'running', 'paused')
    RETURNING j.id, j.tenant_id AS "tenantId", j.session_id AS "sessionId"`)
  return rows
}

/** Whether a job that has not ended writes to a list. */
export async function hasUnfinished(sql: Sql, tenantId: string, groupId: string): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT id FROM bulk_jobs WHERE custom_group_id = ${groupId} AND tenant_id = ${tenantId}
      AND status IN ('pending', 'running', 'paused') LIMIT 1`)
  return rows.length > 0
}

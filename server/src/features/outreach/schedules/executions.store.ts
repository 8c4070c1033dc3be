// Reads tables of other areas: conversations (messages).
import { and, count, desc, eq, type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { bulkJobs } from '../bulk/bulk.tables.ts'
import { type ExecutionRow, scheduledExecutions, scheduledMessages } from './schedules.tables.ts'

const own = (tenantId: string, id: string) =>
  and(eq(scheduledExecutions.tenantId, tenantId), eq(scheduledExecutions.id, id))

/** Adds a run; false when this time of the schedule has had one. */
export async function insertExecution(
  sql: Sql,
  row: typeof scheduledExecutions.$inferInsert,
): Promise<boolean> {
  const rows = await sql
    .insert(scheduledExecutions)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: scheduledExecutions.id })
  return rows.length > 0
}

/** One run. */
export async function findExecution(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<ExecutionRow | undefined> {
  const [row] = await sql.select().from(scheduledExecutions).where(own(tenantId, id))
  return row
}

/** The latest runs of a schedule, newest first; figures of one under way are those of its bulk job by now. */
export async function listExecutions(
  sql: Sql,
  tenantId: string,
  scheduleId: string,
  page: { limit: number; offset: number },
): Promise<ExecutionRow[]> {
  const rows = await sql
    .select({ run: scheduledExecutions, job: bulkJobs })
    .from(scheduledExecutions)
    .leftJoin(
      bulkJobs,
      and(eq(bulkJobs.id, scheduledExecutions.bulkJobId), eq(scheduledExecutions.status, 'running')),
    )
    .where(and(eq(scheduledExecutions.tenantId, tenantId), eq(scheduledExecutions.scheduleId, scheduleId)))
    .orderBy(desc(scheduledExecutions.startedAt), desc(scheduledExecutions.id))
    .limit(page.limit)
    .offset(page.offset)
  return rows.map(({ run, job }) => {
    if (job === null) return run
    const { totalRecipients, sentCount, failedCount, skippedCount } = job
    return { ...run, totalRecipients, sentCount, failedCount, skippedCount }
  })
}

/** How many runs a schedule has had. */
export async function countExecutions(sql: Sql, tenantId: string, scheduleId: string): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(scheduledExecutions)
    .where(and(eq(scheduledExecutions.tenantId, tenantId), eq(scheduledExecutions.scheduleId, scheduleId)))
  return row?.total ?? 0
}

/** Changes a run that is under way; undefined when it has ended or is gone. */
export async function updateRunning(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<ExecutionRow>,
): Promise<ExecutionRow | undefined> {
  const [row] = await sql
    .update(scheduledExecutions)
    .set(change)
    .where(and(own(tenantId, id), eq(scheduledExecutions.status, 'running')))
    .returning()
  return row
}

/** Marks a `one_time` schedule whose run has ended. */
export async function completeOneTime(sql: Sql, tenantId: string, scheduleId: string, now: Date) {
  await sql
    .update(scheduledMessages)
    .set({ status: 'completed', updatedAt: now })
    .where(
      text`${scheduledMessages.id} = ${scheduleId} AND ${scheduledMessages.tenantId} = ${tenantId}
        AND ${scheduledMessages.scheduleType} = 'one_time' AND ${scheduledMessages.nextRunAt} IS NULL
        AND ${scheduledMessages.status} IN ('active', 'paused')`,
    )
}

/** A run of a schedule that is under way, with how what carries it stands. */
export interface UnfinishedRun extends Record<string, unknown> {
  id: string
  tenantId: string
  startedAtMs: number
  /** Figures of its bulk job. */
  total: number
  sent: number
  failed: number
  skipped: number
  /** Of its bulk job; null when it has none, or it is gone. */
  jobStatus: string | null
  jobId: string | null
  /** Of its message; null when it has none yet, or it is gone. */
  messageStatus: string | null
  messageId: string | null
  messageError: string | null
  /** Of its post; null when it has none yet, or it is gone. */
  postId: string | null
  postStatus: 'pending' | 'sent' | 'failed' | null
  postError: string | null
}

const unfinishedRuns = text`
  SELECT e.id, e.tenant_id AS "tenantId", (extract(epoch FROM e.started_at) * 1000)::float8 AS "startedAtMs",
    coalesce(j.total_recipients, 0) AS total, coalesce(j.sent_count, 0) AS sent,
    coalesce(j.failed_count, 0) AS failed, coalesce(j.skipped_count, 0) AS skipped,
    e.bulk_job_id AS "jobId", j.status AS "jobStatus", e.message_id AS "messageId", m.status AS "messageStatus",
    m.error AS "messageError", e.post_id AS "postId", p.status AS "postStatus", p.error AS "postError"
  FROM scheduled_executions e
    LEFT JOIN bulk_jobs j ON j.id = e.bulk_job_id AND j.tenant_id = e.tenant_id
    LEFT JOIN messages m ON m.id = e.message_id AND m.tenant_id = e.tenant_id
    LEFT JOIN channel_posts p ON p.execution_id = e.id AND p.tenant_id = e.tenant_id
  WHERE e.status = 'running'`

/** Runs of a schedule that are under way. */
export async function listUnfinished(
  sql: Sql,
  tenantId: string,
  scheduleId: string,
): Promise<UnfinishedRun[]> {
  const { rows } = await sql.execute<UnfinishedRun>(text`${unfinishedRuns}
    AND e.schedule_id = ${scheduleId} AND e.tenant_id = ${tenantId}`)
  return rows
}

/** Runs of all tenants that nothing carries any more and that began before a moment, the oldest first. */
export async function listForsaken(sql: Sql, before: Date, limit: number): Promise<UnfinishedRun[]> {
  const { rows } = await sql.execute<UnfinishedRun>(text`${unfinishedRuns}
    AND e.started_at < ${before.toISOString()}::timestamptz
    AND coalesce(j.status NOT IN ('pending', 'running', 'paused'), true)
    AND coalesce(m.status NOT LIKE 'pending%', true) AND coalesce(p.status <> 'pending', true)
    ORDER BY e.started_at LIMIT ${limit}`)
  return rows
}

/** The runs that these messages carry, by message. */
export async function listOfMessages(
  sql: Sql,
  refs: readonly { tenantId: string; messageId: string }[],
): Promise<ExecutionRow[]> {
  return sql
    .select()
    .from(scheduledExecutions)
    .where(
      text`(${scheduledExecutions.tenantId}, ${scheduledExecutions.messageId}) IN (SELECT * FROM unnest(
        ${text.param(refs.map(({ tenantId }) => tenantId))}::uuid[],
        ${text.param(refs.map(({ messageId }) => messageId))}::uuid[]))`,
    )
}

/** Of these people (columns `phone`, `name`, `variables`) those whom no run of a schedule has reached or is to reach. */
export function withoutReached(schedule: { id: string; tenantId: string }, people: SQL): SQL {
  return text`(SELECT p.phone, p.name, p.variables FROM ${people} p WHERE NOT EXISTS (
    SELECT FROM bulk_recipients r JOIN bulk_jobs j ON j.id = r.job_id
    WHERE r.tenant_id = ${schedule.tenantId}::uuid AND r.phone = p.phone AND j.source_id = ${schedule.id}::uuid
      AND r.status IN ('pending', 'sent', 'delivered', 'read', 'replied', 'ignored')))`
}

/** Figures of a campaign as they are by now. */
export async function findFigures(
  sql: Sql,
  tenantId: string,
  jobId: string,
): Promise<{ total: number; sent: number; failed: number; skipped: number } | undefined> {
  const { totalRecipients: total, sentCount: sent, failedCount: failed, skippedCount: skipped } = bulkJobs
  const [row] = await sql
    .select({ total, sent, failed, skipped })
    .from(bulkJobs)
    .where(and(eq(bulkJobs.tenantId, tenantId), eq(bulkJobs.id, jobId)))
  return row
}

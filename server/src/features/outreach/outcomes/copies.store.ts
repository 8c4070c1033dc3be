// Reads tables of other areas: conversations (messages).
import { eq, type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { bulkJobs } from '../bulk/bulk.tables.ts'

/** Errors after which nobody knows whether the message has arrived. */
const uncertain = text`('no_answer', 'expired')`

/** Whether a recipient (alias `who`) has failed, and the message has not arrived for certain. */
function hasFailedForCertain(who: SQL): SQL {
  return text`${who}.status = 'failed' AND coalesce(${who}.error, '') NOT IN ${uncertain} AND NOT EXISTS (
    SELECT FROM messages m WHERE m.id = ${who}.message_id
      AND (m.status <> 'failed' OR m.sent_at IS NOT NULL OR coalesce(m.error, '') IN ${uncertain}))`
}

/** The people of a job in their order, as `addJob` takes them. */
export function peopleOfJob(tenantId: string, jobId: string): SQL {
  return text`(SELECT phone, name, variables FROM bulk_recipients
    WHERE job_id = ${jobId}::uuid AND tenant_id = ${tenantId}::uuid ORDER BY position)`
}

/**
 * A job and those that wrote to its failed ones again: their ids. Until the transaction ends nobody else makes another
 * of them.
 */
export async function holdFamily(sql: Sql, tenantId: string, rootId: string): Promise<string[]> {
  await sql.execute(
    text`SELECT id FROM bulk_jobs WHERE id = ${rootId} AND tenant_id = ${tenantId} FOR NO KEY UPDATE`,
  )
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM bulk_jobs WHERE tenant_id = ${tenantId} AND (id = ${rootId} OR retry_of = ${rootId})`)
  return rows.map(({ id }) => id)
}

/**
 * Whom a job's message did not reach for certain: failed, and no job of the family has sent it, is about to, or may have,
 * to the same phone or to the same account under another number.
 */
export function failedPeople(tenantId: string, jobId: string, familyIds: readonly string[]): SQL {
  const family = text`${text.param([...familyIds])}::uuid[]`
  const other = text`o.id <> r.id AND o.status <> 'skipped' AND NOT (${hasFailedForCertain(text`o`)})`
  return text`(SELECT r.phone, r.name, r.variables FROM bulk_recipients r
    WHERE r.job_id = ${jobId}::uuid AND r.tenant_id = ${tenantId}::uuid AND ${hasFailedForCertain(text`r`)}
      AND NOT EXISTS (SELECT FROM bulk_recipients o
        WHERE o.job_id = ANY (${family}) AND o.phone = r.phone AND ${other})
      AND NOT EXISTS (SELECT FROM bulk_recipients o
        WHERE o.job_id = ANY (${family}) AND o.account = r.account AND ${other})
    ORDER BY r.position)`
}

/** Whether a subquery of people yields anybody. */
export async function hasPeople(sql: Sql, people: SQL): Promise<boolean> {
  const { rows } = await sql.execute<{ found: boolean }>(
    text`SELECT EXISTS (SELECT FROM ${people} p) AS found`,
  )
  return rows[0]?.found === true
}

/** Notes whose failed recipients a job writes to. */
export async function updateRetryOf(sql: Sql, jobId: string, rootId: string): Promise<void> {
  await sql.update(bulkJobs).set({ retryOf: rootId }).where(eq(bulkJobs.id, jobId))
}

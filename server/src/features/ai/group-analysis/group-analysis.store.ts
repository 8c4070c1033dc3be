import { and, eq, inArray, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadAnalysis } from '../../leads/detection/leads.schema.ts'
import { groupAnalysisCache, groupAnalysisTasks } from './group-analysis.tables.ts'

/** Stores that messages wait. */
export async function insertTasks(
  sql: Sql,
  tasks: readonly (typeof groupAnalysisTasks.$inferInsert)[],
): Promise<void> {
  if (tasks.length > 0)
    await sql
      .insert(groupAnalysisTasks)
      .values([...tasks])
      .onConflictDoNothing()
}

/** Claims the oldest tasks of a group that nobody works on; answers their messages. */
export async function claimTasks(
  sql: Sql,
  claim: { tenantId: string; groupId: string; now: Date; staleBefore: Date; limit: number },
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    UPDATE group_analysis_tasks t SET claimed_at = ${claim.now.toISOString()}::timestamptz
    WHERE t.message_id IN (
      SELECT message_id FROM group_analysis_tasks
      WHERE group_id = ${claim.groupId} AND tenant_id = ${claim.tenantId}
        AND (claimed_at IS NULL OR claimed_at < ${claim.staleBefore.toISOString()}::timestamptz)
      ORDER BY created_at, message_id LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED)
    RETURNING t.message_id AS id`)
  return rows.map(({ id }) => id)
}

/** Lets claimed tasks go, for whoever comes next. */
export async function releaseTasks(sql: Sql, tenantId: string, messageIds: readonly string[]): Promise<void> {
  await sql
    .update(groupAnalysisTasks)
    .set({ claimedAt: null })
    .where(
      and(eq(groupAnalysisTasks.tenantId, tenantId), inArray(groupAnalysisTasks.messageId, [...messageIds])),
    )
}

/** Removes tasks that are over. */
export async function deleteTasks(sql: Sql, tenantId: string, messageIds: readonly string[]): Promise<void> {
  await sql
    .delete(groupAnalysisTasks)
    .where(
      and(eq(groupAnalysisTasks.tenantId, tenantId), inArray(groupAnalysisTasks.messageId, [...messageIds])),
    )
}

/** Groups in which something waits; of one tenant, when one is named. */
export async function listWaitingGroups(
  sql: Sql,
  tenantId?: string,
): Promise<{ tenantId: string; groupId: string }[]> {
  return sql
    .selectDistinct({ tenantId: groupAnalysisTasks.tenantId, groupId: groupAnalysisTasks.groupId })
    .from(groupAnalysisTasks)
    .where(tenantId === undefined ? undefined : eq(groupAnalysisTasks.tenantId, tenantId))
}

/** Tasks that waited too long, at most so many. */
export async function listOldTasks(
  sql: Sql,
  before: Date,
  limit: number,
): Promise<{ tenantId: string; groupId: string; messageId: string }[]> {
  return sql
    .select({
      tenantId: groupAnalysisTasks.tenantId,
      groupId: groupAnalysisTasks.groupId,
      messageId: groupAnalysisTasks.messageId,
    })
    .from(groupAnalysisTasks)
    .where(lt(groupAnalysisTasks.createdAt, before))
    .limit(limit)
}

/** What was said before about the same texts, by their keys. */
export async function findCached(
  sql: Sql,
  tenantId: string,
  keys: readonly string[],
): Promise<Map<string, LeadAnalysis>> {
  if (keys.length === 0) return new Map()
  const rows = await sql
    .select()
    .from(groupAnalysisCache)
    .where(and(eq(groupAnalysisCache.tenantId, tenantId), inArray(groupAnalysisCache.key, [...keys])))
  return new Map(rows.map(({ key, analysis }) => [key, analysis]))
}

/** Keeps what was said. */
export async function saveCached(
  sql: Sql,
  rows: readonly (typeof groupAnalysisCache.$inferInsert)[],
): Promise<void> {
  if (rows.length > 0)
    await sql
      .insert(groupAnalysisCache)
      .values([...rows])
      .onConflictDoNothing()
}

/** Forgets what was said long ago. */
export async function deleteCachedBefore(sql: Sql, before: Date): Promise<void> {
  await sql.delete(groupAnalysisCache).where(lt(groupAnalysisCache.createdAt, before))
}

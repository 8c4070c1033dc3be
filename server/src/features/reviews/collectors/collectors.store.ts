import { and, asc, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { reviews } from '../reviews/reviews.tables.ts'
import { type CollectorRow, type RunPosition, reviewCollectors } from './collectors.tables.ts'

/** A collector with how many reviews it has. */
export type CountedCollector = CollectorRow & { reviewCount: number }

const reviewCount = text<number>`(SELECT count(*)::int FROM ${reviews} WHERE ${reviews.collectorId} = review_collectors.id)`
const inTenant = (tenantId: string, id: string) =>
  and(eq(reviewCollectors.tenantId, tenantId), eq(reviewCollectors.id, id))

/** Collectors of a tenant, oldest first. */
export async function listCollectorRows(
  sql: Sql,
  tenantId: string,
  withInactive: boolean,
): Promise<CountedCollector[]> {
  const rows = await sql
    .select({ collector: reviewCollectors, reviewCount })
    .from(reviewCollectors)
    .where(
      and(
        eq(reviewCollectors.tenantId, tenantId),
        withInactive ? undefined : eq(reviewCollectors.isActive, true),
      ),
    )
    .orderBy(asc(reviewCollectors.createdAt), asc(reviewCollectors.id))
  return rows.map(({ collector, reviewCount: counted }) => ({ ...collector, reviewCount: counted }))
}

/** One collector. */
export async function findCollectorRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<CountedCollector | undefined> {
  const [row] = await sql
    .select({ collector: reviewCollectors, reviewCount })
    .from(reviewCollectors)
    .where(inTenant(tenantId, id))
  return row === undefined ? undefined : { ...row.collector, reviewCount: row.reviewCount }
}

/** One collector, which stays as it is until the transaction ends. */
export async function lockCollectorRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<CollectorRow | undefined> {
  const [row] = await sql.select().from(reviewCollectors).where(inTenant(tenantId, id)).for('update')
  return row
}

/** The active collectors of a session. */
export function listActiveCollectors(sql: Sql, tenantId: string, sessionId: string): Promise<CollectorRow[]> {
  return sql
    .select()
    .from(reviewCollectors)
    .where(
      and(
        eq(reviewCollectors.sessionId, sessionId),
        eq(reviewCollectors.tenantId, tenantId),
        eq(reviewCollectors.isActive, true),
      ),
    )
    .orderBy(asc(reviewCollectors.id))
}

/** Adds a collector. */
export async function insertCollector(sql: Sql, row: CollectorRow): Promise<void> {
  await sql.insert(reviewCollectors).values(row)
}

/** Changes a collector. */
export async function updateCollectorRow(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<CollectorRow>,
): Promise<void> {
  await sql.update(reviewCollectors).set(changes).where(inTenant(tenantId, id))
}

/** Notes where a run stands; false when another one has taken its place, or the collector is gone. */
export async function moveRun(
  sql: Sql,
  run: { tenantId: string; id: string; taskId: string; after: RunPosition; now: Date },
): Promise<boolean> {
  const rows = await sql
    .update(reviewCollectors)
    .set({ runAfter: run.after, runMovedAt: run.now })
    .where(and(inTenant(run.tenantId, run.id), eq(reviewCollectors.runTaskId, run.taskId)))
    .returning({ id: reviewCollectors.id })
  return rows.length > 0
}

/** Ends a run. */
export async function endRun(
  sql: Sql,
  run: { tenantId: string; id: string; taskId: string; now: Date },
): Promise<void> {
  await sql
    .update(reviewCollectors)
    .set({ runTaskId: null, runAfter: null, runMovedAt: null, lastRunAt: run.now })
    .where(and(inTenant(run.tenantId, run.id), eq(reviewCollectors.runTaskId, run.taskId)))
}

/** Stops the collectors of a session that is gone, and their runs. */
export async function stopCollectorsOf(
  sql: Sql,
  { tenantId, sessionId }: { tenantId: string; sessionId: string },
  now: Date,
): Promise<void> {
  await sql
    .update(reviewCollectors)
    .set({ isActive: false, runTaskId: null, runAfter: null, runMovedAt: null, updatedAt: now })
    .where(and(eq(reviewCollectors.sessionId, sessionId), eq(reviewCollectors.tenantId, tenantId)))
}

/** Removes a collector with its reviews; answers how many these were, undefined when there is no collector. */
export async function deleteCollectorRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<number | undefined> {
  const removed = await sql
    .delete(reviews)
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.collectorId, id)))
    .returning({ id: reviews.id })
  const rows = await sql
    .delete(reviewCollectors)
    .where(inTenant(tenantId, id))
    .returning({ id: reviewCollectors.id })
  return rows.length === 0 ? undefined : removed.length
}

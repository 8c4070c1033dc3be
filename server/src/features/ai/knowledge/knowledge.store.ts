import { and, desc, eq, isNull, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { knowledgeSources, type SourceRow } from './knowledge.tables.ts'

const mine = (tenantId: string, id: string) =>
  and(
    eq(knowledgeSources.tenantId, tenantId),
    eq(knowledgeSources.id, id),
    isNull(knowledgeSources.deletedAt),
  )

/** Announces a document before its file is written. */
export async function insertSource(sql: Sql, row: typeof knowledgeSources.$inferInsert): Promise<SourceRow> {
  const [inserted] = await sql.insert(knowledgeSources).values(row).returning()
  if (inserted === undefined) throw new Error('an insert returned nothing')
  return inserted
}

/** Documents of a tenant that count against its limit: all but those that failed. */
export async function countSources(sql: Sql, tenantId: string): Promise<number> {
  const { rows } = await sql.execute<{ count: number }>(text`
    SELECT count(*)::int AS count FROM knowledge_sources
    WHERE tenant_id = ${tenantId} AND deleted_at IS NULL AND status <> 'failed'`)
  return rows[0]?.count ?? 0
}

/** The file of a document is complete. */
export async function updateStored(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.update(knowledgeSources).set({ isStored: true }).where(mine(tenantId, id))
}

/** Documents of a tenant, newest first. */
export function listSourceRows(sql: Sql, tenantId: string): Promise<SourceRow[]> {
  return sql
    .select()
    .from(knowledgeSources)
    .where(
      and(
        eq(knowledgeSources.tenantId, tenantId),
        isNull(knowledgeSources.deletedAt),
        eq(knowledgeSources.isStored, true),
      ),
    )
    .orderBy(desc(knowledgeSources.createdAt), desc(knowledgeSources.id))
}

/** A document that was not deleted. */
export async function findSource(sql: Sql, tenantId: string, id: string): Promise<SourceRow | undefined> {
  const [row] = await sql.select().from(knowledgeSources).where(mine(tenantId, id))
  return row
}

/** How the indexing of a document ended; undefined when it was deleted meanwhile. */
export async function updateOutcome(
  sql: Sql,
  tenantId: string,
  id: string,
  outcome: Pick<
    SourceRow,
    'status' | 'error' | 'chunkCount' | 'pages' | 'pagesWithText' | 'languages' | 'indexedAt'
  >,
): Promise<SourceRow | undefined> {
  const [row] = await sql.update(knowledgeSources).set(outcome).where(mine(tenantId, id)).returning()
  return row
}

/** Takes a document away from everybody; false when there is none. */
export async function updateDeleted(sql: Sql, tenantId: string, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await sql
    .update(knowledgeSources)
    .set({ deletedAt: now })
    .where(and(mine(tenantId, id), eq(knowledgeSources.isStored, true)))
  return (rowCount ?? 0) > 0
}

/** Uploads that began before `before` and never ended, of every tenant. */
export async function listUnstored(sql: Sql, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM knowledge_sources WHERE NOT is_stored AND created_at < ${before.toISOString()}::timestamptz
    ORDER BY created_at LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** Removes the last of documents, of every tenant. */
export async function deleteSourceRow(sql: Sql, id: string): Promise<void> {
  await sql.delete(knowledgeSources).where(eq(knowledgeSources.id, id))
}

/** What a tenant has to be searched. */
export interface Holdings {
  chunks: number
  languages: string[]
}

/** How many passages a tenant has in indexed documents, and in which languages they are. */
export async function findHoldings(sql: Sql, tenantId: string): Promise<Holdings> {
  const { rows } = await sql.execute<{ chunks: number; languages: string[] | null }>(text`
    SELECT COALESCE(sum(chunk_count), 0)::int AS chunks,
      (SELECT array_agg(DISTINCT language ORDER BY language) FROM knowledge_sources s, unnest(s.languages) AS language
       WHERE s.tenant_id = ${tenantId} AND s.deleted_at IS NULL AND s.status = 'indexed') AS languages
    FROM knowledge_sources WHERE tenant_id = ${tenantId} AND deleted_at IS NULL AND status = 'indexed'`)
  return { chunks: rows[0]?.chunks ?? 0, languages: rows[0]?.languages ?? [] }
}

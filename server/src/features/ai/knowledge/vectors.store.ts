import { and, eq, sql as text } from 'drizzle-orm'
import type { Database, Sql } from '../../../platform/database/database.ts'
import { type SourceFilters, searchable } from './chunks.store.ts'
import { knowledgeSpaces, type SpaceRow } from './knowledge.tables.ts'

/** A space whose vectors have a length. */
export type FilledSpace = SpaceRow & { dimensions: number }

/** The type that numbers are cast to: the short one where an index could not take them otherwise. */
const typeOf = (dimensions: number) => text.raw(`${dimensions > 2000 ? 'halfvec' : 'vector'}(${dimensions})`)
const mostIndexed = 4000
/** Numbers as PostgreSQL reads arrays and vectors. */
const listOf = (values: readonly number[], [open, close]: string) => `${open}${values.join(',')}${close}`

/** Spaces of a tenant. */
export function listSpaces(sql: Sql, tenantId: string): Promise<SpaceRow[]> {
  return sql.select().from(knowledgeSpaces).where(eq(knowledgeSpaces.tenantId, tenantId))
}

/** The space whose vectors are searched. */
export async function findActiveSpace(sql: Sql, tenantId: string): Promise<SpaceRow | undefined> {
  const [row] = await sql
    .select()
    .from(knowledgeSpaces)
    .where(and(eq(knowledgeSpaces.tenantId, tenantId), eq(knowledgeSpaces.isActive, true)))
  return row
}

/** The space of this name, made if there is none. */
export async function ensureSpace(sql: Sql, tenantId: string, name: string, now: Date): Promise<SpaceRow> {
  await sql.insert(knowledgeSpaces).values({ tenantId, name, createdAt: now }).onConflictDoNothing()
  const [row] = await sql
    .select()
    .from(knowledgeSpaces)
    .where(and(eq(knowledgeSpaces.tenantId, tenantId), eq(knowledgeSpaces.name, name)))
  if (row === undefined) throw new Error('a space that was made is not there')
  return row
}

/** How long the vectors of a space are, known from the first ones. */
export async function updateDimensions(sql: Sql, id: number, dimensions: number): Promise<void> {
  await sql.update(knowledgeSpaces).set({ dimensions }).where(eq(knowledgeSpaces.id, id))
}

/** From now on this space is searched, and no other one of the tenant. */
export async function activateSpace(sql: Sql, tenantId: string, id: number): Promise<void> {
  await sql.execute(
    text`UPDATE knowledge_spaces SET is_active = false WHERE tenant_id = ${tenantId} AND id <> ${id}`,
  )
  await sql.execute(
    text`UPDATE knowledge_spaces SET is_active = true WHERE tenant_id = ${tenantId} AND id = ${id}`,
  )
}

/** Chooses passages anew that questions are compared with to know what nothing in common looks like. */
export async function updateSample(sql: Sql, id: number, size: number): Promise<void> {
  await sql.execute(text`
    UPDATE knowledge_spaces SET sample = COALESCE((
      SELECT array_agg(chunk_id) FROM (
        SELECT chunk_id FROM knowledge_vectors WHERE space_id = ${id} ORDER BY random() LIMIT ${size}
      ) picked
    ), '{}') WHERE id = ${id}`)
}

/** A passage without a vector. */
export interface UnembeddedChunk extends Record<string, unknown> {
  id: string
  sourceName: string
  heading: string | null
  content: string
}

/** Passages of a tenant after an id that have no vector in a space. */
export async function listUnembedded(
  sql: Sql,
  tenantId: string,
  spaceId: number,
  after: string | undefined,
  limit: number,
): Promise<UnembeddedChunk[]> {
  const { rows } = await sql.execute<UnembeddedChunk>(text`
    SELECT c.id, s.name AS "sourceName", c.heading, c.content
    FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
    LEFT JOIN knowledge_vectors v ON v.space_id = ${spaceId} AND v.chunk_id = c.id
    WHERE c.tenant_id = ${tenantId} AND v.chunk_id IS NULL AND ${searchable(tenantId, {})}
      ${after === undefined ? text`` : text`AND c.id > ${after}`}
    ORDER BY c.id LIMIT ${limit}`)
  return rows
}

/** Stores vectors of passages that are still there. */
export async function insertVectors(
  sql: Sql,
  tenantId: string,
  spaceId: number,
  vectors: readonly { chunkId: string; values: readonly number[] }[],
): Promise<void> {
  const rows = vectors.map(({ chunkId, values }) => ({ id: chunkId, values: listOf(values, '{}') }))
  await sql.execute(text`
    INSERT INTO knowledge_vectors (chunk_id, space_id, embedding)
    SELECT c.id, ${spaceId}, r.values::real[]
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, "values" text)
    JOIN knowledge_chunks c ON c.id = r.id AND c.tenant_id = ${tenantId}
    ON CONFLICT DO NOTHING`)
}

/** Removes some vectors of a space; how many there were. */
export async function deleteVectors(sql: Sql, spaceId: number, limit: number): Promise<number> {
  const { rowCount } = await sql.execute(text`
    DELETE FROM knowledge_vectors WHERE space_id = ${spaceId} AND chunk_id IN (
      SELECT chunk_id FROM knowledge_vectors WHERE space_id = ${spaceId} LIMIT ${limit})`)
  return rowCount ?? 0
}

/** Removes an empty space. */
export async function deleteSpace(sql: Sql, tenantId: string, id: number): Promise<void> {
  await sql
    .delete(knowledgeSpaces)
    .where(and(eq(knowledgeSpaces.tenantId, tenantId), eq(knowledgeSpaces.id, id)))
}

/** Tenants with a space that is not finished. */
export async function listUnfinished(sql: Sql, limit: number): Promise<string[]> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    SELECT DISTINCT tenant_id AS "tenantId" FROM knowledge_spaces WHERE NOT is_active LIMIT ${limit}`)
  return rows.map(({ tenantId }) => tenantId)
}

/** A passage and how alike it is to a question. */
export interface NearChunk {
  id: string
  cosine: number
}

const cosine = (dimensions: number, values: readonly number[]) =>
  text`1 - (v.embedding::${typeOf(dimensions)} <=> ${listOf(values, '[]')}::${typeOf(dimensions)})`

/** Passages most alike to a question, of documents that can be searched. */
export async function listNearest(
  sql: Sql,
  search: {
    tenantId: string
    space: FilledSpace
    values: readonly number[]
    filters: SourceFilters
    limit: number
  },
): Promise<NearChunk[]> {
  const { tenantId, space, values, filters, limit } = search
  const hasFilter = Object.values(filters).some((value) => value !== undefined)
  const like = cosine(space.dimensions, values)
  // An index knows nothing of filters, and would find too little of what they leave: then every vector is looked at.
  const order = hasFilter
    ? text`(${like}) + 0 DESC`
    : text`v.embedding::${typeOf(space.dimensions)} <=> ${listOf(values, '[]')}::${typeOf(space.dimensions)}`
  const { rows } = await sql.execute<{ id: string; cosine: number }>(text`
    SELECT v.chunk_id AS id, (${like})::float8 AS cosine
    FROM knowledge_vectors v JOIN knowledge_chunks c ON c.id = v.chunk_id JOIN knowledge_sources s ON s.id = c.source_id
    WHERE v.space_id = ${text.raw(String(space.id))} AND ${searchable(tenantId, filters)}
    ORDER BY ${order} LIMIT ${limit}`)
  return rows
}

/** How alike these passages are to a question. */
export async function listCosines(
  sql: Sql,
  space: FilledSpace,
  ids: readonly string[],
  values: readonly number[],
): Promise<NearChunk[]> {
  const { rows } = await sql.execute<{ id: string; cosine: number }>(text`
    SELECT v.chunk_id AS id, (${cosine(space.dimensions, values)})::float8 AS cosine
    FROM knowledge_vectors v WHERE v.space_id = ${space.id} AND v.chunk_id = ANY(${text.param([...ids])}::uuid[])`)
  return rows
}

const indexName = (spaceId: number) => `knowledge_vectors_space_${spaceId}`

/** Vectors of a space; no more than `most` are counted. */
export async function countVectors(sql: Sql, spaceId: number, most: number): Promise<number> {
  const { rows } = await sql.execute<{ count: number }>(text`
    SELECT count(*)::int AS count FROM (
      SELECT FROM knowledge_vectors WHERE space_id = ${spaceId} LIMIT ${most}) v`)
  return rows[0]?.count ?? 0
}

/** Whether the database has the extension for vectors, with which it is asked for if it is there and allowed. */
export async function ensureVectorExtension(db: Database): Promise<boolean> {
  const isThere = async () =>
    ((await db.sql.execute(text`SELECT FROM pg_extension WHERE extname = 'vector'`)).rowCount ?? 0) > 0
  if (await isThere()) return true
  try {
    await db.sql.execute(text`CREATE EXTENSION IF NOT EXISTS vector`)
    return true
  } catch {
    // Missing on the server or not allowed, or another process made it in the same moment.
    return isThere()
  }
}

/**
 * Builds the index of a large space, beside everything else that is written meanwhile. Takes minutes where there are
 * very many vectors, and is begun anew where an earlier try ended in the middle.
 */
export async function createVectorIndex(db: Database, space: FilledSpace): Promise<void> {
  if (space.dimensions > mostIndexed) return
  const name = indexName(space.id)
  const type = space.dimensions > 2000 ? 'halfvec' : 'vector'
  const client = await db.pool.connect()
  try {
    const { rows } = await client.query<{ isValid: boolean }>(
      'SELECT i.indisvalid AS "isValid" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = $1',
      [name],
    )
    if (rows[0]?.isValid === true) return
    await client.query("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'")
    await client.query(`DROP INDEX IF EXISTS ${name}`)
    await client.query(
      `CREATE INDEX CONCURRENTLY ${name} ON knowledge_vectors USING hnsw
       ((embedding::${type}(${space.dimensions})) ${type}_cosine_ops) WHERE space_id = ${space.id}`,
    )
  } finally {
    await client.query('RESET statement_timeout; RESET maintenance_work_mem').catch(() => undefined)
    client.release()
  }
}

/** Removes the index of a space that nobody searches any more. */
export async function dropVectorIndex(sql: Sql, spaceId: number): Promise<void> {
  await sql.execute(text.raw(`DROP INDEX IF EXISTS ${indexName(spaceId)}`))
}

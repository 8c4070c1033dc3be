import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A passage to be stored. */
export interface NewChunk {
  id: string
  position: number
  page: number | null
  heading: string | null
  content: string
  terms: string
}

/** Adds or takes away passages of terms; in the order of the terms, so that two who do it never wait for each other. */
const countTerms = (tenantId: string, sign: 1 | -1) => text`
  INSERT INTO knowledge_terms AS t (tenant_id, term, chunks)
  SELECT ${tenantId}::uuid, lexeme, ${text.raw(String(sign))} * count(*)::int
  FROM changed, unnest(changed.terms) GROUP BY lexeme ORDER BY lexeme
  ON CONFLICT (tenant_id, term) DO UPDATE SET chunks = t.chunks + EXCLUDED.chunks`

/**
 * Stores passages of a document and counts their terms; false when the document was deleted. Holds the document, so that
 * nobody deletes it meanwhile.
 */
export async function insertChunks(
  sql: Sql,
  tenantId: string,
  sourceId: string,
  chunks: readonly NewChunk[],
): Promise<boolean> {
  const { rowCount: held } = await sql.execute(text`
    SELECT FROM knowledge_sources
    WHERE id = ${sourceId} AND tenant_id = ${tenantId} AND deleted_at IS NULL FOR SHARE`)
  if ((held ?? 0) === 0) return false
  await sql.execute(text`
    WITH changed AS (
      INSERT INTO knowledge_chunks (id, tenant_id, source_id, position, page, heading, content, terms)
      SELECT r.id, ${tenantId}, ${sourceId}, r.position, r.page, r.heading, r.content, r.terms::tsvector
      FROM json_to_recordset(${JSON.stringify(chunks)}::json)
        AS r(id uuid, position int, page int, heading text, content text, terms text)
      RETURNING terms
    )
    ${countTerms(tenantId, 1)}`)
  return true
}

/** Removes some passages of a document; how many there were. */
export async function deleteChunks(
  sql: Sql,
  tenantId: string,
  sourceId: string,
  limit: number,
): Promise<number> {
  const { rows } = await sql.execute<{ count: number }>(text`
    WITH changed AS (
      DELETE FROM knowledge_chunks WHERE tenant_id = ${tenantId} AND id IN (
        SELECT id FROM knowledge_chunks WHERE source_id = ${sourceId} AND tenant_id = ${tenantId} LIMIT ${limit}
      ) RETURNING terms
    ), counted AS (${countTerms(tenantId, -1)})
    SELECT count(*)::int AS count FROM changed`)
  return rows[0]?.count ?? 0
}

/** Forgets terms that no passage has any more; those that somebody counts right now are left for the next time. */
export async function deleteUnusedTerms(sql: Sql, tenantId: string): Promise<void> {
  await sql.execute(text`
    DELETE FROM knowledge_terms WHERE (tenant_id, term) IN (
      SELECT tenant_id, term FROM knowledge_terms
      WHERE tenant_id = ${tenantId} AND chunks <= 0 FOR UPDATE SKIP LOCKED
    )`)
}

/** In how many passages of a tenant each of the terms is; those in none are left out. */
export async function findTermCounts(
  sql: Sql,
  tenantId: string,
  terms: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql.execute<{ term: string; chunks: number }>(text`
    SELECT term, chunks FROM knowledge_terms
    WHERE tenant_id = ${tenantId} AND term = ANY(${text.param([...terms])}::text[]) AND chunks > 0`)
  return new Map(rows.map(({ term, chunks }) => [term, chunks]))
}

/** Which documents are searched. */
export interface SourceFilters {
  sourceType?: string | undefined
  sourceId?: string | undefined
}

/** Documents of a tenant that can be searched, as a condition on `s`. */
export const searchable = (tenantId: string, { sourceType, sourceId }: SourceFilters) => text`
  s.tenant_id = ${tenantId} AND s.deleted_at IS NULL AND s.status = 'indexed'
  ${sourceType === undefined ? text`` : text`AND s.source_type = ${sourceType}`}
  ${sourceId === undefined ? text`` : text`AND s.id = ${sourceId}`}`

/** Something that passages are ranked by: a query for its forms, and what it weighs. */
export interface RankedTerm {
  query: string
  weight: number
}

/** Passages with one of the terms of `wanted`, best first, by the weights of all terms they have. */
export async function rankChunks(
  sql: Sql,
  search: {
    tenantId: string
    filters: SourceFilters
    wanted: string
    terms: readonly RankedTerm[]
    limit: number
    /** Passages looked at. */
    most: number
  },
): Promise<{ id: string; score: number }[]> {
  const { tenantId, filters, wanted, terms, limit, most } = search
  // Headings and the document's name count a little more; the longer a passage, the less each of its words says (1).
  const weights = "'{0.8,0.8,0.8,1}'::float4[]"
  const parts = terms.map(
    ({ query, weight }) =>
      text`${weight}::float4 * ts_rank(${text.raw(weights)}, c.terms, ${query}::tsquery, 1)`,
  )
  const { rows } = await sql.execute<{ id: string; score: number }>(text`
    SELECT f.id, f.score::float8 AS score FROM (
      SELECT c.id, c.position, ${text.join(parts, text` + `)} AS score
      FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
      WHERE c.terms @@ ${wanted}::tsquery AND c.tenant_id = ${tenantId} AND ${searchable(tenantId, filters)}
      LIMIT ${most}
    ) f ORDER BY f.score DESC, f.position, f.id LIMIT ${limit}`)
  return rows
}

/** A passage with what is told of it. */
export interface FoundChunk {
  id: string
  sourceId: string
  sourceName: string
  sourceType: string
  position: number
  page: number | null
  heading: string | null
  content: string
  /** Which of the terms it has. */
  has: boolean[]
}

/** Passages by their ids, of documents that can still be searched. */
export async function listChunks(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
  queries: readonly string[],
): Promise<FoundChunk[]> {
  const has =
    queries.length === 0
      ? text`ARRAY[]::boolean[]`
      : text`ARRAY[${text.join(
          queries.map((query) => text`c.terms @@ ${query}::tsquery`),
          text`, `,
        )}]`
  const { rows } = await sql.execute<FoundChunk & Record<string, unknown>>(text`
    SELECT c.id, c.source_id AS "sourceId", s.name AS "sourceName", s.source_type AS "sourceType", c.position, c.page,
      c.heading, c.content, ${has} AS has
    FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
    WHERE c.id = ANY(${text.param([...ids])}::uuid[]) AND c.tenant_id = ${tenantId} AND ${searchable(tenantId, {})}`)
  return rows
}

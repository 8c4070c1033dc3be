import type { Context } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { consentMissing } from '../providers/providers.schema.ts'
import { embed, embeddingSpaceOf } from '../providers/providers.service.ts'
import type { SourceFilters } from './chunks.store.ts'
import type { LexicalReason } from './knowledge.schema.ts'
import { hasVectors } from './vector-support.ts'
import { type FilledSpace, findActiveSpace, listCosines, listNearest } from './vectors.store.ts'

/** Whoever asks waits no longer for the provider than this: words are searched at once. */
const patienceMs = 10_000

/** A question as a vector. */
export interface SemanticQuestion {
  space: FilledSpace
  values: readonly number[]
}

/** Reads a question by its meaning, or says why that cannot be. Throws when consent is missing. */
export async function readMeaning(
  ctx: Context,
  tenantId: string,
  query: string,
  signal: AbortSignal | undefined,
): Promise<SemanticQuestion | LexicalReason> {
  const wanted = await embeddingSpaceOf(ctx, tenantId)
  if (wanted === undefined) return 'no_embeddings_model'
  if (!(await hasVectors(ctx))) return 'no_vector_extension'
  const space = await findActiveSpace(ctx.db.sql, tenantId)
  // Vectors of another model mean something else: until the new ones are there, words are searched.
  if (space?.name !== wanted || space.dimensions === null) return 'vectors_not_ready'
  const filled = { ...space, dimensions: space.dimensions }
  const patience = AbortSignal.timeout(patienceMs)
  try {
    const made = await embed(ctx, {
      tenantId,
      texts: [query],
      kind: 'query',
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    })
    const [values] = made?.vectors ?? []
    if (made === undefined || values === undefined) return 'no_embeddings_model'
    if (made.space !== wanted || values.length !== space.dimensions) return 'vectors_not_ready'
    return { space: filled, values }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof AppError && error.code === consentMissing.code) throw error
    if (!(error instanceof AppError) && !patience.aborted) throw error
    return 'provider_unavailable'
  }
}

/** Passages by their meaning. */
export interface SemanticFindings {
  /** Most alike first. */
  ids: string[]
  cosines: Map<string, number>
  /** What a passage has that has nothing to do with the question, and how much is usual beyond it. */
  noise: { middle: number; spread: number }
}

const leastSpread = 0.03

const middleOf = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0

function noiseOf(cosines: readonly number[]): { middle: number; spread: number } {
  const sorted = [...cosines].sort((a, b) => a - b)
  const middle = middleOf(sorted)
  const distances = sorted.map((value) => Math.abs(value - middle)).sort((a, b) => a - b)
  // As wide as a normal distribution with these distances would be.
  return { middle, spread: Math.max(leastSpread, middleOf(distances) * 1.4826) }
}

/** Passages most alike to a question, with the cosines of these and of `others`. */
export async function searchMeaning(
  ctx: Context,
  tenantId: string,
  { space, values }: SemanticQuestion,
  { filters, limit, others }: { filters: SourceFilters; limit: number; others: readonly string[] },
): Promise<SemanticFindings> {
  const { sql } = ctx.db
  const near = await listNearest(sql, { tenantId, space, values, filters, limit })
  const known = new Map(near.map(({ id, cosine }) => [id, cosine]))
  const asked = [...new Set([...others.filter((id) => !known.has(id)), ...space.sample])]
  const more = new Map((await listCosines(sql, space, asked, values)).map(({ id, cosine }) => [id, cosine]))
  const sampled = space.sample.flatMap((id) => more.get(id) ?? known.get(id) ?? [])
  return {
    ids: near.map(({ id }) => id),
    cosines: new Map([...more, ...known]),
    noise: noiseOf(sampled),
  }
}

/** How far beyond what is usual for passages without relation a passage is. */
export function standOut({ cosines, noise }: SemanticFindings, id: string): number {
  return ((cosines.get(id) ?? 0) - noise.middle) / noise.spread
}

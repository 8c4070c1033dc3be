import type { Context } from '../../../context.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import { type FoundChunk, listChunks, type SourceFilters } from './chunks.store.ts'
import type { LexicalReason, PassageMetadata, SearchMode } from './knowledge.schema.ts'
import { coverageOf, isEvidence, type LexicalQuestion, readQuestion, searchWords } from './lexical-search.ts'
import { readMeaning, type SemanticQuestion, searchMeaning, standOut } from './semantic-search.ts'

/** A question to a tenant's documents. */
export interface KnowledgeQuestion {
  tenantId: string
  query: string
  topK: number
  filters?: SourceFilters | undefined
  signal?: AbortSignal | undefined
}

/** A passage that answers. */
export interface KnowledgeResult {
  sourceId: string
  sourceName: string
  contentType: string
  text: string
  preview: string
  metadata: PassageMetadata
  /** The cosine, or the lexical coverage where there are no vectors. */
  similarity: number
}

/** Passages that answer a question, best first; none where the documents say nothing about it. */
export interface KnowledgeAnswer {
  mode: SearchMode
  lexicalReason: LexicalReason | null
  results: KnowledgeResult[]
}

/** A passage is evidence by its meaning when it stands out so many times what is usual of those without relation. */
const leastStandOut = 4.5
/** An arm whose best passage has less than this adds noise to the other one's, so that it is left out. */
const strongCoverage = 0.3
const strongStandOut = 6
/** Arms agree when the other one, too, has one of their first so many so high up. */
const agreeingRanks = 2
/** Passages that each arm gives to the fusion. */
const fusedFrom = 50
/** What a rank by meaning counts beside one by words: models of little use must not undo what words found. */
const meaningWeight = 0.5
/** How quickly a place further down counts less; the value of the paper that fusion by ranks is from. */
const fusionConstant = 60
const previewCharacters = 300

function toResult(chunk: FoundChunk, similarity: number): KnowledgeResult {
  const { sourceId, sourceName, sourceType, content, position, page, heading } = chunk
  return {
    sourceId,
    sourceName,
    contentType: sourceType,
    text: content,
    preview: firstCharacters(content.replace(/\s+/g, ' ').trim(), previewCharacters),
    metadata: {
      ...(page === null ? {} : { page }),
      chunk: position + 1,
      ...(heading === null ? {} : { heading }),
    },
    similarity: Math.round(Math.max(0, Math.min(1, similarity)) * 10_000) / 10_000,
  }
}

async function readChunks(
  ctx: Context,
  tenantId: string,
  ids: readonly string[],
  { terms }: LexicalQuestion,
) {
  if (ids.length === 0) return new Map<string, FoundChunk>()
  const chunks = await listChunks(
    ctx.db.sql,
    tenantId,
    ids,
    terms.map(({ query }) => query),
  )
  return new Map(chunks.map((chunk) => [chunk.id, chunk]))
}

/** Passages in the order of both arms: what is high up in both comes first. */
function fuse(words: readonly string[], meaning: readonly string[]): string[] {
  const scores = new Map<string, number>()
  const count = (ids: readonly string[], weight: number) => {
    for (const [rank, id] of ids.entries())
      scores.set(id, (scores.get(id) ?? 0) + weight / (fusionConstant + rank + 1))
  }
  count(words, 1)
  count(meaning, meaningWeight)
  return [...scores].sort(([, a], [, b]) => b - a).map(([id]) => id)
}

/**
 * The order of both arms. Ranks are fused where the arms agree at least about the beginning; where they do not, one of
 * them is wrong: both are told, words first, because they can be seen in the passage.
 */
function combine(words: readonly string[], meaning: readonly string[]): string[] {
  const first = new Set(meaning.slice(0, agreeingRanks))
  if (words.slice(0, agreeingRanks).some((id) => first.has(id))) return fuse(words, meaning)
  const order = new Set(words.slice(0, agreeingRanks))
  for (let rank = 0; rank < Math.max(words.length, meaning.length); rank += 1)
    for (const id of [meaning[rank], words[rank + agreeingRanks]]) if (id !== undefined) order.add(id)
  return [...order]
}

async function searchByWords(
  ctx: Context,
  { tenantId, topK, filters = {} }: KnowledgeQuestion,
  words: LexicalQuestion,
): Promise<KnowledgeResult[]> {
  const ids = await searchWords(ctx, tenantId, words, filters, topK)
  const chunks = await readChunks(ctx, tenantId, ids, words)
  return ids.flatMap((id) => {
    const chunk = chunks.get(id)
    if (chunk === undefined || !isEvidence(words, chunk.has)) return []
    return [toResult(chunk, coverageOf(words, chunk.has))]
  })
}

async function searchByBoth(
  ctx: Context,
  { tenantId, topK, filters = {} }: KnowledgeQuestion,
  words: LexicalQuestion,
  meaning: SemanticQuestion,
): Promise<KnowledgeResult[]> {
  const byWords = await searchWords(ctx, tenantId, words, filters, fusedFrom)
  const found = await searchMeaning(ctx, tenantId, meaning, { filters, limit: fusedFrom, others: byWords })
  const chunks = await readChunks(ctx, tenantId, [...new Set([...byWords, ...found.ids])], words)
  const coverage = (id: string) => coverageOf(words, chunks.get(id)?.has ?? [])
  const bestByWords = byWords[0] === undefined ? 0 : coverage(byWords[0])
  const bestByMeaning = found.ids[0] === undefined ? 0 : standOut(found, found.ids[0])
  const isMeaningStrong = bestByMeaning >= strongStandOut
  const areWordsStrong = bestByWords >= strongCoverage
  const alone = isMeaningStrong ? found.ids : byWords
  const order = isMeaningStrong && areWordsStrong ? combine(byWords, found.ids) : alone
  return order
    .filter((id) => isEvidence(words, chunks.get(id)?.has ?? []) || standOut(found, id) >= leastStandOut)
    .slice(0, topK)
    .flatMap((id) => {
      const chunk = chunks.get(id)
      return chunk === undefined ? [] : [toResult(chunk, found.cosines.get(id) ?? coverage(id))]
    })
}

/** Searches a tenant's documents; the caller has made sure that the tenant may. */
export async function searchKnowledge(ctx: Context, question: KnowledgeQuestion): Promise<KnowledgeAnswer> {
  const { tenantId, query, signal } = question
  const words = await readQuestion(ctx, tenantId, query)
  // Without documents there is nothing to pay a provider for.
  if (words.chunks === 0) return { mode: 'lexical', lexicalReason: null, results: [] }
  const meaning = await readMeaning(ctx, tenantId, query, signal)
  if (typeof meaning === 'string')
    return { mode: 'lexical', lexicalReason: meaning, results: await searchByWords(ctx, question, words) }
  return { mode: 'hybrid', lexicalReason: null, results: await searchByBoth(ctx, question, words, meaning) }
}

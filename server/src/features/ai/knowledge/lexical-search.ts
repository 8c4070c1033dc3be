import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { createSearchTerms, type QueryTerm, quoteTerm } from '../../../platform/search-terms/search-terms.ts'
import { findTermCounts, type RankedTerm, rankChunks, type SourceFilters } from './chunks.store.ts'
import { findHoldings } from './knowledge.store.ts'

/** Terms of a question that are ranked by: those that say most. */
const mostTerms = 24
/** Passages looked at for one question; words that are in more are left to rank what the rarer ones found. */
const mostCandidates = 2500

/** A word that no document has may be another one for a word that some have. */
const unknownShare = 0.5
/** A passage that covers less of a question than this shares words with it that are in many passages, no more. */
const leastCoverage = 0.2

const readers = defineProcessState(() => createSearchTerms())

/** A part of the tenant's id, which begins all its terms. */
export const tagOf = (tenantId: string): string => tenantId.slice(-8)

/** A term of a question with what it says in the documents of the tenant. */
interface WeighedTerm {
  query: string
  /** Passages that have it. */
  chunks: number
  weight: number
  isContent: boolean
}

/** A question as the documents of a tenant are asked it. */
export interface LexicalQuestion {
  /** Passages of the tenant. */
  chunks: number
  terms: readonly WeighedTerm[]
  /** The sum of the weights: what a passage with everything has. */
  whole: number
}

const anyOf = (forms: readonly string[], tag: string): string =>
  forms.map((form) => quoteTerm(`${tag}${form}`)).join(' | ')

function weigh(
  term: QueryTerm,
  tag: string,
  counts: ReadonlyMap<string, number>,
  total: number,
): WeighedTerm {
  const known = term.forms.filter((form) => counts.has(`${tag}${form}`))
  const chunks = Math.min(total, Math.max(0, ...known.map((form) => counts.get(`${tag}${form}`) ?? 0)))
  // How much is learnt by finding it; a word that nobody wrote says as much as one that is written once.
  const rarity = Math.log(1 + (total - chunks + 0.5) / (Math.max(chunks, 0.5) + 0.5))
  const forms = known.length === 0 ? term.forms : known
  return { query: anyOf(forms, tag), chunks, weight: rarity * term.weight, isContent: term.isContent }
}

/** Reads a question: which terms, and what each is worth. */
export async function readQuestion(ctx: Context, tenantId: string, query: string): Promise<LexicalQuestion> {
  const { chunks, languages } = await findHoldings(ctx.db.sql, tenantId)
  if (chunks === 0) return { chunks, terms: [], whole: 0 }
  const tag = tagOf(tenantId)
  const terms = readers.of(ctx).ofQuery(query, languages)
  const forms = terms.flatMap((term) => term.forms.map((form) => `${tag}${form}`))
  const counts = await findTermCounts(ctx.db.sql, tenantId, forms)
  const weighed = terms
    .map((term) => weigh(term, tag, counts, chunks))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, mostTerms)
  const whole = weighed.reduce(
    (sum, term) => sum + (term.chunks > 0 ? term.weight : term.weight * unknownShare),
    0,
  )
  return { chunks, terms: weighed, whole }
}

/**
 * What the passages to rank must have: any of the rarest terms, as many as do not lead to too many passages. Where even
 * the rarest is everywhere, several at once.
 */
function chooseWanted(terms: readonly WeighedTerm[]): string {
  const byRarity = terms.filter(({ chunks }) => chunks > 0).sort((a, b) => a.chunks - b.chunks)
  const [first, ...others] = byRarity
  if (first === undefined) return ''
  if (first.chunks > mostCandidates)
    return byRarity
      .slice(0, 3)
      .map(({ query }) => `(${query})`)
      .join(' & ')
  const chosen = [first]
  let sum = first.chunks
  for (const term of others) {
    sum += term.chunks
    if (sum > mostCandidates) break
    chosen.push(term)
  }
  return chosen.map(({ query }) => query).join(' | ')
}

/** Passages with words of the question, best first. */
export async function searchWords(
  ctx: Context,
  tenantId: string,
  { terms }: LexicalQuestion,
  filters: SourceFilters,
  limit: number,
): Promise<string[]> {
  const wanted = chooseWanted(terms)
  if (wanted === '') return []
  const ranked: RankedTerm[] = terms
    .filter(({ chunks }) => chunks > 0)
    // A rank is divided by the number of forms that are looked for.
    .map(({ query, weight }) => ({ query, weight: weight * query.split(' | ').length }))
  const found = await rankChunks(ctx.db.sql, {
    tenantId,
    filters,
    wanted,
    terms: ranked,
    limit,
    most: mostCandidates,
  })
  return found.map(({ id }) => id)
}

/** How much of what a question asks for is in a passage, 0 to 1. */
export function coverageOf({ terms, whole }: LexicalQuestion, has: readonly boolean[]): number {
  if (whole === 0) return 0
  const found = terms.reduce((sum, { weight }, index) => sum + (has[index] === true ? weight : 0), 0)
  return Math.min(1, found / whole)
}

/** Whether a passage says something about what is asked, and not only in the same words that ask. */
export function isEvidence(question: LexicalQuestion, has: readonly boolean[]): boolean {
  const { terms } = question
  const isAbout =
    terms.every(({ isContent }) => !isContent) || terms.some(({ isContent }, at) => isContent && has[at])
  return isAbout && coverageOf(question, has) >= leastCoverage
}

import type { Context } from '../../../src/context.ts'
import { searchKnowledge } from '../../../src/features/ai/knowledge/knowledge.service.ts'
import { readMeaning, searchMeaning } from '../../../src/features/ai/knowledge/semantic-search.ts'

/** A question and how to tell the passages that answer it. */
export interface Judged {
  set: string
  question: string
  isAnswer(passage: { sourceName: string; text: string }): boolean
}

/** How good a ranking is, over some questions. */
export interface Quality {
  questions: number
  recallAt5: number
  mrr: number
  ndcgAt10: number
  missed: string[]
}

/** Where among the first ten the answers stand, from 0. */
type Found = { question: string; ranks: number[] }

const depth = 10

function qualityOf(found: readonly Found[]): Quality {
  const mean = (value: (one: Found) => number) =>
    found.reduce((sum, one) => sum + value(one), 0) / Math.max(1, found.length)
  return {
    questions: found.length,
    recallAt5: mean(({ ranks }) => (ranks.some((rank) => rank < 5) ? 1 : 0)),
    mrr: mean(({ ranks: [first] }) => (first === undefined ? 0 : 1 / (first + 1))),
    // One passage answers each question: the gain is what its first place is worth.
    ndcgAt10: mean(({ ranks: [first] }) => (first === undefined ? 0 : 1 / Math.log2(first + 2))),
    missed: found.filter(({ ranks }) => !ranks.some((rank) => rank < 5)).map(({ question }) => question),
  }
}

/** Asks every question; `ask` answers passages, best first. */
async function judge(
  judged: readonly Judged[],
  ask: (question: string) => Promise<readonly { sourceName: string; text: string }[]>,
): Promise<Record<string, Quality>> {
  const bySet = new Map<string, Found[]>()
  for (const { set, question, isAnswer } of judged) {
    const passages = await ask(question)
    const ranks = passages.slice(0, depth).flatMap((passage, rank) => (isAnswer(passage) ? [rank] : []))
    bySet.set(set, [...(bySet.get(set) ?? []), { question, ranks }])
  }
  const all = [...bySet.values()].flat()
  return Object.fromEntries([...bySet, ['all', all] as const].map(([set, found]) => [set, qualityOf(found)]))
}

/** What the product answers: by words without a model, by both with one. */
export function judgeSearch(ctx: Context, tenantId: string, judged: readonly Judged[]) {
  return judge(judged, async (query) => {
    const { results } = await searchKnowledge(ctx, { tenantId, query, topK: depth })
    return results
  })
}

/** The same by meaning alone, to know what the fusion is worth. */
export function judgeMeaning(
  ctx: Context,
  tenantId: string,
  judged: readonly Judged[],
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, { sourceName: string; text: string }>>,
) {
  return judge(judged, async (query) => {
    const meaning = await readMeaning(ctx, tenantId, query, undefined)
    if (typeof meaning === 'string') throw new Error(`no search by meaning: ${meaning}`)
    const { ids } = await searchMeaning(ctx, tenantId, meaning, { filters: {}, limit: depth, others: [] })
    const passages = await read(ids)
    return ids.flatMap((id) => passages.get(id) ?? [])
  })
}

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Bench } from './bench.types.ts'
import type { Quality } from './knowledge/quality.ts'

interface Measured {
  languages: { search: Record<string, Quality>; meaning?: Record<string, Quality> }
  technical: { search: Record<string, Quality>; meaning?: Record<string, Quality> }
  chunks: number
  unanswerable: { asked: number; answered: number }
}

const three = (value = 0) => value.toFixed(3)
const tell = (quality: Quality | undefined) =>
  `recall@5 ${three(quality?.recallAt5)}, MRR ${three(quality?.mrr)}, nDCG@10 ${three(quality?.ndcgAt10)} (${quality?.questions})`

/** Retrieval from documents: how good it is by words alone, and by both arms with a model. */
export const knowledgeBench: Bench = {
  name: 'knowledge',
  isLong: true,
  async run({ database }) {
    if (database !== 'embedded') return { rows: [], raw: 'the quality is the same on both databases' }
    const program = fileURLToPath(new URL('./knowledge/program.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 64 * 1024 * 1024 })
    const raw = JSON.parse(stdout) as { words: Measured; both: Measured }
    const { words, both } = raw
    const [languages, technical] = [words.languages.search, words.technical.search]
    const isFused = (['languages', 'technical'] as const).every((set) => {
      const better = Math.max(words[set].search['all']?.mrr ?? 0, both[set].meaning?.['all']?.mrr ?? 0)
      return (both[set].search['all']?.mrr ?? 0) >= better - 0.005
    })
    return {
      raw,
      rows: [
        {
          what: '(x) questions in 15 languages, by words',
          figure: `${tell(languages['all'])}; unseen ${tell(languages['unseen'])}`,
          goal: 'recall@5 0.97, MRR 0.92',
          isMet: (languages['all']?.recallAt5 ?? 0) >= 0.97 && (languages['all']?.mrr ?? 0) >= 0.92,
        },
        {
          what: `(x) technical questions over ${words.chunks} passages, by words`,
          figure: `${tell(technical['tuned'])}; unseen ${tell(technical['unseen'])}`,
          goal: 'recall@5 0.76, nDCG@10 0.63',
          isMet: (technical['tuned']?.recallAt5 ?? 0) >= 0.76 && (technical['tuned']?.ndcgAt10 ?? 0) >= 0.63,
        },
        {
          what: '(x) by both, beside meaning alone',
          figure: `languages ${tell(both.languages.search['all'])} beside ${tell(both.languages.meaning?.['all'])}; technical ${tell(both.technical.search['all'])} beside ${tell(both.technical.meaning?.['all'])}`,
          goal: 'never below the better arm',
          isMet: isFused,
        },
        {
          what: '(x) questions that no document answers and that got an answer',
          figure: `by words ${words.unanswerable.answered}, by both ${both.unanswerable.answered} of ${words.unanswerable.asked}`,
          goal: 'few',
          isMet: words.unanswerable.answered <= 4,
        },
      ],
    }
  },
}

import { measureSentiment, type SentimentFigures } from '../corpora/sentiment/measure-sentiment.ts'
import { tunedTexts } from '../corpora/sentiment/tuned.ts'
import { unseenTexts } from '../corpora/sentiment/unseen.ts'
import type { Bench } from './bench.types.ts'

const goal = { accuracy: 0.79, positivePrecision: 0.89 }

const figureOf = ({ accuracy, positivePrecision }: { accuracy: number; positivePrecision: number }) =>
  `accuracy ${accuracy.toFixed(2)}, precision of positive ${positivePrecision.toFixed(2)}`

function rowOf(what: string, figures: SentimentFigures) {
  const isMet = figures.accuracy >= goal.accuracy && figures.positivePrecision >= goal.positivePrecision
  return {
    what: `sentiment by lists of words, ${figures.texts} texts ${what}`,
    figure: figureOf(figures),
    goal: '>= 0.79, >= 0.89',
    isMet,
  }
}

/** How well lists of words find out how somebody feels: needs no database. */
export const sentimentBench: Bench = {
  name: 'sentiment',
  isLong: true,
  async run() {
    const [tuned, unseen] = [measureSentiment(tunedTexts), measureSentiment(unseenTexts)]
    const all = tunedTexts.flatMap((texts, index) => [texts, unseenTexts[index] ?? texts])
    const together = measureSentiment(all)
    const languages = tuned.byLanguage.map((each, index) => {
      const other = unseen.byLanguage[index] ?? each
      return {
        what: `sentiment, ${each.language}: mended on; not mended on`,
        figure: `${figureOf(each)}; ${figureOf(other)}`,
        goal: '',
        isMet: true,
      }
    })
    const rows = [rowOf('in all', together), rowOf('mended on', tuned), rowOf('not mended on', unseen)]
    return { raw: { tuned, unseen }, rows: [...rows, ...languages] }
  },
}

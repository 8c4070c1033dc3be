import {
  type SentimentLabel,
  scoreByLexicon,
} from '../../../src/features/ai/sentiment/score-by-lexicon.service.ts'
import type { SentimentTexts } from './sentiment-corpus.ts'

/** A text of which the lists of words say something else than a person. */
export interface Mistake {
  language: string
  text: string
  isReally: SentimentLabel
  found: SentimentLabel
}

/** How well the lists of words do on texts. */
export interface SentimentFigures {
  texts: number
  accuracy: number
  /** Of those called positive, how many are. */
  positivePrecision: number
  byLanguage: readonly { language: string; accuracy: number; positivePrecision: number }[]
  mistakes: readonly Mistake[]
}

interface Judged {
  language: string
  text: string
  isReally: SentimentLabel
  found: SentimentLabel
}

function judge(corpus: readonly SentimentTexts[]): Judged[] {
  return corpus.flatMap(({ language, positive, neutral, negative }) =>
    Object.entries({ positive, neutral, negative }).flatMap(([isReally, texts]) =>
      texts.map((text) => ({
        language,
        text,
        isReally: isReally as SentimentLabel,
        found: scoreByLexicon(text, language).label,
      })),
    ),
  )
}

function figuresOf(judged: readonly Judged[]) {
  const right = judged.filter(({ isReally, found }) => isReally === found)
  const called = judged.filter(({ found }) => found === 'positive')
  return {
    accuracy: right.length / judged.length,
    positivePrecision: called.filter(({ isReally }) => isReally === 'positive').length / called.length,
  }
}

/** Measures the lists of words on texts that people labelled. */
export function measureSentiment(corpus: readonly SentimentTexts[]): SentimentFigures {
  const judged = judge(corpus)
  return {
    texts: judged.length,
    ...figuresOf(judged),
    byLanguage: corpus.map(({ language }) => ({
      language,
      ...figuresOf(judged.filter((each) => each.language === language)),
    })),
    mistakes: judged.filter(({ isReally, found }) => isReally !== found),
  }
}

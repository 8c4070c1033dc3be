import { weighEmoji } from './emoji.ts'
import { foldFor, isLexiconLanguage, type LexiconLanguage } from './folding.ts'
import { guessLanguage } from './guess-language.ts'
import { type Found, isUnspaced, lexiconOf, unitsOf } from './lexicon.ts'

/** What a text says about how somebody feels. */
export type SentimentLabel = 'positive' | 'neutral' | 'negative'

/** What the lists of words say about a text. */
export interface LexiconSentiment {
  /** 0 to 1; 0.5 says nothing. */
  score: number
  label: SentimentLabel
  /** At most 0.5: words are counted here, not understood. */
  confidence: number
  /** ISO 639-1 of one of the 15 languages; null when it is none of them. */
  language: string | null
  /** Words that speak well. */
  positiveWords: number
}

/** From this score on a text is positive, and below the other one negative; a model's answers are labelled by them too. */
export const labelBounds = { positive: 0.6, negative: 0.4 } as const
/** The lists of words are never surer than this. */
export const mostLexiconConfidence = 0.5

/** The label of a score. */
export function labelOf(score: number): SentimentLabel {
  if (score >= labelBounds.positive) return 'positive'
  return score <= labelBounds.negative ? 'negative' : 'neutral'
}

/** How many words, or characters where words run together, a negation reaches. */
const reach = { before: 3, after: 2 }
const denseReach = { before: 2, after: 4 }
/** What is not good is bad; what is not bad is hardly good. */
const turned = { good: -0.8, bad: -0.4 }
const beforeBut = 0.6
const afterBut = 1.2
/** Who asks whether something is good does not say that it is. */
const ofQuestion = 0.3
const spread = 30

interface Hit {
  at: number
  end: number
  weight: number
}

interface Negation {
  at: number
  end: number
  role: Found['role']
}

const sentences = /[^.!?…。！？؟।\n]+[.!?…。！？؟।\n]*/gu
const isQuestion = (sentence: string): boolean => /[?？؟][.!?…。！？؟।\n]*$/u.test(sentence)

function read(language: LexiconLanguage, sentence: string) {
  const units = unitsOf(language, foldFor(language, sentence))
  const lexicon = lexiconOf(language)
  const hits: Hit[] = []
  const negations: Negation[] = []
  let but = -1
  for (let at = 0; at < units.length; ) {
    const found = lexicon.find(units, at)
    const end = at + (found?.length ?? 1)
    if (found?.role === 'weight' && found.weight !== 0) hits.push({ at, end, weight: found.weight })
    else if (found?.role === 'but') but = at
    else if (found !== undefined && found.role !== 'weight') negations.push({ at, end, role: found.role })
    at = end
  }
  return { hits, negations, but }
}

/** Turns around what each negation is about: what follows, else what stands before it, as the language has it. */
function turn(language: LexiconLanguage, hits: Hit[], negations: readonly Negation[]): void {
  const { before, after } = isUnspaced(language) ? denseReach : reach
  const flip = (hit: Hit) => {
    hit.weight *= hit.weight > 0 ? turned.good : turned.bad
  }
  const flipped = new Set<Hit>()
  for (const { at, end, role } of negations) {
    const next = role === 'after' ? undefined : hits.find((hit) => hit.at >= end && hit.at - end < before)
    const previous =
      role === 'before' || next !== undefined
        ? undefined
        : hits.findLast((hit) => hit.end <= at && at - hit.end <= after)
    const hit = next ?? previous
    if (hit === undefined || flipped.has(hit)) continue
    flipped.add(hit)
    flip(hit)
  }
}

function weigh(language: LexiconLanguage, sentence: string) {
  const { hits, negations, but } = read(language, sentence)
  turn(language, hits, negations)
  const share = (hit: Hit) => (but < 0 ? 1 : hit.at < but ? beforeBut : afterBut)
  const sum = hits.reduce((total, hit) => total + hit.weight * share(hit), 0)
  return {
    sum: isQuestion(sentence) ? sum * ofQuestion : sum,
    hits: hits.length,
    positive: hits.filter(({ weight }) => weight >= 1).length,
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

/**
 * What lists of words of 15 languages say about a text: fast, without a model, and never sure. `language` is ISO 639-1;
 * without it, it is guessed. A text in a language without lists is neutral, with no confidence.
 */
export function scoreByLexicon(text: string, language?: string): LexiconSentiment {
  const known = language === undefined ? guessLanguage(text) : isLexiconLanguage(language) ? language : null
  const parts = known === null ? [] : (text.match(sentences) ?? []).map((sentence) => weigh(known, sentence))
  const emoji = weighEmoji(text)
  const hits = parts.reduce((total, part) => total + part.hits, emoji === 0 ? 0 : 1)
  const sum = parts.reduce((total, part) => total + part.sum, emoji)
  const score = round(0.5 + (0.5 * sum) / Math.sqrt(sum * sum + spread))
  const certainty = hits === 0 ? 0 : 0.1 + 0.1 * Math.min(hits, 2) + 0.3 * Math.abs(2 * score - 1)
  return {
    score,
    label: labelOf(score),
    confidence: round(Math.min(mostLexiconConfidence, known === null ? certainty / 2 : certainty)),
    language: known,
    positiveWords: parts.reduce((total, part) => total + part.positive, 0),
  }
}

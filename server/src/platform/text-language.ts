import { eld } from 'eld'

/** What the detector calls languages that it does not tell apart, or knows under another code. */
const detectedAs: Readonly<Record<string, string>> = {
  nb: 'no',
  nn: 'no',
  id: 'ms',
  bs: 'hr',
  sh: 'hr',
  fil: 'tl',
}
/** A second language that is nearly as likely makes the first one a guess. */
const closeness = 0.995
/** Fewer letters than this, or fewer words where words are told apart, are a greeting or a name. */
const leastLetters = 10
const leastWords = 3
/** Scripts that write without spaces: a letter says more. */
const dense =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const leastDense = 6
/** Addresses, numbers and signs. */
const unspoken = /https?:\/\/\S+|(?<!\S)[^\s@]*@\S*|[\p{N}\p{P}\p{S}]+/gu

/** Tells languages, as ISO 639-1. */
export interface LanguageDetector {
  /** The codes it knows. */
  readonly known: ReadonlySet<string>
  /** How likely a text is in each of the languages that come into question; undefined when nothing is certain. */
  score(text: string): Record<string, number> | undefined
}

let loading: Promise<unknown> | undefined

/** The detector. Its smallest table takes some 90 MB, so whoever needs it first loads it. */
export async function loadLanguageDetector(): Promise<LanguageDetector> {
  if ('load' in eld) {
    loading ??= eld.load('extrasmall').catch((error: unknown) => {
      // The next one tries again.
      loading = undefined
      throw error
    })
    await loading
  }
  return {
    known: new Set(Object.values(eld.info().Languages)),
    score(text) {
      const found = eld.detect(text)
      return found.isReliable() ? found.getScores() : undefined
    },
  }
}

/** The code under which the detector knows a language, given as a language tag. */
export function detectorCode(language: string): string {
  const code = new Intl.Locale(language).language
  return detectedAs[code] ?? code
}

/** The text without what belongs to no language: addresses, numbers and signs. */
export function spokenPart(text: string): string {
  return text.replace(unspoken, ' ')
}

/** The language of a text, as the detector's code; null when it is too short or between two languages. */
export function detectLanguage({ score }: LanguageDetector, text: string): string | null {
  const spoken = spokenPart(text).trim()
  const letters = spoken.replace(/\s/gu, '').length
  const isEnough = dense.test(spoken)
    ? letters >= leastDense
    : letters >= leastLetters && spoken.split(/\s+/u).length >= leastWords
  const scores = isEnough ? score(spoken) : undefined
  if (scores === undefined) return null
  const [[code = null, best = 0] = [], [, second = 0] = []] = Object.entries(scores).sort(
    ([, a], [, b]) => b - a,
  )
  return second > best * closeness ? null : code
}

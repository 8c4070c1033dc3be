import { foldFor, type LexiconLanguage } from './folding.ts'
import { lexiconOf, unitsOf } from './lexicon.ts'

const byScript: readonly (readonly [RegExp, LexiconLanguage])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Devanagari}/u, 'hi'],
  [/\p{Script=Cyrillic}/u, 'ru'],
]

const latin: readonly LexiconLanguage[] = ['en', 'es', 'pt', 'fr', 'de', 'it', 'nl', 'tr']

function countKnown(language: LexiconLanguage, text: string): number {
  const units = unitsOf(language, foldFor(language, text))
  const lexicon = lexiconOf(language)
  let known = 0
  for (let at = 0; at < units.length; ) {
    const length = lexicon.find(units, at)?.length ?? 0
    known += length
    at += Math.max(1, length)
  }
  return known
}

/**
 * What language a short text most likely is in, by its script or by whose words it holds; null when it holds none. For
 * what a detector finds too short: `Muito bom!`
 */
export function guessLanguage(text: string): LexiconLanguage | null {
  const script = byScript.find(([pattern]) => pattern.test(text))
  if (script !== undefined) return script[1]
  const counts = latin.map((language) => ({ language, known: countKnown(language, text) }))
  const best = counts.reduce((high, each) => (each.known > high.known ? each : high))
  return best.known === 0 ? null : best.language
}

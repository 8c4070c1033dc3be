import {
  detectorCode,
  type LanguageDetector,
  loadLanguageDetector,
  spokenPart,
} from '../../../platform/text-language.ts'

/** Scripts whose letters are counted. */
const scripts = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Hebrew',
  'Arabic',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Thai',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Gujarati',
  'Gurmukhi',
  'Armenian',
  'Georgian',
  'Ethiopic',
  'Khmer',
  'Lao',
  'Myanmar',
  'Sinhala',
] as const
type Script = (typeof scripts)[number]

const patterns = scripts.map((script) => ({ script, pattern: new RegExp(`\\p{Script=${script}}`, 'gu') }))

const byCode: Readonly<Record<string, readonly Script[]>> = {
  Latn: ['Latin'],
  Cyrl: ['Cyrillic'],
  Grek: ['Greek'],
  Hebr: ['Hebrew'],
  Arab: ['Arabic'],
  Hans: ['Han'],
  Hant: ['Han'],
  Jpan: ['Han', 'Hiragana', 'Katakana'],
  Kore: ['Hangul', 'Han'],
  Thai: ['Thai'],
  Deva: ['Devanagari'],
  Beng: ['Bengali'],
  Taml: ['Tamil'],
  Telu: ['Telugu'],
  Knda: ['Kannada'],
  Mlym: ['Malayalam'],
  Gujr: ['Gujarati'],
  Guru: ['Gurmukhi'],
  Armn: ['Armenian'],
  Geor: ['Georgian'],
  Ethi: ['Ethiopic'],
  Khmr: ['Khmer'],
  Laoo: ['Lao'],
  Mymr: ['Myanmar'],
  Sinh: ['Sinhala'],
}

/** Languages that are written in two scripts in daily life. */
const alsoIn: Readonly<Record<string, readonly Script[]>> = {
  sr: ['Cyrillic', 'Latin'],
  bs: ['Cyrillic', 'Latin'],
  uz: ['Cyrillic', 'Latin'],
  az: ['Cyrillic', 'Latin', 'Arabic'],
  kk: ['Cyrillic', 'Latin', 'Arabic'],
  ku: ['Latin', 'Arabic'],
  pa: ['Gurmukhi', 'Arabic'],
  ms: ['Latin', 'Arabic'],
  ha: ['Latin', 'Arabic'],
  mn: ['Cyrillic'],
}

function scriptsOf(language: string): readonly Script[] | undefined {
  const code = new Intl.Locale(language).maximize().script
  const known = code === undefined ? undefined : byCode[code]
  if (known === undefined) return undefined
  return [...known, ...(alsoIn[new Intl.Locale(language).language] ?? [])]
}

/** Fewer letters than this are a name or an abbreviation. */
const leastLetters = 6
const mostForeign = 0.4

function isInForeignScript(languages: readonly string[], text: string): boolean {
  const allowed = new Set<Script>()
  for (const language of languages) {
    const own = scriptsOf(language)
    if (own === undefined) return false
    for (const script of own) allowed.add(script)
  }
  let letters = 0
  let foreign = 0
  for (const { script, pattern } of patterns) {
    const count = text.match(pattern)?.length ?? 0
    letters += count
    if (!allowed.has(script)) foreign += count
  }
  return letters >= leastLetters && foreign / letters > mostForeign
}

/** Shorter texts are taken for a neighbour too often. */
const leastDetected = 30
/** The best of the allowed languages is that much less likely than the one that was found. */
const certainty = 0.75
/** Names, which belong to no language: words with a capital, also those that begin a sentence. */
const nameLike = /(?<!\p{L})\p{Lu}\p{Ll}+/gu

function isInForeignLanguage(detector: LanguageDetector, codes: ReadonlySet<string>, text: string): boolean {
  const spoken = spokenPart(text).replace(nameLike, ' ')
  if (spoken.replace(/\s/gu, '').length < leastDetected) return false
  const scores = Object.entries(detector.score(spoken) ?? {})
  if (scores.length === 0) return false
  const best = Math.max(...scores.map(([, score]) => score))
  const bestAllowed = Math.max(0, ...scores.map(([code, score]) => (codes.has(code) ? score : 0)))
  return bestAllowed < best * certainty
}

/**
 * A test whether a text is certainly in none of the languages: too many of its letters belong to scripts that none of
 * them is written in, or its words belong to another language. What is short or between two languages counts as allowed,
 * and so do the words of all languages of a script when one is allowed that the detector does not know.
 */
export async function foreignTo(languages: readonly string[]): Promise<(text: string) => boolean> {
  if (languages.length === 0) return () => false
  const detector = await loadLanguageDetector()
  const codes = new Set(languages.map(detectorCode))
  const isDetectable = [...codes].every((code) => detector.known.has(code))
  return (text) =>
    isInForeignScript(languages, text) || (isDetectable && isInForeignLanguage(detector, codes, text))
}

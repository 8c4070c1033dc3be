/** Scripts whose letters are counted; a language is certain only by them. */
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

/**
 * Whether a text is certainly in none of the languages: too many of its letters belong to scripts that none of them is
 * written in. Languages of one script cannot be told apart so, and count as allowed.
 */
export function isForeignTo(languages: readonly string[], text: string): boolean {
  if (languages.length === 0) return false
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

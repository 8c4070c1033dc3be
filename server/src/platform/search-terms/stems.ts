import { newStemmer } from 'snowball-stemmers'

/** Languages whose words are brought to their stems by Snowball's rules, by ISO 639-1. */
const algorithms: Readonly<Record<string, string>> = {
  ca: 'catalan',
  cs: 'czech',
  da: 'danish',
  de: 'german',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  it: 'italian',
  nl: 'dutch',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  tr: 'turkish',
}

/** Brings a lower-case word to its stem. */
export type Stemmer = (word: string) => string

const mostKept = 20_000

/** Words come again and again, and a stem takes longer than looking one up. */
function remember(stem: Stemmer): Stemmer {
  const known = new Map<string, string>()
  return (word) => {
    let found = known.get(word)
    if (found !== undefined) return found
    found = stem(word)
    if (known.size >= mostKept) known.clear()
    known.set(word, found)
    return found
  }
}

const shortestHebrew = 3
const hebrewEnds: Readonly<Record<string, string>> = { ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' }
const hebrewPrefixes = 'והבכלמש'
const hebrewSuffixes = ['יות', 'ות', 'ימ', 'ית', 'ה', 'ת', 'י']

/**
 * A Hebrew word with and without the end of its form, and without the article, conjunctions and prepositions that are
 * written as a part of it. Which letters belong to the word itself nobody can tell by rule, so that all readings count.
 */
export function readHebrew(word: string): string[] {
  const plain = word.replace(/[ךםןףץ]/g, (letter) => hebrewEnds[letter] ?? letter)
  const suffix = hebrewSuffixes.find((end) => plain.endsWith(end) && plain.length - end.length >= 2)
  const readings = new Set<string>()
  for (const stem of suffix === undefined ? [plain] : [plain, plain.slice(0, -suffix.length)]) {
    readings.add(stem)
    let rest = stem
    for (let count = 0; count < 3 && rest.length > shortestHebrew; count += 1) {
      if (!hebrewPrefixes.includes(rest[0] ?? ' ')) break
      rest = rest.slice(1)
      readings.add(rest)
    }
  }
  return [...readings].filter((reading) => reading.length >= 2)
}

const arabicPrefixes = ['وال', 'بال', 'كال', 'فال', 'لل', 'ال', 'و', 'ب', 'ل', 'ف', 'ك']
const arabicSuffixes = [
  'هما',
  'كما',
  'تها',
  'ات',
  'ون',
  'ين',
  'ان',
  'ها',
  'هم',
  'كم',
  'نا',
  'ية',
  'ه',
  'ي',
  'ك',
]
const arabicLetters: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ة: 'ه',
  ؤ: 'و',
  ئ: 'ي',
}

/** The same for Arabic: the article with what stands before it, and the ends of plurals and pronouns. */
function stemArabic(word: string): string {
  let stem = word.replace(/[أإآٱىةؤئ]/g, (letter) => arabicLetters[letter] ?? letter)
  const prefix = arabicPrefixes.find((each) => stem.startsWith(each) && stem.length - each.length >= 3)
  if (prefix !== undefined) stem = stem.slice(prefix.length)
  const suffix = arabicSuffixes.find((end) => stem.endsWith(end) && stem.length - end.length >= 3)
  return suffix === undefined ? stem : stem.slice(0, -suffix.length)
}

const hindiSuffixes = [
  'ियों',
  'ियाँ',
  'ाओं',
  'ुओं',
  'ों',
  'ें',
  'ीं',
  'ाँ',
  'ाएं',
  'ने',
  'ना',
  'नी',
  'ते',
  'ता',
  'ती',
  'े',
  'ी',
  'ा',
  'ि',
  'ो',
  'ु',
  'ू',
]

/** Ends of Hindi's cases and genders, as the light stemmers published for it take them off. */
function stemHindi(word: string): string {
  const suffix = hindiSuffixes.find((end) => word.endsWith(end) && word.length - end.length >= 2)
  return suffix === undefined ? word : word.slice(0, -suffix.length)
}

const own: Readonly<Record<string, Stemmer>> = { ar: stemArabic, hi: stemHindi }

function createStemmer(language: string): Stemmer {
  const ownRules = own[language]
  if (ownRules !== undefined) return remember(ownRules)
  const algorithm = algorithms[language]
  if (algorithm === undefined) return (word) => word
  const snowball = newStemmer(algorithm)
  return remember((word) => snowball.stem(word))
}

/** Stemmers by language (ISO 639-1), each made when it is first asked for; a language without rules keeps its words. */
export function createStemmers(): (language: string) => Stemmer {
  const stemmers = new Map<string, Stemmer>()
  return (language) => {
    const known = stemmers.get(language)
    if (known !== undefined) return known
    const stemmer = createStemmer(language)
    stemmers.set(language, stemmer)
    return stemmer
  }
}

/** The language whose rules a word of this script is stemmed by, whatever language surrounds it. */
export function scriptLanguage(word: string): string | undefined {
  if (/^\p{Script=Hebrew}/u.test(word)) return 'he'
  if (/^\p{Script=Arabic}/u.test(word)) return 'ar'
  if (/^\p{Script=Devanagari}/u.test(word)) return 'hi'
  if (/^\p{Script=Cyrillic}/u.test(word)) return 'ru'
  return undefined
}

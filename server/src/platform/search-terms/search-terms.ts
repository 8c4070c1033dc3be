import { createFolding, latinTwins } from '../fold-text.ts'
import { createFunctionWords } from './function-words.ts'
import { createStemmers, readHebrew, scriptLanguage } from './stems.ts'

/** Scripts that write without spaces between words, and Korean, whose words carry their endings: read as pairs of signs. */
const denseRuns =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3005\u3006\u30fc]+/gu
/** Accents and points that people leave out, invisible signs; the vowels of Indian scripts are letters. */
const marks =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/gu
const mostTermCharacters = 48
/** What a word that says nothing about the matter counts beside one that does. */
const functionWeight = 0.15
const pairWeight = 0.25
/** What lies across two words may still be one, where the words were told apart wrongly. */
const acrossWeight = 0.4

const fold = createFolding({ marks, letters: latinTwins })

/** A word or a pair of signs of a question, in every form in which texts may have it. */
export interface QueryTerm {
  forms: string[]
  /** How much it says by itself, 0 to 1. */
  weight: number
  /** Whether it is about the matter: words that ask and join are not. */
  isContent: boolean
}

/** Where a text is read for its terms. */
export interface SearchTerms {
  /** The terms of a text in a language (ISO 639-1), in their order; compound words give their parts as well. */
  ofText(text: string, language: string | undefined): string[][]
  /** What is looked for, each thing once, in texts of these languages. */
  ofQuery(query: string, languages: readonly string[]): QueryTerm[]
}

interface Run {
  text: string
  isDense: boolean
}

function* runsOf(text: string): Generator<Run> {
  let end = 0
  for (const match of text.matchAll(denseRuns)) {
    if (match.index > end) yield { text: text.slice(end, match.index), isDense: false }
    yield { text: match[0], isDense: true }
    end = match.index + match[0].length
  }
  if (end < text.length) yield { text: text.slice(end), isDense: false }
}

/** Pairs of neighbouring signs; a sign that stands alone is a term by itself. */
function pairsOf(run: string): string[] {
  const signs = [...fold(run)]
  if (signs.length === 1) return signs
  return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`)
}

/** A word as it stands, and its parts where it is put together of several: `max_retries`, `sendText`, `l'offre`. */
function partsOf(word: string): string[] {
  const plain = word.replace(/['’ʼ]/g, "'")
  const parts = plain
    .split(/[^\p{L}\p{N}\p{M}]+|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)
    .filter((part) => part !== '')
  if (parts.length < 2) return parts
  const whole = plain.replace(/[^\p{L}\p{N}\p{M}]+/gu, '')
  return plain.includes("'") ? parts : [whole, ...parts]
}

const cut = (term: string): string =>
  term.length > mostTermCharacters ? term.slice(0, mostTermCharacters) : term

/** Makes a reader of terms, which remembers stems: one for each process and use. */
export function createSearchTerms(): SearchTerms {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' })
  const stemmer = createStemmers()
  const functionWords = createFunctionWords(fold)

  const stemsOf = (word: string, language: string | undefined): string[] => {
    const rules = scriptLanguage(word) ?? language
    const lower = word.normalize('NFC').toLowerCase()
    if (rules === undefined || /^\p{N}/u.test(word)) return [cut(fold(lower))]
    if (rules === 'he') return readHebrew(cut(fold(lower)))
    return [cut(fold(stemmer(rules)(rules === 'ar' ? fold(lower) : lower)))]
  }

  function* wordsOf(text: string): Generator<string> {
    for (const { segment, isWordLike } of segmenter.segment(text)) if (isWordLike === true) yield segment
  }

  function formsOf(word: string, languages: readonly string[]): string[] {
    const bare = fold(word)
    const forms = [cut(bare)]
    for (const language of languages) forms.push(...stemsOf(word, language), ...stemsOf(bare, language))
    return [...new Set(forms)].filter((form) => form !== '')
  }

  /** Pairs of a question: those that lie across two words say little, and so do those of words that only join. */
  function pairsOfQuery(run: string): QueryTerm[] {
    const folded = fold(run)
    const signs = [...folded]
    const first = signs[0]
    if (signs.length === 1 && first !== undefined)
      return [{ forms: [first], weight: pairWeight, isContent: true }]
    const inside = new Set<number>()
    let at = 0
    for (const { segment } of segmenter.segment(folded)) {
      const length = [...segment].length
      for (let index = at; index < at + length - 1; index += 1) inside.add(index)
      at += length
    }
    return signs.slice(1).map((sign, index) => {
      const pair = `${signs[index]}${sign}`
      const isContent = !functionWords.hasPair(pair)
      const weight = inside.has(index) ? 1 : acrossWeight
      return { forms: [pair], weight: isContent ? weight : pairWeight, isContent }
    })
  }

  function termsOfRun({ text, isDense }: Run, languages: readonly string[]): QueryTerm[] {
    if (isDense) return pairsOfQuery(text)
    return [...wordsOf(text)].flatMap(partsOf).map((part) => {
      const isContent = !functionWords.hasWord(fold(part), languages)
      return { forms: formsOf(part, languages), weight: isContent ? 1 : functionWeight, isContent }
    })
  }

  return {
    ofText(text, language) {
      const terms: string[][] = []
      for (const { text: run, isDense } of runsOf(text)) {
        if (isDense) for (const pair of pairsOf(run)) terms.push([pair])
        else
          for (const word of wordsOf(run)) {
            const parts = new Set(partsOf(word).flatMap((part) => stemsOf(part, language)))
            parts.delete('')
            if (parts.size > 0) terms.push([...parts])
          }
      }
      return terms
    },
    ofQuery(query, languages) {
      const found = new Map<string, QueryTerm>()
      const terms = [...runsOf(query)].flatMap((run) => termsOfRun(run, languages))
      for (const term of terms) {
        const [first] = term.forms
        if (first !== undefined && !found.has(first)) found.set(first, term)
      }
      return [...found.values()]
    },
  }
}

/**
 * Terms as the text of a `tsvector`, with the places where they stand. Each begins with `tag`, so that an index that
 * several tenants share keeps theirs apart.
 */
export function toVectorText(terms: readonly (readonly string[])[], tag: string, headCount: number): string {
  const places = new Map<string, string[]>()
  for (const [index, forms] of terms.entries())
    for (const form of forms) {
      const known = places.get(form)
      const place = `${Math.min(index + 1, 16_383)}${index < headCount ? 'A' : ''}`
      if (known === undefined) places.set(form, [place])
      else if (known.length < 100) known.push(place)
    }
  return Array.from(places, ([term, at]) => `${quoteTerm(`${tag}${term}`)}:${at.join(',')}`).join(' ')
}

/** A term as `tsvector` and `tsquery` read it. */
export function quoteTerm(term: string): string {
  return `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

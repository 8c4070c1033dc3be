import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { foldFor, type LexiconLanguage, wordsOf } from './folding.ts'
import type { OwnWords } from './own-words.ts'
import { easternWords } from './words-eastern.ts'
import { germanicWords } from './words-germanic.ts'
import { romanceWords } from './words-romance.ts'
import { unspacedWords } from './words-unspaced.ts'

/** What an entry of a list does. */
export type Role = 'weight' | 'before' | 'after' | 'either' | 'but'

/** An entry that was found at a place. */
export interface Found {
  role: Role
  weight: number
  /** Words, or characters where words are not told apart. */
  length: number
}

/** The lists of one language. */
export interface Lexicon {
  /** The longest entry that begins at a place; own entries win over translated ones. */
  find(units: readonly string[], at: number): Found | undefined
}

const ownWords: Readonly<Record<LexiconLanguage, OwnWords>> = {
  ...germanicWords,
  ...romanceWords,
  ...easternWords,
  ...unspacedWords,
}

const require = createRequire(import.meta.url)
/** Machine translations of AFINN; Hebrew has its former code there. */
const translated = (language: LexiconLanguage): string =>
  language === 'ko'
    ? require.resolve('@nlpjs/lang-ko/src/sentiment/afinn_ko.json')
    : join(
        dirname(require.resolve('afinn-165-multilingual')),
        `build/AFINN-${language === 'he' ? 'iw' : language}.json`,
      )

/** A translated word counts less: translators did not see what it was said about. */
const translatedShare = 0.5
const goodWeight = 3
const mildWeight = 1

/** Letters that Hebrew and Arabic write onto the word that follows. */
const attached: Partial<Record<LexiconLanguage, RegExp>> = {
  he: /^[והבלמשכ]{1,2}(?=.{3})/u,
  ar: /^(?:[وفبلك]?ال|[وفبلك])(?=.{3})/u,
}

/** Where words run into each other, entries are found character by character. */
export const isUnspaced = (language: LexiconLanguage): boolean =>
  language === 'zh' || language === 'ja' || language === 'ko'

/** What a text is read as: its words, or its characters. */
export function unitsOf(language: LexiconLanguage, folded: string): string[] {
  return isUnspaced(language) ? Array.from(folded) : wordsOf(language, folded)
}

const separator = ' '

interface Starred {
  words: readonly string[]
  stars: readonly boolean[]
  found: Found
}

class Lists implements Lexicon {
  readonly #language: LexiconLanguage
  readonly #own = new Map<string, Found>()
  readonly #translated = new Map<string, Found>()
  /** Entries with a star by the first letters of their first word. */
  readonly #starred = new Map<string, Starred[]>()
  #longest = 1

  constructor(language: LexiconLanguage) {
    this.#language = language
    const own = ownWords[language]
    const after = new Set(own.after.split(',').map((text) => text.trim()))
    const isEither = (text: string) => after.has(text.trim())
    for (const text of own.before.split(',')) this.#addOwn(text, isEither(text) ? 'either' : 'before', 0)
    const before = new Set(own.before.split(',').map((text) => text.trim()))
    for (const text of after) if (!before.has(text)) this.#addOwn(text, 'after', 0)
    this.#addOwn(own.but, 'but', 0)
    this.#addOwn(own.good, 'weight', goodWeight)
    this.#addOwn(own.bad, 'weight', -goodWeight)
    this.#addOwn(own.mild, 'weight', mildWeight)
    this.#addOwn(own.none, 'weight', 0)
    this.#addTranslated()
  }

  find(units: readonly string[], at: number): Found | undefined {
    const most = Math.min(this.#longest, units.length - at)
    const joint = isUnspaced(this.#language) ? '' : separator
    for (let length = most; length > 0; length -= 1) {
      const key = units.slice(at, at + length).join(joint)
      const found = this.#own.get(key) ?? this.#findStarred(units, at, length) ?? this.#translated.get(key)
      if (found !== undefined) return found
    }
    return this.#findBare(units[at] ?? '')
  }

  /** The word without the letters that are attached to it. */
  #findBare(word: string): Found | undefined {
    const prefix = attached[this.#language]
    if (prefix === undefined) return undefined
    const bare = word.replace(prefix, '')
    if (bare === word) return undefined
    return this.#own.get(bare) ?? this.#findStarred([bare], 0, 1) ?? this.#translated.get(bare)
  }

  #findStarred(units: readonly string[], at: number, length: number): Found | undefined {
    const first = units[at] ?? ''
    for (let letters = Math.min(first.length, 3); letters > 1; letters -= 1) {
      const hit = this.#starred.get(first.slice(0, letters))?.find(
        ({ words, stars }) =>
          words.length === length &&
          words.every((word, index) => {
            const unit = units[at + index] ?? ''
            return stars[index] === true ? unit.startsWith(word) : unit === word
          }),
      )
      if (hit !== undefined) return hit.found
    }
    return undefined
  }

  #addOwn(list: string, role: Role, weight: number): void {
    for (const entry of list.split(',')) {
      const text = foldFor(this.#language, entry.trim())
      if (text === '') continue
      if (isUnspaced(this.#language)) this.#put(this.#own, Array.from(text), '', { role, weight })
      else if (text.includes('*')) this.#addStarred(text, role, weight)
      else this.#put(this.#own, wordsOf(this.#language, text), separator, { role, weight })
    }
  }

  #addStarred(text: string, role: Role, weight: number): void {
    const parts = text.split(' ').flatMap((part) => {
      const words = wordsOf(this.#language, part)
      return words.map((word, index) => ({ word, star: part.endsWith('*') && index === words.length - 1 }))
    })
    const words = parts.map(({ word }) => word)
    const found = { role, weight, length: words.length }
    const key = (words[0] ?? '').slice(0, 3)
    const same = this.#starred.get(key) ?? []
    same.push({ words, stars: parts.map(({ star }) => star), found })
    this.#starred.set(key, same)
    this.#longest = Math.max(this.#longest, words.length)
  }

  #put(
    map: Map<string, Found>,
    units: readonly string[],
    joint: string,
    { role, weight }: { role: Role; weight: number },
  ): void {
    const key = units.join(joint)
    if (key === '' || map.has(key)) return
    map.set(key, { role, weight, length: units.length })
    this.#longest = Math.max(this.#longest, units.length)
  }

  #addTranslated(): void {
    const list: Record<string, number | null> = JSON.parse(readFileSync(translated(this.#language), 'utf8'))
    for (const [text, value] of Object.entries(list)) {
      if (value === null || Math.abs(value) < 2) continue
      const folded = foldFor(this.#language, text)
      const isDense = isUnspaced(this.#language)
      const units = unitsOf(this.#language, folded)
      // Single characters and the words that nobody translated are in other words by chance.
      if (isDense && (units.length < 2 || !/^[\p{L} ]+$/u.test(folded) || /^[a-z ]+$/.test(folded))) continue
      if (units.length === 0 || units.length > 4 + (isDense ? 4 : 0)) continue
      const weight = value * translatedShare
      this.#put(this.#translated, units, isDense ? '' : separator, { role: 'weight', weight })
    }
  }
}

const lexicons = new Map<LexiconLanguage, Lexicon>()

/** The lists of a language; read when somebody first asks for it. */
export function lexiconOf(language: LexiconLanguage): Lexicon {
  const known = lexicons.get(language)
  if (known !== undefined) return known
  const made = new Lists(language)
  lexicons.set(language, made)
  return made
}

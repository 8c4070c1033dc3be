import { createFolding, latinTwins } from '../../../platform/fold-text.ts'

/** The languages that have lists of words. */
export const lexiconLanguages = [
  'en',
  'es',
  'pt',
  'fr',
  'de',
  'it',
  'nl',
  'ru',
  'ar',
  'he',
  'zh',
  'ja',
  'ko',
  'hi',
  'tr',
] as const
/** One of them. */
export type LexiconLanguage = (typeof lexiconLanguages)[number]

/** Whether a language has lists of words. */
export function isLexiconLanguage(language: string): language is LexiconLanguage {
  return (lexiconLanguages as readonly string[]).includes(language)
}

const apostrophes = { '’': "'", '`': "'", '´': "'" }
/** People leave accents out, so they are for all; not in German, where schon is not schön. */
const withoutMarks = createFolding({
  marks: /\p{M}/gu,
  letters: { ...apostrophes, ...latinTwins, ة: 'ه', ى: 'ي', ـ: '' },
  spaces: 'lines',
})
const withMarks = createFolding({ letters: { ...apostrophes, ß: 'ss' }, spaces: 'lines' })
/** Vowels are marks in Devanagari; only the dot of borrowed sounds is left out by many. */
const withVowels = createFolding({ marks: /\u093c/gu, spaces: 'lines' })

/** Brings a text to the form in which words of a language are compared. */
export function foldFor(language: LexiconLanguage, text: string): string {
  if (language === 'hi') return withVowels(text)
  return language === 'de' || language === 'ja' || language === 'zh' || language === 'ko'
    ? withMarks(text)
    : withoutMarks(text)
}

const words = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu
const elidedWords = /[\p{L}\p{M}\p{N}]+/gu

/** The words of a folded text. French and Italian join words by an apostrophe, English shortens by it. */
export function wordsOf(language: LexiconLanguage, folded: string): string[] {
  return folded.match(language === 'fr' || language === 'it' ? elidedWords : words) ?? []
}

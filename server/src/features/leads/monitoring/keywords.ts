import { foldKeyword } from './fold-keyword.ts'

/** Finds which of its keywords a text holds. */
export interface KeywordMatcher {
  /** The keyword that stands first in the text, the longest of several there, as it was configured. */
  find(text: string): string | undefined
}

interface Keyword {
  configured: string
  folded: string
}

/** Scripts written without spaces: where a word ends there, only a dictionary knows. */
const spaceless =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}ー'
const isSpaceless = new RegExp(`[${spaceless}]`, 'u')
/** A letter or digit that would make a longer word of what stands beside it. */
const isJoining = new RegExp(`(?![${spaceless}])[\\p{L}\\p{M}\\p{N}_]`, 'u')
const isMark = /\p{M}/u

/**
 * What is written in one with the word that follows. Hebrew: and, that, the, in, to (not from and as: too many words
 * of their own begin with these letters). Arabic: and, so, with, like, for, the.
 */
const attached = [
  { script: /\p{Script=Hebrew}/u, prefixes: /^ו?ש?[הבל]?$/ },
  { script: /\p{Script=Arabic}/u, prefixes: /^[وف]?(?:[بك]?ال|لل|[بل])?$/ },
]
const longestPrefix = 4

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

const lastOf = (text: string, end: number): string => {
  const unit = text.charCodeAt(end - 1)
  return unit >= 0xdc00 && unit <= 0xdfff && end > 1 ? text.slice(end - 2, end) : text.slice(end - 1, end)
}
const firstOf = (text: string, start: number): string => {
  const point = text.codePointAt(start)
  return point === undefined ? '' : String.fromCodePoint(point)
}

/** Whether only letters that are written in one with the next word stand between the word's begin and `start`. */
function isAfterPrefix(text: string, start: number, first: string): boolean {
  const rule = attached.find(({ script }) => script.test(first))
  if (rule === undefined) return false
  for (let length = 1; length <= longestPrefix && length <= start; length += 1) {
    const before = lastOf(text, start - length)
    if (start - length > 0 && isJoining.test(before)) continue
    return rule.prefixes.test(text.slice(start - length, start))
  }
  return false
}

function startsWord(text: string, start: number): boolean {
  const first = firstOf(text, start)
  if (start === 0 || !isJoining.test(first)) return true
  return !isJoining.test(lastOf(text, start)) || isAfterPrefix(text, start, first)
}

function endsWord(text: string, end: number): boolean {
  if (end === text.length) return true
  const next = firstOf(text, end)
  return isJoining.test(lastOf(text, end)) ? !isJoining.test(next) : !isMark.test(next)
}

/**
 * Without spaces a keyword has to begin where a word begins and to hold at least this word: the dictionary may split
 * the rest of it in another way than whoever configured the keyword.
 */
function holdsWord(text: string, start: number, end: number): boolean {
  const word = segmenter.segment(text).containing(start)
  return word !== undefined && word.index === start && start + word.segment.length <= end
}

function standsAlone(text: string, start: number, end: number): boolean {
  if (!startsWord(text, start) || !endsWord(text, end)) return false
  return !isSpaceless.test(firstOf(text, start)) || holdsWord(text, start, end)
}

/** The first two units of a keyword; a keyword of one unit stands under this unit alone. */
const keyOf = (text: string, at: number, length: number): number =>
  text.charCodeAt(at) * 0x10000 + (length > 1 ? text.charCodeAt(at + 1) : 0)

/**
 * Compiles keywords. Case, accents and width do not matter; a keyword is found as a whole word or phrase: `flat` is
 * neither in `flatter` nor in `inflate`. Hebrew and Arabic words are found with the prefixes written in one with them;
 * Chinese, Japanese and Thai ones where a word of the text begins.
 */
export function compileKeywords(keywords: readonly string[]): KeywordMatcher {
  const byStart = new Map<number, Keyword[]>()
  let hasSingle = false
  for (const configured of keywords) {
    const folded = foldKeyword(configured)
    if (folded === '') continue
    if (folded.length === 1) hasSingle = true
    const key = keyOf(folded, 0, folded.length)
    const same = byStart.get(key)
    if (same === undefined) byStart.set(key, [{ configured, folded }])
    else same.push({ configured, folded })
  }
  for (const same of byStart.values()) same.sort((a, b) => b.folded.length - a.folded.length)
  const findAt = (text: string, start: number, key: number): string | undefined =>
    byStart
      .get(key)
      ?.find(
        ({ folded }) => text.startsWith(folded, start) && standsAlone(text, start, start + folded.length),
      )?.configured
  return {
    find(text) {
      if (byStart.size === 0) return undefined
      const folded = foldKeyword(text)
      for (let start = 0; start < folded.length; start += 1) {
        const found =
          findAt(folded, start, keyOf(folded, start, 2)) ??
          (hasSingle ? findAt(folded, start, keyOf(folded, start, 1)) : undefined)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

/** Whether anything is left of a keyword to look for. */
export function isUsableKeyword(keyword: string): boolean {
  return foldKeyword(keyword) !== ''
}

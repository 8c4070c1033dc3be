import { SubstringAutomaton, type WalkStep } from '../substring-automaton.ts'
import { foldKeyword } from './fold-keyword.ts'
import { bordersOf, findPlaces, startKinds, type WordPlaces } from './word-places.ts'

/** Where in a text a keyword is found. */
export const keywordMatches = ['start', 'word', 'anywhere'] as const
/** One of them. */
export type KeywordMatch = (typeof keywordMatches)[number]

/** A keyword in a text. */
export interface FoundKeyword {
  /** As it was configured. */
  keyword: string
  /** Units of the folded text. */
  start: number
  end: number
}

/** Finds which of its keywords a text holds. */
export interface KeywordMatcher {
  /** The keyword that stands first in the text, the longest of several there, as it was configured. */
  find(text: string): string | undefined
  /** Every keyword that the text holds, each where it stands first, in the order of the text. */
  findAll(text: string): FoundKeyword[]
}

interface Form {
  configured: string
  folded: string
  /** The least of `startKinds` that the keyword may begin at. */
  leastStart: number
  /** Whether the word has to end with the keyword. */
  hasEnd: boolean
}

/** What WhatsApp lets a message hold; further in a text nothing is looked for. */
const readLength = 65_536

const leastStarts: Record<KeywordMatch, number> = {
  start: startKinds.attached,
  word: startKinds.word,
  anywhere: startKinds.within,
}

const linked = /(?<=[\p{L}\p{N}])['-](?=[\p{L}\p{N}])/gu

/** A keyword as people write it: `wi-fi` is `wifi` and `wi fi` to many, `don't` is `dont`. */
function spellingsOf(folded: string): string[] {
  const joined = folded.replace(linked, '')
  return joined === folded
    ? [folded]
    : [folded, joined, folded.replace(linked, (sign) => (sign === '-' ? ' ' : ''))]
}

function formsOf(keywords: readonly string[], match: KeywordMatch): Form[] {
  const forms = new Map<string, Form>()
  const whole = keywords.map((configured) => ({ configured, folded: foldKeyword(configured) }))
  const spelled = whole.flatMap(({ configured, folded }) =>
    spellingsOf(folded).map((spelling) => ({ configured, folded: spelling })),
  )
  // What was configured goes before what only resembles it.
  for (const { configured, folded } of [...whole, ...spelled]) {
    if (folded === '' || forms.has(folded)) continue
    const { hasStart, hasEnd } = bordersOf(folded)
    const leastStart = hasStart ? leastStarts[match] : startKinds.within
    forms.set(folded, { configured, folded, leastStart, hasEnd: hasEnd && match === 'word' })
  }
  return [...forms.values()]
}

/** Tells a keyword that stands where its match allows. */
type OnKeyword = (index: number, start: number, end: number) => WalkStep

/** Walks over a text and tells every keyword that stands where its match allows, by its end, the longest first. */
function createWalk(forms: readonly Form[], automaton: SubstringAutomaton) {
  const free = forms.filter(({ leastStart }) => leastStart === startKinds.within)
  const shortestFree = free.reduce(
    (least, { folded }) => Math.min(least, folded.length),
    Number.POSITIVE_INFINITY,
  )
  return (text: string, onKeyword: OnKeyword): void => {
    const folded = foldKeyword(text.slice(0, readLength))
    // Most texts hold no keyword: where their words begin is not asked.
    let places: WordPlaces | undefined
    automaton.walk(folded, (index, end, length) => {
      const form = forms[index] as Form
      if (form.leastStart === startKinds.within && !form.hasEnd) return onKeyword(index, end - length, end)
      places ??= findPlaces(folded)
      // Where one word begins, the one before it has ended. Keywords with one end agree on it.
      if (form.hasEnd && places.starts[end] !== startKinds.word) return 'next'
      const start = end - length
      if ((places.starts[start] ?? 0) >= form.leastStart) return onKeyword(index, start, end)
      // No shorter one begins a word either when none begins within this one.
      const isHopeless =
        form.leastStart > 0 && length <= shortestFree && (places.lastStarts[end] ?? 0) <= start
      return isHopeless ? 'next' : 'shorter'
    })
  }
}

function createMatcher(forms: readonly Form[]): KeywordMatcher {
  const automaton = new SubstringAutomaton(forms.map(({ folded }) => folded))
  const walk = createWalk(forms, automaton)
  const isAllFree = forms.every(({ leastStart, hasEnd }) => leastStart === startKinds.within && !hasEnd)
  return {
    find(text) {
      let best: { index: number; start: number; end: number } | undefined
      walk(text, (index, start, end) => {
        if (best === undefined || start < best.start || (start === best.start && end > best.end))
          best = { index, start, end }
        // What ends later than this begins later, too.
        return end - automaton.longest > best.start ? 'stop' : 'shorter'
      })
      return best === undefined ? undefined : forms[best.index]?.configured
    },
    findAll(text) {
      const seen = new Uint8Array(forms.length)
      const found = new Map<string, FoundKeyword>()
      walk(text, (index, start, end) => {
        // Together with this one the shorter ones were told, where no border keeps any of them away.
        if (seen[index] === 1) return isAllFree ? 'next' : 'shorter'
        seen[index] = 1
        const keyword = (forms[index] as Form).configured
        if (!found.has(keyword)) found.set(keyword, { keyword, start, end })
        return 'shorter'
      })
      return [...found.values()].sort((a, b) => a.start - b.start || b.end - a.end)
    },
  }
}

const none: KeywordMatcher = { find: () => undefined, findAll: () => [] }

/**
 * Compiles keywords. Case, accents and width do not matter. With `start` a keyword begins a word: `leak` is in
 * `leaking`, not in `bleak`; letters that Hebrew and Arabic write in one with the next word, and numbers, may stand
 * before it. With `word` it is a whole word or phrase, with `anywhere` it may stand within one. Scripts that write
 * without spaces, and keywords that begin with a sign, are found anywhere.
 */
export function compileKeywords(keywords: readonly string[], match: KeywordMatch): KeywordMatcher {
  const forms = formsOf(keywords, match)
  return forms.length === 0 ? none : createMatcher(forms)
}

/** Whether anything is left of a keyword to look for. */
export function isUsableKeyword(keyword: string): boolean {
  return foldKeyword(keyword) !== ''
}

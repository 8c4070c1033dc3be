/** What a sign is for the borders of words. */
const other = 0
const letter = 1
const digit = 2
const mark = 3
/** A script written without spaces: where a word ends there, only a dictionary knows. */
const spaceless = 4

const spacelessScripts = [
  ...['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Yi', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'],
  ...['Tai_Le', 'New_Tai_Lue', 'Tai_Tham', 'Tai_Viet', 'Javanese', 'Balinese'],
]
const isSpaceless = new RegExp(`[${spacelessScripts.map((name) => `\\p{scx=${name}}`).join('')}ー々]`, 'u')
const isLetter = /\p{L}/u
const isDigit = /\p{N}/u
const isMark = /\p{M}/u

/** The kind of a sign by its code point; an underscore is none, since it makes words slanted or stands between them. */
function kindOf(point: number): number {
  if (point < 128) {
    if (point >= 48 && point <= 57) return digit
    return (point >= 97 && point <= 122) || (point >= 65 && point <= 90) ? letter : other
  }
  const sign = String.fromCodePoint(point)
  if (isLetter.test(sign)) return point >= 0xb00 && isSpaceless.test(sign) ? spaceless : letter
  if (isMark.test(sign)) return point >= 0xb00 && isSpaceless.test(sign) ? spaceless : mark
  return isDigit.test(sign) ? digit : other
}

const isJoining = (kind: number): boolean => kind === letter || kind === digit || kind === mark

/**
 * What is written in one with the word that follows. Hebrew: and, that, when, in, to, from, as, the. Arabic: and, so,
 * in, as, for, the.
 */
const attached = [
  { from: 0x590, to: 0x5ff, prefixes: /^ו?(?:ש|כש|מש|לכש)?[בלכמ]?ה?$/ },
  { from: 0x600, to: 0x6ff, prefixes: /^[وف]?(?:[بك]?ال|لل|[بكل])?$/ },
]
const longestPrefix = 6

function isPrefix(text: string, start: number, end: number): boolean {
  if (end - start > longestPrefix) return false
  const unit = text.charCodeAt(start)
  const rule = attached.find(({ from, to }) => unit >= from && unit <= to)
  return rule?.prefixes.test(text.slice(start, end)) ?? false
}

/** How a place in a text serves as the begin of a keyword. */
export const startKinds = {
  /** Within a word. */
  within: 0,
  /** Behind a number or behind letters that are written in one with the next word. */
  attached: 1,
  /** Where a word begins. */
  word: 2,
} as const

/** Where in a folded text keywords may begin: for each of its units, and for its end. */
export interface WordPlaces {
  /** One of `startKinds`. */
  starts: Uint8Array
  /** The last unit before this one that is not within a word. */
  lastStarts: Int32Array
}

/** Looks where the words of a folded text begin. */
export function findPlaces(text: string): WordPlaces {
  const starts = new Uint8Array(text.length + 1)
  starts[text.length] = startKinds.word
  let before: number = other
  let wordStart = 0
  for (let at = 0; at < text.length; at += 1) {
    const point = text.codePointAt(at) ?? 0
    const kind = kindOf(point)
    if (!isJoining(kind) || !isJoining(before)) {
      wordStart = at
      starts[at] = startKinds.word
    } else if (kind === letter && before === digit) {
      wordStart = at
      starts[at] = startKinds.attached
    } else if (kind !== mark && isPrefix(text, wordStart, at)) starts[at] = startKinds.attached
    before = kind
    // The second half of a sign begins nothing.
    if (point > 0xffff) at += 1
  }
  const lastStarts = new Int32Array(text.length + 1)
  let last = 0
  for (let at = 0; at <= text.length; at += 1) {
    lastStarts[at] = last
    if (starts[at] !== startKinds.within) last = at
  }
  return { starts, lastStarts }
}

const firstKind = (text: string): number => kindOf(text.codePointAt(0) ?? 0)
const lastKind = (text: string): number => kindOf([...text.slice(-2)].at(-1)?.codePointAt(0) ?? 0)

/** Whether a keyword's own letters leave it open where the word around it begins, and where it ends. */
export function bordersOf(keyword: string): { hasStart: boolean; hasEnd: boolean } {
  return { hasStart: isJoining(firstKind(keyword)), hasEnd: isJoining(lastKind(keyword)) }
}

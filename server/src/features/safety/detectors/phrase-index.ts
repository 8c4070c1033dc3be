import { openingsOf } from './phrase-openings.ts'

/** What may be said, and where: the pattern reads folded text. */
export interface Phrase {
  source: string
  /** Whether it begins with a word's first letter; others are looked for at every offset. */
  isAtWord: boolean
}

/** A phrase's pattern, made when it is first tried: most never are. */
class Candidate {
  readonly #source: string
  #pattern: RegExp | undefined

  constructor(source: string) {
    this.#source = source
  }

  matchAt(text: string, offset: number): RegExpExecArray | null {
    this.#pattern ??= new RegExp(this.#source, 'uy')
    this.#pattern.lastIndex = offset
    return this.#pattern.exec(text)
  }
}

/** What begins with the letters that led here, and which letters may come next. */
interface Branch {
  candidates: Candidate[]
  next: Map<number, Branch>
}

function add(from: Branch, opening: string, candidate: Candidate): void {
  let branch = from
  for (let index = 0; index < opening.length; index += 1) {
    const code = opening.charCodeAt(index)
    const next = branch.next.get(code) ?? { candidates: [], next: new Map() }
    branch.next.set(code, next)
    branch = next
  }
  branch.candidates.push(candidate)
}

const isKnown = 1
const isOfWord = 2
const isLetter = 4
const isOpening = 8

/**
 * Many phrases, looked for at once: the first letters at an offset say which are worth trying there. A text in which
 * none begins costs a look at each sign and two or three at each word, however many phrases there are.
 */
export class PhraseIndex {
  readonly #atWords: Branch = { candidates: [], next: new Map() }
  readonly #anywhere: Branch = { candidates: [], next: new Map() }
  /** What each UTF-16 unit is, found out when it is first met. */
  readonly #kinds = new Uint8Array(65536)
  #phrases: readonly Phrase[]

  /** Nothing is done before the first text comes. */
  constructor(phrases: readonly Phrase[]) {
    this.#phrases = phrases
  }

  #prepare(): void {
    for (const { source, isAtWord } of this.#phrases) {
      const candidate = new Candidate(source)
      for (const opening of openingsOf(source)) {
        if (opening === '') throw new Error(`a phrase that begins with anything: ${source}`)
        add(isAtWord ? this.#atWords : this.#anywhere, opening, candidate)
      }
    }
    this.#phrases = []
  }

  #kindOf(code: number): number {
    const sign = String.fromCharCode(code)
    const kind =
      isKnown |
      (/[\p{L}\p{N}]/u.test(sign) ? isOfWord : 0) |
      (/\p{L}/u.test(sign) ? isLetter : 0) |
      (this.#anywhere.next.has(code) ? isOpening : 0)
    this.#kinds[code] = kind
    return kind
  }

  /** The first phrase in a folded text that is wanted, in order of offset; the longest that begins there. */
  find(text: string, isWanted: (match: RegExpExecArray) => boolean): RegExpExecArray | undefined {
    if (this.#phrases.length > 0) this.#prepare()
    const kinds = this.#kinds
    let isInWord = false
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      const kind = kinds[code] || this.#kindOf(code)
      const isWordStart = !isInWord && (kind & isLetter) !== 0
      isInWord = (kind & isOfWord) !== 0
      if (!isWordStart && (kind & isOpening) === 0) continue
      const match =
        (isWordStart ? findAt(this.#atWords, text, index, isWanted) : undefined) ??
        findAt(this.#anywhere, text, index, isWanted)
      if (match !== undefined) return match
    }
    return undefined
  }
}

/** The longest wanted phrase that begins at an offset. */
function findAt(
  from: Branch,
  text: string,
  offset: number,
  isWanted: (match: RegExpExecArray) => boolean,
): RegExpExecArray | undefined {
  let longest: RegExpExecArray | undefined
  let branch = from.next.get(text.charCodeAt(offset))
  for (let next = offset + 1; branch !== undefined; next += 1) {
    for (const candidate of branch.candidates) {
      const match = candidate.matchAt(text, offset)
      if (match === null || match[0].length <= (longest?.[0].length ?? 0)) continue
      if (isWanted(match)) longest = match
    }
    branch = branch.next.get(text.charCodeAt(next))
  }
  return longest
}

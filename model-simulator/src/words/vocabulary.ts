import { talkConcepts } from './concepts-talk.ts'
import { tradeConcepts } from './concepts-trade.ts'
import { fold } from './fold.ts'
import { type Language, languages } from './languages.ts'
import { isStopWord } from './stop-words.ts'

const tables = { ...tradeConcepts, ...talkConcepts }

type Entry = { concept: string; language: Language; word: string }

function readEntries(): Entry[] {
  return Object.entries(tables).flatMap(([concept, row]) =>
    row.split('|').flatMap((part) => {
      const [language = '', ...words] = part.trim().split(/\s+/)
      if (!languages.includes(language as Language)) throw new Error(`${concept} has words of ${language}`)
      return words.map((word) => ({
        concept,
        language: language as Language,
        word: fold(word).replaceAll('_', ' ').trim(),
      }))
    }),
  )
}

const entries = readEntries()
const withoutSpaces = /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/

/** Words that stand alone between spaces. */
const words = new Map<string, Set<string>>()
/** What is looked for inside a text: phrases, and words of languages that write without spaces. */
const parts = new Map<string, Set<string>>()
for (const { word, concept } of entries) {
  const table = word.includes(' ') || withoutSpaces.test(word) ? parts : words
  table.set(word, (table.get(word) ?? new Set()).add(concept))
}
const partList = [...parts].sort(([left], [right]) => right.length - left.length)

/** How many letters may follow a known word: endings, and the rest of a compound. */
const longestEnding = 5
const shortestStem = 4

/** What is put in front of words in Arabic and Hebrew. */
const prefixes = /^(?:وال|بال|لل|ال|و|ب|ל|ב|ה|ו|ש|מ|כ)/

function lookUp(word: string): ReadonlySet<string> | undefined {
  const exact = words.get(word)
  if (exact) return exact
  for (
    let length = word.length - 1;
    length >= Math.max(shortestStem, word.length - longestEnding);
    length--
  ) {
    const found = words.get(word.slice(0, length))
    if (found) return found
  }
  const bare = word.replace(prefixes, '')
  return bare.length < word.length && bare.length >= 2 ? lookUp(bare) : undefined
}

/** A text as the simulator understands it. */
export type Understood = {
  /** How often each meaning occurs. */
  concepts: ReadonlyMap<string, number>
  /** Words that have no meaning here, folded. */
  unknown: readonly string[]
}

const wordPattern = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu

/** Reads a text: meanings by the synonym table, and the words that are in no row of it. */
export function understand(text: string): Understood {
  const concepts = new Map<string, number>()
  const add = (found: Iterable<string>) => {
    for (const concept of found) concepts.set(concept, (concepts.get(concept) ?? 0) + 1)
  }
  let rest = ` ${fold(text)} `
  for (const [part, meanings] of partList) {
    if (!rest.includes(part)) continue
    add(meanings)
    rest = rest.replaceAll(part, ' ')
  }
  const unknown: string[] = []
  for (const [word] of rest.matchAll(wordPattern)) {
    const found = lookUp(word)
    if (found) add(found)
    else if (!isStopWord(word)) unknown.push(word)
  }
  return { concepts, unknown }
}

import { goodsConcepts } from './concepts-goods.ts'
import { serviceConcepts } from './concepts-services.ts'
import { talkConcepts } from './concepts-talk.ts'
import { techConcepts } from './concepts-tech.ts'
import { timeConcepts } from './concepts-time.ts'
import { tradeConcepts } from './concepts-trade.ts'
import { fold } from './fold.ts'
import { type Language, languages } from './languages.ts'
import { isStopWord } from './stop-words.ts'

const tables = {
  ...tradeConcepts,
  ...serviceConcepts,
  ...goodsConcepts,
  ...timeConcepts,
  ...techConcepts,
  ...talkConcepts,
}

/** One word of the synonym table. */
export type Entry = { concept: string; language: Language; word: string }

function readWords(concept: string, part: string): Entry[] {
  const [code = '', ...words] = part.trim().split(/\s+/)
  const language = languages.find((known) => known === code)
  if (language === undefined) throw new Error(`${concept} has words of ${code}`)
  return words.map((word) => ({ concept, language, word: fold(word).replaceAll('_', ' ') }))
}

/** Every word of the synonym table, folded; a space at its end says that nothing may follow it. */
export const entries: readonly Entry[] = Object.entries(tables).flatMap(([concept, row]) =>
  row.split('|').flatMap((part) => readWords(concept, part)),
)

const withoutSpaces = /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/
/** What is looked for inside a text: phrases, and words of languages that write without spaces. */
const isPart = ({ word }: Entry): boolean => word.trim().includes(' ') || withoutSpaces.test(word)

type Meanings = ReadonlyMap<string, ReadonlySet<string>>

function meaningsOf(found: readonly Entry[]): Meanings {
  const grouped = Map.groupBy(found, ({ word }) => word)
  return new Map(
    [...grouped].map(([word, rows]) => [word, new Set(rows.map(({ concept }) => concept))] as const),
  )
}

const words = meaningsOf(entries.filter((entry) => !isPart(entry)))
const parts = [...meaningsOf(entries.filter(isPart))].sort(([left], [right]) => right.length - left.length)

/** How many letters may follow a known word of this length: endings, and the rest of a compound. */
const endingsAfter = [0, 0, 0, 0, 2, 3, 4, 7]
const shortestStem = 4

/** What is put in front of words in Arabic and Hebrew. */
const prefixes = /^(?:وال|بال|لل|ال|و|ب|ل|ב|ה|ו|ש|מ|כ)/

function lookUp(word: string): ReadonlySet<string> | undefined {
  const exact = words.get(word) ?? words.get(`${word} `)
  if (exact) return exact
  for (let length = word.length - 1; length >= shortestStem; length--) {
    const most = endingsAfter[length] ?? endingsAfter.at(-1) ?? 0
    const found = word.length - length <= most ? words.get(word.slice(0, length)) : undefined
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

const wordPattern = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}-]*/gu

/** What languages that write without spaces have between the words that mean something. */
const glue = /[\u3040-\u309f]+|[的了吗嗎呢吧是有在和我你您们們这那哪几個个请可以]+/g

/** The words of a run of signs without spaces: pairs of neighbours, as nothing tells where a word ends. */
function pairsOf(run: string): string[] {
  if (run.length <= 2) return [run]
  return Array.from({ length: run.length - 1 }, (_, index) => run.slice(index, index + 2))
}

function unknownIn(word: string): string[] {
  if (!withoutSpaces.test(word)) return isStopWord(word) ? [] : [word]
  return word
    .split(glue)
    .filter((run) => run !== '')
    .flatMap(pairsOf)
}

/** Reads a text: meanings by the synonym table, and the words that are in no row of it. */
export function understand(text: string): Understood {
  const concepts = new Map<string, number>()
  const add = (found: Iterable<string>) => {
    for (const concept of found) concepts.set(concept, (concepts.get(concept) ?? 0) + 1)
  }
  let rest = ` ${fold(text).replace(/\s+/g, ' ')} `
  for (const [part, meanings] of parts) {
    // A phrase begins where a word does.
    const sought = withoutSpaces.test(part) ? part.trim() : ` ${part.trim()}`
    if (!rest.includes(sought)) continue
    add(meanings)
    rest = rest.replaceAll(sought, ' ')
  }
  const unknown: string[] = []
  for (const [whole] of rest.matchAll(wordPattern)) {
    // `check-in` is a word, `ouvrez-vous` is two.
    const found = lookUp(whole)
    if (found) add(found)
    for (const word of found ? [] : whole.split('-').filter(Boolean)) {
      const meanings = lookUp(word)
      if (meanings) add(meanings)
      else unknown.push(...unknownIn(word))
    }
  }
  return { concepts, unknown }
}

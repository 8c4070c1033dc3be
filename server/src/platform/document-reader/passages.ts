import type { Block } from './document.ts'

/** A piece of a document that is found and shown as one. */
export interface Piece {
  text: string
  page: number | null
  heading: string | null
}

/** Weight of the text that a passage has, about: a sign of a dense script says as much as two letters. */
const targetWeight = 600
const mostWeight = 850
const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu
/** Signs that show nothing, or nothing but to a machine. */
const invisible = /[\u00ad\u200b\u2060-\u2064\ufeff]|[\u{e0000}-\u{e007f}]|[\u202a-\u202e\u2066-\u2069]/gu
const longestHeading = 200

const weigh = (text: string): number => text.length + (text.match(dense)?.length ?? 0)

/** The text as people see it. */
export const visibleText = (text: string): string =>
  text.replaceAll('\0', '').replace(invisible, '').toWellFormed().normalize('NFC')

/** Characters of a line that are looked at for sentences at once. */
const sliceCharacters = 20_000
/** Characters of something without a space, such as an address, that stay together. */
const mostTogether = 400

/** Parts of a text that is no sentence, or an endless one: cut between words, else where it must be. */
function* cutWords(text: string): Generator<string> {
  let part = ''
  for (const word of text.split(/(?<=\s)/))
    for (let at = 0; at < word.length; at += mostTogether) {
      const bit = word.slice(at, at + mostTogether)
      if (part !== '' && weigh(part) + weigh(bit) > targetWeight) {
        yield part
        part = ''
      }
      part += bit
    }
  yield part
}

function* sentencesOf(line: string, segmenter: Intl.Segmenter): Generator<string> {
  for (let from = 0; from < line.length; from += sliceCharacters)
    for (const { segment } of segmenter.segment(line.slice(from, from + sliceCharacters))) yield segment
}

/** Parts of a text: lines, of long lines sentences, of long sentences words. */
function* cutText(text: string, segmenter: Intl.Segmenter): Generator<string> {
  const isShort = (part: string) => weigh(part) <= mostWeight
  if (isShort(text)) {
    yield text
    return
  }
  for (const line of text.split('\n'))
    for (const sentence of isShort(line) ? [line] : sentencesOf(line, segmenter))
      for (const part of isShort(sentence) ? [sentence] : cutWords(sentence)) {
        const trimmed = part.trim()
        if (trimmed !== '') yield trimmed
      }
}

/** Headings above a place, the outermost first. */
class Headings {
  readonly #open: { level: number; text: string }[] = []

  enter(level: number, text: string): void {
    while (this.#open.length > 0 && (this.#open.at(-1)?.level ?? 0) >= level) this.#open.pop()
    this.#open.push({ level, text: text.replace(/\s+/g, ' ').slice(0, longestHeading) })
  }

  get path(): string | null {
    return this.#open.length === 0
      ? null
      : this.#open
          .slice(-3)
          .map(({ text }) => text)
          .join(' › ')
  }
}

/** Cuts a document into pieces that are about one thing: never over a heading or a page. */
export async function* cutDocument(blocks: AsyncIterable<Block> | Iterable<Block>): AsyncGenerator<Piece> {
  const sentences = new Intl.Segmenter('en', { granularity: 'sentence' })
  const headings = new Headings()
  let parts: string[] = []
  let [weight, page] = [0, null as number | null]
  /** Whether nothing stands under the heading that was read last. */
  let isLast = false
  const take = (): Piece => {
    const piece = { text: parts.join('\n'), page, heading: headings.path }
    parts = []
    weight = 0
    isLast = false
    return piece
  }
  for await (const block of blocks) {
    const text = visibleText(block.text).trim()
    if (text === '') continue
    const blockPage = block.page ?? null
    if (parts.length > 0 && (block.kind === 'heading' || blockPage !== page)) yield take()
    page = blockPage
    if (block.kind === 'heading') {
      headings.enter(block.level, text)
      isLast = true
      continue
    }
    for (const part of cutText(text, sentences)) {
      const partWeight = weigh(part)
      if (parts.length > 0 && weight + partWeight > targetWeight) yield take()
      parts.push(part)
      weight += partWeight
    }
  }
  if (parts.length > 0) yield take()
  else if (isLast) yield { text: headings.path ?? '', page, heading: headings.path }
}

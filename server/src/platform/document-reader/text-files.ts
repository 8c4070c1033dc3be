import { readFile } from 'node:fs/promises'
import { type Block, mostCharacters, UnreadableDocument } from './document.ts'

const knownBeginnings: readonly (readonly [begin: string, what: string])[] = [
  ['%PDF-', 'a PDF'],
  ['PK\x03\x04', 'a ZIP file, as Word documents and spreadsheets are'],
  ['\xd0\xcf\x11\xe0', 'an old Office file, or an encrypted one'],
  ['\x89PNG', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['GIF8', 'a picture (GIF)'],
  ['\x1f\x8b', 'a compressed file'],
  ['{\\rtf', 'a rich text file (RTF)'],
  ['\x7fELF', 'a program'],
  ['MZ\x90', 'a program'],
]

/** What a file is by its first bytes; undefined for text, and for what nobody knows. */
export function beginningOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 8)
  return knownBeginnings.find(([begin]) => start.startsWith(begin))?.[1]
}

const marks: readonly (readonly [encoding: string, mark: string])[] = [
  ['utf-8', '\xef\xbb\xbf'],
  ['utf-16le', '\xff\xfe'],
  ['utf-16be', '\xfe\xff'],
]
const sampleCharacters = 100_000

/** How many signs a beginning has that no text has, in whichever encoding. */
function countBinarySigns(sample: string): number {
  let count = 0
  for (let index = 0; index < sample.length; index += 1) {
    const code = sample.charCodeAt(index)
    if (code < 0x20 && !(code >= 0x09 && code <= 0x0d) && code !== 0x1b) count += 1
  }
  return count
}

function decode(bytes: Buffer, encoding: string, isFatal: boolean): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: isFatal }).decode(bytes)
  } catch {
    // An encoding that nobody knows, or bytes that it does not have: another one is tried.
    return undefined
  }
}

/** The text of bytes: by their mark, as UTF-8, as what they say themselves, else as Windows writes in the West. */
export function decodeText(bytes: Buffer, declared?: string): string {
  const start = bytes.toString('latin1', 0, 3)
  const marked = marks.find(([, mark]) => start.startsWith(mark))?.[0]
  const text =
    (marked === undefined ? undefined : decode(bytes, marked, false)) ??
    decode(bytes, 'utf-8', true) ??
    (declared === undefined ? undefined : decode(bytes, declared, true)) ??
    decode(bytes, 'windows-1252', false) ??
    ''
  const sample = text.slice(0, sampleCharacters)
  if (countBinarySigns(sample) > sample.length / 500)
    throw new UnreadableDocument('The file is not text, whatever it is called')
  return text
}

/** The bytes of a file that should be text. */
export async function readTextBytes(path: string, what: string): Promise<Buffer> {
  const bytes = await readFile(path)
  const other = beginningOf(bytes)
  if (other !== undefined) throw new UnreadableDocument(`The file is called ${what} and is ${other}`)
  return bytes
}

/** Refuses what is too much before anything is made of it. */
export function requireBounded(characters: number): void {
  if (characters <= mostCharacters) return
  const millions = mostCharacters / 1_000_000
  throw new UnreadableDocument(
    `The document has too much text: at most ${millions} million characters, some five thousand pages. Cut it into several`,
  )
}

/** Paragraphs of a plain text; a page break begins a new page. */
export function* readPlainText(text: string): Generator<Block> {
  requireBounded(text.length)
  for (const paragraph of text.split(/\n[^\S\n]*\n|\f/)) {
    const trimmed = paragraph.trim()
    if (trimmed !== '') yield { kind: 'text', text: trimmed }
  }
}

const comment = /<!--[\s\S]*?(?:-->|$)/g
const hiddenReference = /^\[[^\]\n]{0,100}\]:[^\S\n]*(?:#|<>)?[^\S\n]*[("'][^\n]*$/gm
const mark = /^(#{1,6})\s+([^\n]*)$/

/** Lines of Markdown, of which those between fences are kept as they are. */
class MarkdownLines {
  #lines: string[] = []
  #fence: string | undefined;

  /** What is complete now that this line has been read. */
  *read(line: string): Generator<Block> {
    this.#toggleFence(line)
    if (this.#fence !== undefined) {
      this.#lines.push(line)
      return
    }
    const heading = this.#headingOf(line)
    if (heading === undefined && line.trim() !== '') {
      this.#lines.push(line)
      return
    }
    yield* this.flush()
    if (heading !== undefined && heading.text !== '') yield { kind: 'heading', ...heading }
  }

  *flush(): Generator<Block> {
    const text = this.#lines.join('\n').trim()
    this.#lines = []
    if (text !== '') yield { kind: 'text', text }
  }

  #toggleFence(line: string): void {
    const fence = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (fence === undefined) return
    if (this.#fence === undefined) this.#fence = fence
    else if (this.#fence === fence) this.#fence = undefined
  }

  #headingOf(line: string): { level: number; text: string } | undefined {
    const [, level, title] = mark.exec(line) ?? []
    if (level !== undefined && title !== undefined)
      return { level: level.length, text: title.replace(/(?<![#])#+$/, '').trim() }
    const [above, more] = this.#lines
    const underline = /^(=|-){2,}\s*$/.exec(line)?.[1]
    if (underline === undefined || above === undefined || more !== undefined) return undefined
    this.#lines = []
    return { level: underline === '=' ? 1 : 2, text: above.trim() }
  }
}

/** Headings and paragraphs of Markdown; comments are what nobody who reads it sees. */
export function* readMarkdown(text: string): Generator<Block> {
  requireBounded(text.length)
  const lines = new MarkdownLines()
  for (const line of text
    .replace(comment, '')
    .replace(hiddenReference, '')
    .split(/\r\n|\n|\r/))
    yield* lines.read(line)
  yield* lines.flush()
}

import { readFile } from 'node:fs/promises'
import { getDocumentProxy, getResolvedPDFJS } from 'unpdf'
import { type Block, type DocumentText, UnreadableDocument } from './document.ts'
import { hiddenStrings, type OperatorNames } from './pdf-hidden.ts'
import { beginningOf, requireBounded } from './text-files.ts'

/** What is read of an item of a page's text. */
interface Item {
  str: string
  transform: number[]
  width: number
  height: number
  hasEOL: boolean
}

/** A line of a page. */
interface Line {
  text: string
  size: number
  y: number
}

/** Letters smaller than this nobody reads. */
const smallestLetter = 1.5
/** A line whose letters are so much larger than the page's is a heading. */
const headingFactor = 1.15
const longestHeading = 140
const mostPages = 20_000

const sizeOf = ({ transform }: Item): number => Math.hypot(transform[2] ?? 0, transform[3] ?? 0)

/** Items outside of the page, or too small to be read, are not seen by whoever reads it. */
function isOnPage(item: Item, [left = 0, bottom = 0, right = 0, top = 0]: number[]): boolean {
  const [x, y] = [item.transform[4] ?? 0, item.transform[5] ?? 0]
  if (sizeOf(item) < smallestLetter && item.str.trim() !== '') return false
  return x + item.width >= left - 1 && x <= right + 1 && y >= bottom - 1 && y <= top + 1
}

function linesOf(items: readonly Item[]): Line[] {
  const lines: Line[] = []
  let [text, size, y] = ['', 0, Number.NaN]
  const flush = () => {
    const line = text.replace(/\s+/g, ' ').trim()
    if (line !== '') lines.push({ text: line, size, y })
    text = ''
    size = 0
  }
  for (const item of items) {
    const itemY = item.transform[5] ?? 0
    const itemSize = sizeOf(item)
    if (text !== '' && Math.abs(itemY - y) > Math.max(itemSize, size) * 0.6) flush()
    if (item.str.trim() !== '') {
      size = Math.max(size, itemSize)
      y = itemY
    }
    text += item.str
    if (item.hasEOL) flush()
  }
  flush()
  return lines
}

/** The size of most letters of a page. */
function usualSize(lines: readonly Line[]): number {
  const counts = new Map<number, number>()
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2
    counts.set(rounded, (counts.get(rounded) ?? 0) + text.length)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0
}

const isHeading = ({ text, size }: Line, usual: number): boolean =>
  size >= usual * headingFactor && text.length <= longestHeading && /\p{L}/u.test(text)

/** Lines of a page as headings and paragraphs: a gap begins a new one, a word cut at the end of a line is mended. */
function* blocksOf(lines: readonly Line[], usual: number, page: number): Generator<Block> {
  let [text, lastY, lastSize] = ['', Number.NaN, 0]
  for (const line of lines) {
    const gap = Math.abs(lastY - line.y)
    const isNew = isHeading(line, usual) || gap > Math.max(line.size, lastSize) * 1.9
    if (isNew && text !== '') {
      yield { kind: 'text', text, page }
      text = ''
    }
    lastY = line.y
    lastSize = line.size
    if (isHeading(line, usual)) {
      const level = line.size >= usual * 1.5 ? 1 : 2
      yield { kind: 'heading', level, text: line.text, page }
    } else if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line.text)) text = text.slice(0, -1) + line.text
    else text = text === '' ? line.text : `${text}\n${line.text}`
  }
  if (text !== '') yield { kind: 'text', text, page }
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>

async function openPdf(path: string): Promise<Pdf> {
  const bytes = await readFile(path)
  // Some programs write something in front of it; readers look at the first kilobyte.
  if (!bytes.subarray(0, 1024).includes('%PDF-'))
    throw new UnreadableDocument(`The file is called a PDF and is ${beginningOf(bytes) ?? 'none'}`)
  try {
    return await getDocumentProxy(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      useSystemFonts: false,
      disableFontFace: true,
      verbosity: 0,
      stopAtErrors: false,
    })
  } catch (error) {
    const { name = '', message = '' } = error as { name?: string; message?: string }
    if (name === 'PasswordException')
      throw new UnreadableDocument(
        'The PDF is encrypted: it needs a password to be opened. Save it without one',
      )
    throw new UnreadableDocument(`The PDF is damaged: ${message.slice(0, 200)}`)
  }
}

/** Text of a PDF by pages; a page whose text cannot be read is a page without text. */
export async function readPdf(path: string): Promise<DocumentText> {
  const pdf = await openPdf(path)
  const { numPages } = pdf
  if (numPages > mostPages)
    throw new UnreadableDocument(`The PDF has ${numPages} pages: at most ${mostPages}`)
  const { OPS } = (await getResolvedPDFJS()) as unknown as { OPS: OperatorNames }
  async function* blocks(): AsyncGenerator<Block> {
    let characters = 0
    for (let page = 1; page <= numPages; page += 1) {
      const lines = await readPage(pdf, page, OPS)
      characters += lines.reduce((sum, { text }) => sum + text.length, 0)
      requireBounded(characters)
      yield* blocksOf(lines, usualSize(lines), page)
    }
    await pdf.loadingTask.destroy()
  }
  return { blocks: blocks(), pages: numPages }
}

async function readPage(pdf: Pdf, number: number, names: OperatorNames): Promise<Line[]> {
  try {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    const hidden = hiddenStrings(await page.getOperatorList(), names)
    const seen = (items as Item[]).filter(
      (item) =>
        'str' in item &&
        isOnPage(item, page.view) &&
        !(item.str.trim() !== '' && hidden.has(item.str.trim())),
    )
    page.cleanup()
    return linesOf(seen)
  } catch {
    // One broken page says nothing about the others: it counts as one without text.
    return []
  }
}

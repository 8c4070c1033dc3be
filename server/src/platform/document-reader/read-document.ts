import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { createSearchTerms, type SearchTerms, toVectorText } from '../search-terms/search-terms.ts'
import { detectLanguage, type LanguageDetector, loadLanguageDetector } from '../text-language.ts'
import {
  type Block,
  type DocumentResult,
  type DocumentTask,
  type DocumentText,
  type DocumentType,
  type Passage,
  UnreadableDocument,
} from './document.ts'
import { readDocx } from './docx.ts'
import { declaredEncoding, readHtml } from './html.ts'
import { cutDocument, type Piece } from './passages.ts'
import { readPdf } from './pdf.ts'
import { decodeText, readMarkdown, readPlainText, readTextBytes } from './text-files.ts'

const readers: Record<DocumentType, (path: string) => Promise<DocumentText>> = {
  'application/pdf': readPdf,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': async (path) => ({
    blocks: await readDocx(path),
  }),
  'text/html': async (path) => {
    const bytes = await readTextBytes(path, 'HTML')
    return { blocks: readHtml(decodeText(bytes, declaredEncoding(bytes.toString('latin1', 0, 4096)))) }
  },
  'text/markdown': async (path) => ({
    blocks: readMarkdown(decodeText(await readTextBytes(path, 'Markdown'))),
  }),
  'text/plain': async (path) => ({ blocks: readPlainText(decodeText(await readTextBytes(path, 'text'))) }),
}

/** Tells languages of passages; a short one is taken to be in the language of the one before it. */
class Languages {
  readonly #detector: LanguageDetector
  readonly counts = new Map<string, number>()
  #last: string | undefined

  constructor(detector: LanguageDetector) {
    this.#detector = detector
  }

  tell(text: string): string | undefined {
    this.#last = detectLanguage(this.#detector, text.slice(0, 1000)) ?? this.#last
    if (this.#last !== undefined) this.counts.set(this.#last, (this.counts.get(this.#last) ?? 0) + 1)
    return this.#last
  }

  /** Those that a document is really in, the most used first: a name here and there is a language to the detector. */
  get main(): string[] {
    const total = [...this.counts.values()].reduce((sum, count) => sum + count, 0)
    return [...this.counts]
      .filter(([, count]) => count * 20 >= total)
      .sort(([, a], [, b]) => b - a)
      .map(([language]) => language)
      .slice(0, 4)
  }
}

const extension = /\.[a-z0-9]{1,5}$/i

function toPassage(
  piece: Piece,
  task: DocumentTask,
  terms: SearchTerms,
  language: string | undefined,
): Passage {
  const name = terms.ofText(task.name.replace(extension, ''), language)
  const heading = piece.heading === null ? [] : terms.ofText(piece.heading, language)
  const head = [...name, ...heading]
  const all = [...head, ...terms.ofText(piece.text, language)]
  return { ...piece, terms: toVectorText(all, task.tag, head.length) }
}

/** Counts pages that have text while their blocks pass by. */
async function* countPages(blocks: DocumentText['blocks'], found: Set<number>): AsyncGenerator<Block> {
  for await (const block of blocks) {
    if (block.page !== undefined) found.add(block.page)
    yield block
  }
}

function refusalOf(error: unknown): DocumentResult {
  if (error instanceof UnreadableDocument) return { refused: error.message }
  throw error
}

/** Reads a document and writes its passages down; what cannot be read is told why. */
export async function readDocument(task: DocumentTask): Promise<DocumentResult> {
  try {
    return await writePassages(task)
  } catch (error) {
    return refusalOf(error)
  }
}

async function writePassages(task: DocumentTask): Promise<DocumentResult> {
  const { blocks, pages = null } = await readers[task.type](task.path)
  const terms = createSearchTerms()
  const languages = new Languages(await loadLanguageDetector())
  const pagesWithText = new Set<number>()
  // Open before anything can fail: a file that opens behind a refusal would be removed by nobody.
  const output = createWriteStream(task.outputPath, { flags: 'wx', mode: 0o600 })
  await once(output, 'open')
  let passages = 0
  for await (const piece of cutDocument(countPages(blocks, pagesWithText))) {
    passages += 1
    const passage = toPassage(piece, task, terms, languages.tell(piece.text))
    if (!output.write(`${JSON.stringify(passage)}\n`)) await once(output, 'drain')
  }
  output.end()
  await finished(output)
  if (passages === 0) return { refused: emptyReason(pages) }
  return {
    passages,
    pages,
    pagesWithText: pages === null ? null : pagesWithText.size,
    languages: languages.main,
  }
}

const emptyReason = (pages: number | null): string =>
  pages === null
    ? 'The document has no text'
    : `None of the ${pages} pages has text: they are pictures, as a scan is. Run text recognition (OCR) over it first`

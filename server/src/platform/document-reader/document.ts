/** A part of a document in its order. */
export type Block =
  | { kind: 'heading'; level: number; text: string; page?: number }
  | { kind: 'text'; text: string; page?: number }

/** What a reader found. */
export interface DocumentText {
  blocks: AsyncIterable<Block> | Iterable<Block>
  /** Of files that have pages: how many, known from the start. */
  pages?: number
}

/** Formats that can be read, by their media types. */
export const documentTypes = {
  'application/pdf': 'PDF',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word document (.docx)',
  'text/html': 'HTML',
  'text/markdown': 'Markdown',
  'text/plain': 'text',
} as const
/** One of them. */
export type DocumentType = keyof typeof documentTypes

/** Whether a media type is one that can be read. */
export function isDocumentType(type: string): type is DocumentType {
  return Object.hasOwn(documentTypes, type)
}

/** Characters of text that are read of one document: some five thousand pages. */
export const mostCharacters = 16_000_000

/** Why a document cannot be read, as a sentence for people. */
export class UnreadableDocument extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnreadableDocument'
  }
}

/** What to read, and how to write down what came of it. */
export interface DocumentTask {
  path: string
  type: DocumentType
  /** The document's name, as people know it. */
  name: string
  /** What each term begins with. */
  tag: string
  /** Where the passages go, a line of JSON each. */
  outputPath: string
}

/** A passage of a document, as it is written to the output. */
export interface Passage {
  text: string
  page: number | null
  /** The headings above it, the outermost first. */
  heading: string | null
  /** The text of a `tsvector`. */
  terms: string
}

/** How reading ended. */
export type DocumentResult =
  | { passages: number; pages: number | null; pagesWithText: number | null; languages: string[] }
  | { refused: string }

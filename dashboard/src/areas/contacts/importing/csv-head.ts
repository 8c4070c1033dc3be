/** The beginning of a file as the server will read it: with the delimiter and the encoding that go along. */
export interface CsvHead {
  encoding: string
  delimiter: string
  rows: readonly (readonly string[])[]
}

const delimiters = [',', ';', '\t', '|'] as const
const headBytes = 65_536
const mostRows = 8

/** The bytes as text: UTF-16 by its mark, UTF-8 where it is sound, else as Windows writes. */
function decode(bytes: Uint8Array, isCut: boolean): { text: string; encoding: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' }
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16be' }
  try {
    // Where the beginning was cut off, its last character may be half.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return { text, encoding: 'utf-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
  }
}

/** Rows of a text, quotation marks as in RFC 4180; a row that is cut off at the end is left out. */
export function parseRows(text: string, delimiter: string, isCut: boolean): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let rest = text
  while (rest !== '' && rows.length < mostRows) {
    const { cell, length } = readCell(rest, delimiter)
    const end = rest[length]
    row.push(cell)
    rest = rest.slice(length + (rest.startsWith('\r\n', length) ? 2 : 1))
    if (end === delimiter) {
      if (rest === '') row.push('')
      else continue
    }
    if (row.some((each) => each !== '') && !(isCut && rest === '')) rows.push(row)
    row = []
  }
  return rows
}

/** The cell that a text begins with, and how many characters it takes. */
function readCell(text: string, delimiter: string): { cell: string; length: number } {
  const isEnd = (index: number) => index >= text.length || ['\n', '\r', delimiter].includes(text[index] ?? '')
  let at = 0
  if (text[0] !== '"') {
    while (!isEnd(at)) at += 1
    return { cell: text.slice(0, at), length: at }
  }
  at = 1
  while (at < text.length && (text[at] !== '"' || text[at + 1] === '"')) at += text[at] === '"' ? 2 : 1
  const cell = text.slice(1, at).replaceAll('""', '"')
  while (!isEnd(at)) at += 1
  return { cell, length: at }
}

/** The delimiter that gives the first rows the same number of cells, the most of them. */
function findDelimiter(text: string, isCut: boolean): string {
  const scored = delimiters.map((delimiter) => {
    const rows = parseRows(text, delimiter, isCut)
    const width = rows[0]?.length ?? 0
    const even = rows.filter((row) => row.length === width).length
    return { delimiter, score: width < 2 ? 0 : even * 100 + width }
  })
  return scored.toSorted((a, b) => b.score - a.score)[0]?.delimiter ?? ','
}

const named = /^sep=(.)\r?\n/

/** Reads the beginning of a file. */
export function readHead(bytes: Uint8Array, isCut: boolean): CsvHead {
  const { text: raw, encoding } = decode(bytes, isCut)
  const text = raw.replace(/^\ufeff/, '')
  const said = named.exec(text)
  const body = said === null ? text : text.slice(said[0].length)
  const delimiter = said?.[1] ?? findDelimiter(body, isCut)
  return { encoding, delimiter, rows: parseRows(body, delimiter, isCut) }
}

/** As `readHead`, of a file that may be large: only its beginning is read. */
export async function readFileHead(file: File): Promise<CsvHead> {
  const bytes = new Uint8Array(await file.slice(0, headBytes).arrayBuffer())
  return readHead(bytes, file.size > headBytes)
}

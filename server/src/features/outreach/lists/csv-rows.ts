import { Readable } from 'node:stream'
import { CsvError, type Options, parse } from 'csv-parse'
import { parse as parseAll } from 'csv-parse/sync'
import { refuseImport } from './import.schema.ts'
import { readText, type TextFile } from './import-text.ts'

/** A row of a file. */
export interface CsvRow {
  /** Of the file, from 1, where it begins. */
  line: number
  /** How many lines it has: line breaks may stand inside quotation marks. */
  lineCount: number
  cells: string[]
}

/** How a file is cut into rows and cells. */
export interface CsvForm {
  delimiter: string
  /** The first line says which delimiter there is and is no row. */
  hasSeparatorLine: boolean
}

/** No person has more; a quotation mark that is not closed would collect the rest of the file. */
const mostBytesOfRow = 256 * 1024
const lineBreak = /\r\n|\r|\n/g
const separatorLine = /^sep=([^\r\n])(?:\r\n|\r|\n|$)/i

const options = (delimiter: string) =>
  ({
    delimiter,
    relax_quotes: true,
    relax_column_count: true,
    // Not `trim`: where tabs stand between cells they are no space around them.
    ...(delimiter === '\t' ? {} : { ltrim: true }),
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: mostBytesOfRow,
  }) satisfies Options

/** The delimiter that the first line names, as spreadsheets write it. */
export function namedDelimiter(sample: string): string | undefined {
  return separatorLine.exec(sample)?.[1]
}

/** The whole rows at the beginning of a file, cut by a delimiter; none when it does not fit. */
export function rowsOfSample(sample: string, delimiter: string, most = 50): string[][] {
  try {
    const text = sample.replace(separatorLine, '')
    return parseAll(text, { ...options(delimiter), to: most, skip_empty_lines: true })
  } catch (error) {
    if (error instanceof CsvError) return []
    throw error
  }
}

async function* textOfRows(file: TextFile, { hasSeparatorLine }: CsvForm): AsyncGenerator<string> {
  let isBeginning = hasSeparatorLine
  for await (const text of readText(file)) {
    yield isBeginning ? text.replace(separatorLine, '') : text
    isBeginning = false
  }
}

/** Every row that has something in it, in order and with few in memory; 422 for a quotation mark that is not closed. */
export async function* readRows(file: TextFile, form: CsvForm): AsyncGenerator<CsvRow> {
  let line = form.hasSeparatorLine ? 2 : 1
  const text = Readable.from(textOfRows(file, form))
  const parser = parse({ ...options(form.delimiter), info: true, raw: true })
  text.on('error', (error) => parser.destroy(error))
  parser.on('close', () => text.destroy())
  try {
    for await (const found of text.pipe(parser)) {
      const { record: cells, raw } = found as { record: string[]; raw: string }
      const lineCount = Math.max(raw.match(lineBreak)?.length ?? 0, 1)
      if (cells.some((cell) => cell.trim() !== '')) yield { line, lineCount, cells }
      line += lineCount
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw refuseImport('file', `a quotation mark that opens in or after line ${line} is not closed`)
  }
}

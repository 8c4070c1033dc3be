import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'

/** A cell: nothing is written for null. */
export type Cell = string | number | null
type Batches<T> = AsyncIterable<readonly T[]>

/** A number as people are called; spreadsheets take nothing else for harmless that begins with a plus. */
const plainPhone = /^\+\d{7,15}$/

/**
 * Rows as CSV (RFC 4180), written while they are read. A cell that a spreadsheet would take for a formula gets an
 * apostrophe in front; spaces before the sign do not hide it.
 */
export function toCsv(columns: readonly string[], batches: Batches<readonly Cell[]>): Readable {
  const csv = stringify({
    header: true,
    columns: columns.map((header, index) => ({ key: String(index), header })),
    record_delimiter: '\r\n',
    escape_formulas: true,
    // Some programs take a lone CR or LF for the end of a row, and what follows for a new cell.
    quoted_match: /[\r\n]/,
    cast: {
      string(value) {
        if (plainPhone.test(value)) return { value, escape_formulas: false }
        return /^[\s\0]+[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value
      },
    },
  })
  const rows = Readable.from(rowsOf(batches))
  // A broken walk must break the download as well, not end it as if it were whole.
  rows.on('error', (error) => csv.destroy(error))
  csv.on('close', () => rows.destroy())
  return rows.pipe(csv)
}

async function* rowsOf(batches: Batches<readonly Cell[]>) {
  for await (const batch of batches) yield* batch
}

/** Objects as one JSON array, written while they are read. */
export function toJsonArray(batches: Batches<object>): Readable {
  return Readable.from(jsonOf(batches))
}

async function* jsonOf(batches: Batches<object>): AsyncGenerator<string> {
  let separator = '['
  for await (const batch of batches) {
    if (batch.length === 0) continue
    yield separator + batch.map((item) => JSON.stringify(item)).join(',')
    separator = ','
  }
  yield separator === '[' ? '[]\n' : ']\n'
}

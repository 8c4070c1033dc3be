import { toStorable } from '../../../platform/storable-text.ts'
import {
  foldVariableName,
  variableLimits,
  variableNameProblem,
} from '../../groups/custom-groups/custom-groups.schema.ts'
import { looksLikeNumber, readCell } from './cell-phone.ts'
import { type ColumnKind, kindOfHeader } from './header-names.ts'
import { refuseImport } from './import.schema.ts'

/** Where in a row things stand; indexes from 0. */
export interface Columns {
  hasHeader: boolean
  /** Cells of the header, or of the first row. */
  width: number
  /** Columns with numbers: the first one that is filled in counts. */
  phones: readonly number[]
  /** A whole name, and what else it is put together from. */
  fullName: number | undefined
  nameParts: readonly number[]
  variables: readonly { index: number; name: string }[]
}

/** Every row is looked at column by column. */
const mostColumns = 1000

type Mapping = ReadonlyMap<string, string | number>

const shown = (headers: readonly string[]) => {
  const some = headers.slice(0, 20).map((header) => `"${header.slice(0, 40)}"`)
  return some.join(', ') + (headers.length > some.length ? ' ...' : '')
}

function findNamed(field: string, wanted: string | number, headers: readonly string[]): number {
  if (typeof wanted === 'number') {
    if (wanted <= headers.length) return wanted - 1
    throw refuseImport(`columns.${field}`, `the file has ${headers.length} columns`)
  }
  const exact = headers.indexOf(wanted)
  const folded = foldVariableName(wanted)
  const index = exact >= 0 ? exact : headers.findIndex((header) => foldVariableName(header) === folded)
  if (index >= 0) return index
  throw refuseImport(
    `columns.${field}`,
    `the file has no column "${wanted.slice(0, 100)}", only ${shown(headers)}`,
  )
}

function namedColumns(mapping: Mapping, headers: readonly string[]): Columns {
  const indexes = new Map([...mapping].map(([field, wanted]) => [field, findNamed(field, wanted, headers)]))
  const phone = indexes.get('phone') ?? 0
  const variables = [...indexes].flatMap(([name, index]) => {
    if (name === 'phone' || name === 'name') return []
    const problem = variableNameProblem(name)
    if (problem !== undefined) throw refuseImport(`columns.${name.slice(0, 100)}`, problem)
    return [{ index, name }]
  })
  const isByText = [...mapping.values()].some((wanted) => typeof wanted === 'string')
  return {
    hasHeader: isByText || !looksLikeNumber(headers[phone] ?? ''),
    width: headers.length,
    phones: [phone],
    fullName: indexes.get('name'),
    nameParts: [],
    variables,
  }
}

/** A header as the name of a value; undefined for one that cannot be one. */
function toVariableName(header: string, taken: Set<string>): string | undefined {
  const name = toStorable(readCell(header))
    .replace(/[{}|\s]+/g, ' ')
    .trim()
    .slice(0, variableLimits.nameCharacters)
    // The end may fall between the halves of a character.
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
  if (variableNameProblem(name) !== undefined || taken.has(foldVariableName(name))) return undefined
  taken.add(foldVariableName(name))
  return name
}

function knownColumns(headers: readonly string[]): Columns {
  const kinds = headers.map((header) => kindOfHeader(readCell(header)))
  const all = (kind: ColumnKind) => kinds.flatMap((each, index) => (each === kind ? [index] : []))
  const first = (kind: ColumnKind) => all(kind)[0]
  const phones = [...all('whatsapp'), ...all('mobile'), ...all('phone')]
  if (phones.length === 0) {
    const message = `no column of phone numbers is known among ${shown(headers)}: name it, as in {"phone": "Mobile"}`
    throw refuseImport('columns', message)
  }
  const full = first('full')
  const [given, family] = [first('given'), first('family')]
  // `Nom` and `Name` beside a first name are the family's; beside a last name they are one's own.
  const isPart = full !== undefined && (given === undefined) !== (family === undefined)
  const parts = [given ?? (isPart ? full : undefined), first('middle'), family ?? (isPart ? full : undefined)]
  const taken = new Set<string>()
  const variables = headers.flatMap((header, index) => {
    const kind = kinds[index]
    if (kind === 'ignored' || kind === 'full' || phones.includes(index)) return []
    const name = toVariableName(header, taken)
    return name === undefined ? [] : [{ index, name }]
  })
  return {
    hasHeader: true,
    width: headers.length,
    phones,
    fullName: isPart ? undefined : full,
    nameParts: parts.filter((index) => index !== undefined),
    variables,
  }
}

/** A file without header: the column with a number in the first row, and beside it the first with letters. */
function guessedColumns(row: readonly string[]): Columns {
  const phone = row.findIndex(looksLikeNumber)
  const name = row.findIndex((cell, index) => index !== phone && /\p{L}/u.test(cell))
  return {
    hasHeader: false,
    width: row.length,
    phones: [phone],
    fullName: name < 0 ? undefined : name,
    nameParts: [],
    variables: [],
  }
}

/** Whether a first row says by itself where the numbers are. */
export function tellsNumbers(row: readonly string[]): boolean {
  return row.some(
    (cell) =>
      looksLikeNumber(cell) || ['whatsapp', 'mobile', 'phone'].includes(kindOfHeader(readCell(cell)) ?? ''),
  )
}

/** Finds the columns of a file by its first row; 422 when there is no telling where the numbers are. */
export function chooseColumns(firstRow: readonly string[], mapping: Mapping | undefined): Columns {
  if (firstRow.length > mostColumns)
    throw refuseImport('file', `has ${firstRow.length} columns, more than ${mostColumns}`)
  const headers = firstRow.map((cell) => cell.trim())
  if (mapping !== undefined) return namedColumns(mapping, headers)
  return headers.some(looksLikeNumber) ? guessedColumns(headers) : knownColumns(headers)
}

import type { CountryCode } from 'libphonenumber-js'
import { toStorable } from '../../../platform/storable-text.ts'
import { variableLimits } from '../../groups/custom-groups/custom-groups.schema.ts'
import type { MemberInput } from '../../groups/custom-groups/custom-groups.service.ts'
import { readCell, readCellPhone } from './cell-phone.ts'
import type { Columns } from './csv-columns.ts'
import type { CsvRow } from './csv-rows.ts'
import { nameCharacters } from './lists.schema.ts'

/** A row that is no member, and why. */
export interface RefusedLine {
  line: number
  value: string
  reason: string
}

const valueCharacters = 100

/** A cell as text that can be stored, line breaks as spaces. */
function readText(row: CsvRow, index: number | undefined): string {
  if (index === undefined) return ''
  return toStorable(readCell(row.cells[index] ?? ''))
    .replace(/\s+/g, ' ')
    .trim()
}

function nameOf(row: CsvRow, { fullName, nameParts }: Columns): string {
  const whole = readText(row, fullName)
  if (whole !== '') return whole
  return nameParts
    .map((index) => readText(row, index))
    .filter((part) => part !== '')
    .join(' ')
}

function variablesOf(row: CsvRow, { variables }: Columns): Record<string, string> {
  const values = variables.map(({ index, name }) => [name, readText(row, index)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== ''))
}

function refusalOf(row: CsvRow, columns: Columns, encoding: string): string | undefined {
  const { cells, line, lineCount } = row
  const hasMore = cells.slice(columns.width).some((cell) => cell.trim() !== '')
  if (lineCount > 1 && cells.length !== columns.width)
    return `has a quotation mark that is not closed: lines ${line} to ${line + lineCount - 1} were read as one`
  if (hasMore)
    return `has more than ${columns.width} cells: put what contains the delimiter in quotation marks`
  const { phones, fullName, nameParts, variables } = columns
  const used = [...phones, ...(fullName === undefined ? [] : [fullName]), ...nameParts]
  const isBroken = [...used, ...variables.map(({ index }) => index)].some((index) =>
    cells[index]?.includes('\ufffd'),
  )
  return isBroken ? `has characters that are not ${encoding}` : undefined
}

/** The person of a row, or why it is none. */
export function readLine(
  row: CsvRow,
  columns: Columns,
  options: { encoding: string; country: CountryCode | undefined },
): MemberInput | RefusedLine {
  const cell = columns.phones.map((index) => row.cells[index] ?? '').find((each) => each.trim() !== '') ?? ''
  const refuse = (reason: string): RefusedLine => ({
    line: row.line,
    value: toStorable(cell.trim().slice(0, valueCharacters)),
    reason,
  })
  const refusal = refusalOf(row, columns, options.encoding)
  if (refusal !== undefined) return refuse(refusal)
  const read = readCellPhone(cell, options.country)
  if ('reason' in read) return refuse(read.reason)
  const name = nameOf(row, columns)
  if (name.length > nameCharacters) return refuse(`has a name of more than ${nameCharacters} characters`)
  const variables = variablesOf(row, columns)
  const entries = Object.entries(variables)
  if (entries.length > variableLimits.perMember)
    return refuse(`has more than ${variableLimits.perMember} values: name the columns that are wanted`)
  const long = entries.find(([, value]) => value.length > variableLimits.valueCharacters)?.[0]
  if (long !== undefined)
    return refuse(`has more than ${variableLimits.valueCharacters} characters in "${long}"`)
  return { phone: read.phone, name: name === '' ? null : name, variables }
}

/** A cell as the API gives it. */
export type Cell = string | number | null

/** A number as people are called: nothing else that begins with a plus is harmless to a spreadsheet. */
const phone = /^\+\d{7,15}$/
/** What a spreadsheet takes for a formula, also behind spaces and in its wide forms. */
const formula = /^[\s\0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

function cellOf(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = formula.test(value) && !phone.test(value) ? `'${value}` : value
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as CSV (RFC 4180) that no spreadsheet runs; the mark in front lets Excel read every script. */
export function toCsv(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `\ufeff${[heads, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`
}

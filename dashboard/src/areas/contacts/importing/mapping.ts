/** What a column becomes: number, name, a value under a name, or nothing. */
export type Role = 'phone' | 'name' | 'value' | 'skip'

const phoneWords =
  /phone|mobile|cell|whats|tel|number|handy|n[uú]m|m[oó]vil|celular|telem|טלפון|נייד|手机|电话|号码/i
const nameWords = /name|nombre|nome|cliente|kunde|שם|姓名|名字/i
const looksLikeNumber = (cell: string) => /^[\s'"=+(]*\d[\d\s().+-]{5,}"?$/.test(cell)

/** Whether the first row has no names of columns, but somebody's number already. */
export const hasNoHeader = (rows: readonly (readonly string[])[]) => (rows[0] ?? []).some(looksLikeNumber)

/** What columns most likely are, by their heads and by what stands in them. */
export function guessRoles(rows: readonly (readonly string[])[]): Role[] {
  const [head = [], ...below] = rows
  const body = hasNoHeader(rows) ? rows : below
  const isNumbers = (index: number) =>
    body.length > 0 && body.filter((row) => looksLikeNumber(row[index] ?? '')).length * 2 > body.length
  const byHead = head.findIndex((cell) => phoneWords.test(cell))
  const phone = byHead >= 0 ? byHead : head.findIndex((_, index) => isNumbers(index))
  const name = head.findIndex(
    (cell, index) => index !== phone && (nameWords.test(cell) || (hasNoHeader(rows) && /\p{L}/u.test(cell))),
  )
  return head.map((_, index) => {
    if (index === phone) return 'phone'
    if (index === name) return 'name'
    return hasNoHeader(rows) ? 'skip' : 'value'
  })
}

/** The mapping as the API takes it: columns by their number, values under the name of their column. */
export function columnsOf(head: readonly string[], roles: readonly Role[]): Record<string, number> {
  const columns: Record<string, number> = {}
  for (const [index, role] of roles.entries()) {
    const value = (head[index] ?? '').replaceAll(/[{}|\s]+/g, ' ').trim()
    if (role === 'phone' || role === 'name') columns[role] = index + 1
    if (role === 'value')
      columns[value === '' || value === 'phone' || value === 'name' ? `column ${index + 1}` : value] =
        index + 1
  }
  return columns
}

import { toSafeJson } from './fence.ts'

/** Values inside each other that are still drawn as a list; what lies deeper stands in one line. */
const maxDepth = 6

/**
 * An answer as a list that people and models read. Texts stand in quotation marks as JSON writes them, so that none can
 * look like another entry.
 */
export function toMarkdown(value: unknown): string {
  if (!isNested(value)) return toSafeJson(value)
  return linesOf(value, 0).join('\n')
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function linesOf(value: object, depth: number): string[] {
  const indent = '  '.repeat(depth)
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => entryLines(entry, depth, indent))
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .flatMap(([name, part]: [string, unknown]) => {
      const title = `${indent}- **${labelOf(name)}**:`
      if (isNested(part) && depth < maxDepth && !isShort(part)) return [title, ...linesOf(part, depth + 1)]
      return [`${title} ${toSafeJson(part)}`]
    })
}

/** Entries of a list begin with the dash of their first field. */
function entryLines(entry: unknown, depth: number, indent: string): string[] {
  if (!isNested(entry) || Array.isArray(entry) || depth >= maxDepth)
    return [`${indent}- ${toSafeJson(entry)}`]
  const [first, ...others] = linesOf(entry, depth + 1)
  if (first === undefined) return [`${indent}- {}`]
  return [`${indent}- ${first.trimStart().replace(/^- /, '')}`, ...others]
}

/** Names of fields are ours; names in a map may be anybody's. */
function labelOf(name: string): string {
  return /^\w{1,64}$/.test(name) ? name : toSafeJson(name)
}

/** Lists of plain values stand in one line. */
function isShort(value: object): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry !== 'object' || entry === null)
}

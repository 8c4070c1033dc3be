import { isUtf8 } from 'node:buffer'
import { type AppError, type FieldProblem, malformedRequest } from '../../platform/errors.ts'
import { isStorable } from '../../platform/storable-text.ts'

/** Objects and lists inside each other that a request may have; what is deeper overflows the stack of whoever reads it. */
const maxDepth = 64
const maxProblems = 20

const utf8Names = new Set(['utf-8', 'utf8'])

/** The first encoding other than UTF-8 that a content type names. */
export function foreignCharset(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !contentType.toLowerCase().includes('charset')) return undefined
  const named = [...contentType.matchAll(/;\s*charset\s*=\s*["']?([^\s;"']*)/gi)]
  return named.map((match) => match[1] ?? '').find((name) => !utf8Names.has(name.toLowerCase()))
}

/** Refuses a body in another encoding: read as UTF-8 it would reach somebody's phone as other characters. */
export function refuseCharset(charset: string | undefined): void {
  if (charset === undefined) return
  throw malformedRequest.create({
    message: `The body must be UTF-8, not ${charset.slice(0, 40) || 'unnamed'}`,
  })
}

/** The text of a body; a byte order mark is skipped. Throws 400 for bytes that are no UTF-8. */
export function decodeBody(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw malformedRequest.create({ message: 'The body is not valid UTF-8' })
  const text = bytes.toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** The refusal of a query whose percent-encoded bytes are no UTF-8; a lone `%` stays what it is. */
export function findUndecodable(url: string): AppError | undefined {
  const start = url.indexOf('?')
  if (start < 0 || !url.includes('%', start)) return undefined
  const runs = [...url.slice(start).matchAll(/(?:%[0-9a-f]{2})+/gi)].map(([run]) => run.replaceAll('%', ''))
  if (runs.every((run) => isUtf8(Buffer.from(run, 'hex')))) return undefined
  return malformedRequest.create({ message: 'The query is not valid UTF-8' })
}

/**
 * What of a body, form or query nobody can work with, by field: NUL and half surrogate pairs (no database stores them,
 * no phone shows them), numbers beyond all bounds, too many levels.
 */
export function findUnusable(value: unknown): FieldProblem[] {
  const problems: FieldProblem[] = []
  search(value, [], problems)
  return problems.slice(0, maxProblems)
}

function search(value: unknown, path: readonly string[], problems: FieldProblem[]): void {
  if (problems.length >= maxProblems) return
  const complain = (message: string) =>
    problems.push({ field: path.length === 0 ? 'body' : path.map(showName).join('.'), message })
  if (typeof value === 'string') {
    if (!isStorable(value)) complain(describeText(value))
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) complain('is too large a number')
  } else if (typeof value === 'object' && value !== null) {
    if (path.length >= maxDepth) return void problems.push(tooDeep(path))
    for (const [name, part] of Object.entries(value)) {
      const inner = [...path, name]
      if (!isStorable(name))
        problems.push({ field: inner.map(showName).join('.'), message: `the name ${describeText(name)}` })
      search(part, inner, problems)
    }
  }
}

function tooDeep([first = 'body']: readonly string[]): FieldProblem {
  return { field: showName(first), message: `must not be nested deeper than ${maxDepth} levels` }
}

function describeText(text: string): string {
  return text.includes('\0')
    ? 'must not contain the character U+0000'
    : 'must be valid Unicode: it contains half of a surrogate pair'
}

/** A name as it can stand in an answer and a log. */
function showName(name: string): string {
  return name.slice(0, 100).replaceAll('\0', '\\u0000').toWellFormed()
}

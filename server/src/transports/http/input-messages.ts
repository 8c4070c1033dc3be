import type { z } from 'zod'
import type { FieldProblem } from '../../platform/errors.ts'

type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue

const typeNames: Record<string, string> = {
  string: 'must be a string',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
  record: 'must be an object',
  date: 'must be a date and time',
  null: 'must be null',
}

const formatNames: Record<string, string> = {
  uuid: 'must be a UUID',
  guid: 'must be a UUID',
  email: 'must be an e-mail address',
  url: 'must be a URL',
  datetime: 'must be a date and time such as 2026-02-11T10:00:00Z',
  date: 'must be a date such as 2026-02-11',
  time: 'must be a time such as 14:30',
  base64: 'must be base64',
  regex: 'has the wrong form',
}

/** Says what is wrong with a field in plain words; a message given by the schema itself wins over it. */
export function describeIssue(issue: RawIssue): string {
  if (issue.input === undefined && issue.code !== 'custom') return 'field required'
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected as string] ?? 'has the wrong type'
    case 'too_small':
      return describeBound(
        issue.origin as string,
        'least',
        issue.minimum as number,
        issue.inclusive as boolean,
      )
    case 'too_big':
      return describeBound(
        issue.origin as string,
        'most',
        issue.maximum as number,
        issue.inclusive as boolean,
      )
    case 'invalid_format':
      return formatNames[issue.format as string] ?? 'has the wrong form'
    case 'invalid_value':
      return `must be ${(issue.values as unknown[]).length > 1 ? 'one of ' : ''}${(issue.values as unknown[]).join(', ')}`
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`
    case 'unrecognized_keys':
      return 'unknown field'
    default:
      return 'is not valid'
  }
}

function describeBound(
  origin: string,
  side: 'least' | 'most',
  bound: number | bigint,
  isInclusive: boolean,
): string {
  if (origin === 'string') {
    if (side === 'least' && bound === 1) return 'must not be empty'
    return `must be at ${side} ${bound} characters`
  }
  if (origin === 'array' || origin === 'set')
    return `must have at ${side} ${bound} ${bound === 1 ? 'entry' : 'entries'}`
  if (isInclusive !== false) return `must be at ${side} ${bound}`
  return `must be ${side === 'least' ? 'greater' : 'less'} than ${bound}`
}

/** Flattens issues into fields with messages, in the order of the schema. */
export function listProblems(issues: readonly Issue[]): FieldProblem[] {
  return issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), message: issue.message }))
    }
    const inner = issue.code === 'invalid_union' ? closestBranch(issue.errors) : undefined
    if (inner !== undefined) {
      return listProblems(inner.map((part) => ({ ...part, path: [...issue.path, ...part.path] })))
    }
    return [{ field: issue.path.join('.'), message: issue.message }]
  })
}

/** The branch of a union that the caller probably meant: the one with the fewest, deepest complaints. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const nested = branches.filter(
    (issues) => issues.length > 0 && issues.every((issue) => issue.path.length > 0),
  )
  const wrongValues = (issues: readonly Issue[]) =>
    issues.filter((issue) => issue.code === 'invalid_value').length
  return nested.sort((a, b) => wrongValues(a) - wrongValues(b) || a.length - b.length)[0]
}

/** The one sentence for `detail`: every problem, field first. */
export function summariseProblems(problems: readonly FieldProblem[]): string {
  const shown = problems
    .slice(0, 10)
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`)
  return shown.join('; ')
}

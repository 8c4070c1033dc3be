import type { z } from 'zod'
import type { Operation } from '../../operation.ts'
import { type FieldProblem, malformedRequest, unknownThing, validationFailed } from '../../platform/errors.ts'
import { describeIssue, listProblems, summariseProblems } from './input-messages.ts'
import { dropRefusedNulls } from './null-fields.ts'
import { findUnusable } from './request-text.ts'

/** The parts of a request before they are checked. */
export interface RawInput {
  params: unknown
  query: Record<string, unknown>
  /** Text of the body; empty when there was none. */
  body: string
  /** What stands in the place of a body: fields of a form, arguments of a tool. */
  fields?: Record<string, unknown> | undefined
}

const parseOptions = { error: describeIssue }
const nullRounds = 8

/** Reads JSON; nothing is an empty object, because several clients send actions without a body. */
export function parseBody(text: string): unknown {
  if (text === '' || text.trim() === '') return {}
  try {
    // A `__proto__` key would reach Object.assign as a setter; such a body has no honest meaning.
    const value = JSON.parse(text) as unknown
    if (text.includes('__proto__'))
      return JSON.parse(text, (key, part) => (key === '__proto__' ? undefined : part))
    return value
  } catch (cause) {
    throw malformedRequest.create({ message: 'The body is not valid JSON', cause })
  }
}

/**
 * Checks path, query and body against the operation's schemas. A path parameter of the wrong form is an unknown
 * resource (404); query and body are reported together (422). What holds text that nobody can store is refused before
 * its schema is asked, whether the operation knows the field or not.
 */
export function checkInput(operation: Operation, raw: RawInput): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const unusable = findUnusable(raw.params)[0]
  if (unusable !== undefined) throw unknownThing(thingOf(operation.path, unusable.field))
  if (operation.params !== undefined) {
    const result = operation.params.safeParse(raw.params)
    if (!result.success)
      throw unknownThing(thingOf(operation.path, String(result.error.issues[0]?.path[0] ?? 'id')))
    Object.assign(input, result.data)
  }
  const problems: FieldProblem[] = []
  if (operation.query !== undefined) {
    Object.assign(input, check(operation.query, withoutEmpty(raw.query), problems))
  } else problems.push(...findUnusable(raw.query))
  if (operation.body !== undefined) {
    Object.assign(input, check(operation.body, raw.fields ?? parseBody(raw.body), problems))
  }
  if (problems.length > 0) {
    throw validationFailed.create({ message: summariseProblems(problems), details: { errors: problems } })
  }
  return input
}

/** What a path parameter names, in words: its own name, or the collection it stands in. */
function thingOf(path: string, parameter: string): string {
  const segments = path.split('/')
  const collection = segments[segments.indexOf(`{${parameter}}`) - 1] ?? ''
  const name = parameter === 'id' ? collection.replace(/ies$/, 'y').replace(/s$/, '') : parameter
  const words = name.replace(/_id$/, '').replaceAll(/[-_]/g, ' ')
  return words === '' ? 'Resource' : `${words[0]?.toUpperCase()}${words.slice(1)}`
}

function check(schema: z.ZodType, value: unknown, problems: FieldProblem[]): unknown {
  const unusable = findUnusable(value)
  if (unusable.length > 0) return void problems.push(...unusable)
  let result = schema.safeParse(value, parseOptions)
  // Each round of refusals may uncover nulls further inside.
  for (let round = 0; !result.success && round < nullRounds; round += 1) {
    if (!dropRefusedNulls(value, result.error.issues)) break
    result = schema.safeParse(value, parseOptions)
  }
  if (result.success) return result.data
  for (const { field, message } of listProblems(result.error.issues)) {
    problems.push(
      field === '' && isNoObject(value)
        ? { field: 'body', message: 'must be a JSON object' }
        : { field, message },
    )
  }
  return undefined
}

/** Checks the query of a request that is no operation's; 422 with the fields. */
export function checkQuery(schema: z.ZodType, query: unknown): Record<string, unknown> {
  const problems: FieldProblem[] = []
  const checked = check(schema, withoutEmpty(query as Record<string, unknown>), problems)
  if (problems.length === 0) return checked as Record<string, unknown>
  throw validationFailed.create({ message: summariseProblems(problems), details: { errors: problems } })
}

function isNoObject(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Array.isArray(value)
}

/** Empty query parameters count as absent (contract section 3). */
function withoutEmpty(query: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = {}
  for (const key in query) if (query[key] !== '') filled[key] = query[key]
  return filled
}

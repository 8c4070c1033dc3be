import { z } from 'zod'
import type { Operation } from '../src/operation.ts'
import { inputSchemaOf } from './schema-samples.ts'

const idPattern = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/
const pathPattern = /^(\/([a-z0-9]+(-[a-z0-9]+)*|\{[a-z][a-z0-9_]*\}))+$/

/** What is wrong with how operations are declared, as sentences that begin with the operation. */
export function findFormProblems(operations: readonly Operation[]): string[] {
  return [...operations.flatMap(findOwnProblems), ...findDoubles(operations)]
}

function findOwnProblems(operation: Operation): string[] {
  const problems: string[] = []
  const { id, method, path, summary } = operation
  if (!idPattern.test(id)) problems.push('the id is not feature.verb in snake_case')
  if (!pathPattern.test(path))
    problems.push(`the path ${path} is not kebab-case with {snake_case} parameters`)
  if (summary.trim().length < 4 || summary.endsWith('.'))
    problems.push('the summary is missing or ends in a full stop')
  if (method === 'GET' && operation.body !== undefined) problems.push('a GET has no body')
  if (Array.isArray(operation.access) && operation.access.length === 0)
    problems.push("no scope: say 'any' or 'public'")
  if (operation.access === 'public' && (operation.roles ?? operation.keys ?? operation.gate) !== undefined) {
    problems.push('public, yet with roles, keys or a plan gate')
  }
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
  const declared =
    operation.params === undefined ? [] : Object.keys(inputSchemaOf(operation.params).properties ?? {})
  if (inPath.join() !== declared.sort().join())
    problems.push(`the path has {${inPath}}, the schema {${declared}}`)
  const parts = [operation.query, operation.body, operation.params].filter((part) => part !== undefined)
  const names = parts.flatMap((part) => Object.keys(inputSchemaOf(part).properties ?? {}))
  const camel = names.find((name) => !/^[a-z][a-z0-9_]*$/.test(name))
  if (camel !== undefined) problems.push(`${camel} is not snake_case`)
  // A part with a transform gives its fields names of their own, so that the operation can compare them.
  const merged = parts.filter((part) => !(part instanceof z.ZodPipe))
  const arriving = merged.flatMap((part) => Object.keys(inputSchemaOf(part).properties ?? {}))
  const repeated = arriving.find((name, index) => arriving.indexOf(name) !== index)
  if (repeated !== undefined)
    problems.push(`${repeated} is in two of path, query and body: one would hide the other`)
  return problems.map((problem) => `${id}: ${problem}`)
}

function findDoubles(operations: readonly Operation[]): string[] {
  const problems: string[] = []
  const ids = new Set<string>()
  const routes = new Map<string, Operation>()
  const names = new Map<string, string>()
  for (const operation of operations) {
    const { id, method, path } = operation
    if (ids.has(id)) problems.push(`${id}: two operations have this id`)
    ids.add(id)
    const shape = path.replaceAll(/\{\w+\}/g, '{}')
    const twin = routes.get(`${method} ${shape}`)
    if (twin !== undefined) problems.push(`${id}: serves ${method} ${path}, as ${twin.id} does`)
    routes.set(`${method} ${shape}`, operation)
    const known = names.get(shape)
    if (known !== undefined && known !== path)
      problems.push(`${id}: calls the parameters of ${known} otherwise (${path})`)
    names.set(shape, path)
  }
  return problems
}

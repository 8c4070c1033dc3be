import { z } from 'zod'
import { keepExamples } from './openapi-schemas.ts'

/** The parts of a JSON Schema that examples are made from. */
interface Part {
  type?: string | string[]
  format?: string
  properties?: Record<string, Part>
  required?: string[]
  items?: Part | boolean
  anyOf?: Part[]
  oneOf?: Part[]
  allOf?: Part[]
  $ref?: string
  $defs?: Record<string, Part>
  enum?: unknown[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
}

/** Stands for a resource of the reader's, who puts an id in its place. */
export const exampleId = '019c4c2e-6a00-7000-8000-000000000001'

const formats: Record<string, string> = { uuid: exampleId, 'date-time': '2026-02-11T10:00:00Z' }

function jsonSchemaOf(schema: z.ZodType): Part {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: keepExamples }) as Part
}

/**
 * What to send: the schema's own example, else its required fields and those optional ones that have an example. A
 * reference page that made it up would fill in every field, with empty texts. Undefined where nothing says what to
 * send.
 */
export function exampleOfBody(body: z.ZodType): unknown {
  const schema = jsonSchemaOf(body)
  const example = exampleOf(schema, schema)
  const isEmpty = typeof example === 'object' && example !== null && Object.keys(example).length === 0
  return isEmpty && Object.keys(schema.properties ?? {}).length > 0 ? undefined : example
}

/** An example for each parameter of a path or query; undefined where nothing says what to send. */
export function examplesOfParameters(parameters: z.ZodType): Record<string, unknown> {
  const schema = jsonSchemaOf(parameters)
  const names = Object.entries(schema.properties ?? {})
  return Object.fromEntries(names.map(([name, part]) => [name, exampleOf(part, schema)]))
}

function exampleOf(part: Part, root: Part): unknown {
  if (part.examples?.[0] !== undefined) return part.examples[0]
  if (part.$ref !== undefined) {
    const target = root.$defs?.[part.$ref.replace('#/$defs/', '')]
    return target === undefined ? undefined : exampleOf(target, root)
  }
  if (part.const !== undefined) return part.const
  if (part.default !== undefined) return part.default
  if (part.enum !== undefined) return part.enum[0]
  const branch = (part.anyOf ?? part.oneOf)?.[0]
  if (branch !== undefined) return exampleOf(branch, root)
  if (part.allOf !== undefined) return Object.assign({}, ...part.allOf.map((each) => exampleOf(each, root)))
  return exampleOfType(part, root)
}

function exampleOfType(part: Part, root: Part): unknown {
  const type = Array.isArray(part.type) ? part.type[0] : part.type
  if (type === 'boolean') return true
  if (type === 'string') return formats[part.format ?? '']
  if (type === 'array') {
    const item = typeof part.items === 'object' ? exampleOf(part.items, root) : undefined
    return item === undefined ? undefined : [item]
  }
  return type === 'object' ? exampleOfObject(part, root) : undefined
}

function exampleOfObject(part: Part, root: Part): unknown {
  const required = new Set(part.required)
  const made: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(part.properties ?? {})) {
    if (field.examples === undefined && !required.has(name)) continue
    const example = exampleOf(field, root)
    if (example === undefined) return undefined
    made[name] = example
  }
  return made
}

import { z } from 'zod'
import { keepExamples } from '../src/transports/http/openapi-schemas.ts'

/** The parts of a JSON Schema that samples are made from. */
export interface JsonSchema {
  type?: string | string[]
  format?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema | false
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  enum?: unknown[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

/** An input that must be refused, and why. */
export interface BadInput {
  why: string
  field: string
  value: unknown
}

/** The input side of a zod schema. */
export function inputSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: keepExamples }) as JsonSchema
}

const formats: Record<string, string> = {
  uuid: '0190a1b2-0000-7000-8000-00000000dead',
  'date-time': '2026-02-11T10:00:00Z',
  date: '2026-02-11',
  email: 'someone@example.com',
  uri: 'https://example.com/',
}

/** A value the schema accepts: its first example, else one made from types and bounds; required parts only. */
export function sampleOf(schema: JsonSchema, root: JsonSchema = schema): unknown {
  if (schema.$ref !== undefined) return sampleOf(resolve(schema.$ref, root), root)
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  const branch = (schema.anyOf ?? schema.oneOf)?.[0]
  if (branch !== undefined) return sampleOf(branch, root)
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, root)))
  return sampleOfType(schema, root)
}

function sampleOfType(schema: JsonSchema, root: JsonSchema): unknown {
  switch (typesOf(schema)[0]) {
    case 'string':
      return formats[schema.format ?? ''] ?? 'x'.repeat(Math.max(schema.minLength ?? 1, 1))
    case 'integer':
    case 'number':
      return Math.max(
        schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : schema.exclusiveMinimum + 1),
        1,
      )
    case 'boolean':
      return true
    case 'array': {
      const { items } = schema
      if (items === undefined || items === false) return []
      return Array.from({ length: schema.minItems ?? 1 }, () => sampleOf(items, root))
    }
    case 'object':
      return sampleOfObject(schema, root)
    default:
      return null
  }
}

/** Fields whose form only their name tells; a schema's own example wins. */
export const fieldSamples: Record<string, string> = { phone: '15550123456', chat_id: '15550123456@c.us' }

/** The required parts, and the optional ones that have an example. */
function sampleOfObject(schema: JsonSchema, root: JsonSchema): Record<string, unknown> {
  const required = new Set(schema.required)
  const made: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (part.examples !== undefined) made[name] = part.examples[0]
    else if (required.has(name)) made[name] = fieldSamples[name] ?? sampleOf(part, root)
  }
  return made
}

/** Values for single body fields that the schema forbids: missing, of a wrong type, outside its limits. */
export function badFields(schema: JsonSchema): BadInput[] {
  const bad: BadInput[] = (schema.required ?? []).map((field) => ({
    why: 'missing',
    field,
    value: undefined,
  }))
  for (const [field, declared] of Object.entries(schema.properties ?? {})) {
    const part = declared.$ref === undefined ? declared : resolve(declared.$ref, schema)
    const wrong = wrongType(part)
    if (wrong !== undefined) bad.push({ why: 'of a wrong type', field, value: wrong })
    for (const value of outsideLimits(part)) bad.push({ why: 'outside its limits', field, value })
  }
  return bad
}

/** Texts for single query parameters that the schema forbids. */
export function badParameters(schema: JsonSchema): BadInput[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, part]) => {
    const isText = typesOf(part).includes('string') || typesOf(part).length === 0
    const values: unknown[] = isText ? [] : ['neither']
    values.push(...outsideLimits(part).filter((value) => value !== ''))
    return values.map((value) => ({ why: 'not accepted', field, value: String(value) }))
  })
}

/** Something of a type that the schema does not take; undefined when it takes everything. */
function wrongType(schema: JsonSchema): unknown {
  const branches = schema.anyOf ?? schema.oneOf
  const types = branches === undefined ? typesOf(schema) : branches.flatMap(typesOf)
  if (types.length === 0 || branches?.some((branch) => typesOf(branch).length === 0) === true)
    return undefined
  if (!types.includes('object') && !types.includes('array')) return { wrong: true }
  return types.includes('string') ? 17 : 'text'
}

function outsideLimits(schema: JsonSchema): unknown[] {
  const { maxLength, minLength, maximum, minimum, exclusiveMinimum, maxItems, minItems, items } = schema
  const values: unknown[] = []
  if (maxLength !== undefined) values.push('x'.repeat(maxLength + 1))
  if (minLength !== undefined && minLength > 0) values.push('x'.repeat(minLength - 1))
  if (schema.enum !== undefined) values.push('no such value')
  if (schema.format !== undefined && schema.format in formats) values.push('neither this nor that')
  if (maximum !== undefined && maximum < 2 ** 31) values.push(maximum + 1)
  if (minimum !== undefined && minimum > -(2 ** 31)) values.push(minimum - 1)
  if (exclusiveMinimum !== undefined && exclusiveMinimum > -(2 ** 31)) values.push(exclusiveMinimum)
  const item = items === undefined || items === false ? 'x' : sampleOf(items)
  if (maxItems !== undefined && maxItems < 2000) values.push(Array.from({ length: maxItems + 1 }, () => item))
  if (minItems !== undefined && minItems > 0) values.push([])
  return values
}

function typesOf({ type, enum: values }: JsonSchema): string[] {
  if (type === undefined) return values === undefined ? [] : ['string']
  return Array.isArray(type) ? type : [type]
}

function resolve(reference: string, root: JsonSchema): JsonSchema {
  const found = root.$defs?.[reference.replace('#/$defs/', '')]
  if (found === undefined) throw new Error(`no schema ${reference}`)
  return found
}

import type { Operation } from '../../operation.ts'
import type { Tool } from '../../tool.ts'
import type { RawInput } from '../http/input.ts'
import { createSchemaCollector, type JsonObject } from '../http/openapi-schemas.ts'

/** Where an operation takes a field from. */
type Place = 'params' | 'query' | 'body'

const places: readonly Place[] = ['params', 'query', 'body']

/** The fields of an operation by name, with their schemas and where they belong. */
export type Fields = ReadonlyMap<string, { place: Place; schema: JsonObject; isRequired: boolean }>

/** Reads the fields of an operation from its schemas. */
export function fieldsOf(operation: Operation): Fields {
  const fields = new Map<string, { place: Place; schema: JsonObject; isRequired: boolean }>()
  for (const place of places) {
    const schema = operation[place]
    if (schema === undefined) continue
    const { properties = {}, required = [] } = createSchemaCollector().translate(schema, 'input') as {
      properties?: Record<string, JsonObject>
      required?: string[]
    }
    for (const [name, part] of Object.entries(properties))
      if (!fields.has(name))
        fields.set(name, { place, schema: part, isRequired: place === 'params' || required.includes(name) })
  }
  return fields
}

/** What the operation checks anyway and says better; a list of tools stands in a model's context all the time. */
const untold = new Set([
  'examples',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'minItems',
  'maxItems',
  'propertyNames',
  'default',
])

/** What a model needs of a schema: types, choices, and how long a page may be. */
function shorten(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shorten)
  if (typeof schema !== 'object' || schema === null) return schema
  // What may be null may be left out as well: a model is told the one way.
  if ('anyOf' in schema && Array.isArray(schema.anyOf)) {
    const [only, ...others] = schema.anyOf.filter((choice: JsonObject) => choice['type'] !== 'null')
    if (others.length === 0 && schema.anyOf.length > 1) {
      const { anyOf: _, ...about } = schema
      return shorten({ ...about, ...(only as JsonObject) })
    }
  }
  const told = Object.entries(schema).filter(
    ([key, part]) => !untold.has(key) && !(key === 'maximum' && Number(part) > 10_000),
  )
  return Object.fromEntries(told.map(([key, part]) => [key, key === 'enum' ? part : shorten(part)]))
}

/** The argument that every tool has. */
const responseFormat = { type: 'string', enum: ['markdown', 'json'] }

/** The schema of a tool's arguments, of those of its operation's fields. */
export function schemaOf(tool: Tool, fields: Fields): JsonObject & { type: 'object' } {
  const properties: JsonObject = {}
  const required: string[] = []
  for (const [name, field] of Object.entries(tool.arguments)) {
    const found = fields.get(field)
    if (found === undefined) throw new Error(`${tool.name}: ${tool.operation} has no field ${field}`)
    properties[name] = shorten(found.schema)
    if (found.isRequired || tool.required?.includes(name) === true) required.push(name)
  }
  properties['response_format'] = responseFormat
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
}

/** The input of an operation, made of fields that a tool was given. */
export function toInput(fields: Fields, given: Readonly<Record<string, unknown>>): RawInput {
  const parts: Record<Place, Record<string, unknown>> = { params: {}, query: {}, body: {} }
  for (const [name, value] of Object.entries(given)) {
    const place = fields.get(name)?.place
    if (place === undefined || value === undefined) continue
    if (place === 'body') parts.body[name] = value
    else if (value !== null) parts[place][name] = toText(value)
  }
  return { params: parts.params, query: parts.query, body: '', fields: parts.body }
}

/** Addresses hold texts; what cannot be one stays what it is, for the schema to refuse. */
function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

import { z } from 'zod'
import { acceptNulls } from './null-fields.ts'

/** A JSON Schema or any part of an OpenAPI document. */
export type JsonObject = { [key: string]: unknown }

/** Whether a schema describes parameters, a body or an answer. */
type Direction = 'input' | 'body' | 'output'

/** Collects named schemas under `components/schemas` while it translates others. */
export interface SchemaCollector {
  /** The JSON Schema (2020-12) of a zod schema; named parts become references. A body is input that may hold nulls. */
  translate(schema: z.ZodType, io: Direction): JsonObject
  /** Name to schema, sorted by name. */
  components(): JsonObject
}

/** Zod drops the examples of input that it transforms, as if they showed the result; ours show what to send. */
export function keepExamples({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: object }): void {
  const examples = z.globalRegistry.get(zodSchema as z.ZodType)?.examples
  if (examples !== undefined) Object.assign(jsonSchema, { examples })
}

/** A schema with `.meta({ id: 'Session' })` becomes the component of that name wherever it occurs. */
export function createSchemaCollector(): SchemaCollector {
  const named = new Map<string, JsonObject>()

  function register(name: string, schema: JsonObject, io: Direction): string {
    const text = JSON.stringify(schema)
    // The same schema differs by direction when it has defaults: what is optional to send is always there to read.
    const candidates = io === 'output' ? [name] : [name, `${name}Input`]
    for (const candidate of candidates) {
      const known = named.get(candidate)
      if (known === undefined) named.set(candidate, schema)
      if (known === undefined || JSON.stringify(known) === text) return candidate
    }
    throw new Error(`two different schemas are called ${name}: give one of them another id in .meta()`)
  }

  function translate(schema: z.ZodType, direction: Direction): JsonObject {
    const io = direction === 'output' ? 'output' : 'input'
    const finish = (part: JsonObject) =>
      direction === 'body' ? (acceptNulls(normalise(part)) as JsonObject) : normalise(part)
    const {
      $schema: _,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: keepExamples }) as JsonObject
    const names = new Map<string, string>()
    const parts = Object.entries($defs as Record<string, JsonObject>)
    // Inner parts come first in dependency order only by luck: resolve until every reference has its final name.
    for (const [key, part] of parts.sort(byReferences)) {
      const { id: _id, ...rest } = part
      names.set(
        `#/$defs/${key}`,
        `#/components/schemas/${register(key, rename(finish(rest), names), direction)}`,
      )
    }
    const { id, ...body } = root
    const result = rename(finish(body), names)
    if (typeof id !== 'string') return result
    return { $ref: `#/components/schemas/${register(id, result, direction)}` }
  }

  return {
    translate,
    components: () => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function byReferences([nameA, a]: [string, JsonObject], [nameB, b]: [string, JsonObject]): number {
  if (JSON.stringify(a).includes(`"#/$defs/${nameB}"`)) return 1
  return JSON.stringify(b).includes(`"#/$defs/${nameA}"`) ? -1 : 0
}

function rename(value: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return JSON.parse(JSON.stringify(value), (key, part: unknown) =>
    key === '$ref' && typeof part === 'string' ? (names.get(part) ?? part) : part,
  ) as JsonObject
}

/** Drops what only validators need: the long patterns of formats, and bounds that mean "any safe integer". */
function normalise(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    const schema = { ...(part as JsonObject) }
    if (typeof schema.format === 'string' && typeof schema.pattern === 'string') delete schema.pattern
    if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
    if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
    return schema
  }) as JsonObject
}

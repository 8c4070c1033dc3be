import { type JsonSchema, sampleOf } from './schema-samples.ts'

/** A place in a body where a value can stand. */
export interface Place {
  /** As refusals name it: `contacts.0.name`. */
  field: string
  /** The schema lets the field be left out. */
  isOptional: boolean
  takesText: boolean
  /** A body that is good but for this value. */
  bodyWith(value: unknown): unknown
}

type Wrap = (value: unknown) => unknown

/** Every place of a body: nested objects, entries of lists and of maps, each form of what has several. */
export function placesIn(schema: JsonSchema): Place[] {
  return [...search(schema, schema, [], false, (value) => value)]
}

function* search(
  schema: JsonSchema & { additionalProperties?: JsonSchema | boolean },
  root: JsonSchema,
  path: readonly string[],
  isOptional: boolean,
  bodyWith: Wrap,
): Generator<Place> {
  if (path.length > 8) return
  const part = resolve(schema, root)
  const field = path.join('.')
  const branches = part.anyOf ?? part.oneOf ?? []
  const takesText = [part, ...branches].some((branch) => {
    const { type, enum: values } = resolve(branch, root)
    return type === 'string' || (Array.isArray(type) && type.includes('string')) || values !== undefined
  })
  if (path.length > 0) yield { field, isOptional, takesText, bodyWith }
  for (const branch of branches) yield* inside(resolve(branch, root), root, path, bodyWith)
  yield* inside(part, root, path, bodyWith)
}

function* inside(
  part: JsonSchema & { additionalProperties?: JsonSchema | boolean },
  root: JsonSchema,
  path: readonly string[],
  bodyWith: Wrap,
): Generator<Place> {
  const { properties, items, additionalProperties: entries } = part
  if (properties !== undefined) {
    const { examples: _, ...plain } = part
    const base = sampleOf(plain, root) as object
    for (const [name, inner] of Object.entries(properties)) {
      const isOptional = part.required?.includes(name) !== true
      yield* search(inner, root, [...path, name], isOptional, (value) => bodyWith({ ...base, [name]: value }))
    }
  }
  if (typeof items === 'object')
    yield* search(items, root, [...path, '0'], false, (value) => bodyWith([value]))
  if (typeof entries === 'object')
    yield* search(entries, root, [...path, 'key'], false, (value) => bodyWith({ key: value }))
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema
  return root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? schema
}

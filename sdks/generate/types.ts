/** A JSON Schema, as far as the document of the API uses it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: boolean | Schema
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  description?: string
}

/** A field of an object. */
export interface Field {
  name: string
  type: Type
  isRequired: boolean
  description?: string | undefined
}

/** A type, before it is written in a language. */
export type Type =
  | { kind: 'any' | 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'bytes' | 'nothing' }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'named'; name: string }
  | { kind: 'list'; of: Type }
  | { kind: 'tuple'; of: Type[] }
  | { kind: 'map'; of: Type }
  | { kind: 'object'; fields: Field[] }
  | { kind: 'union'; of: Type[] }

/** The type of what a schema describes. */
export function typeOf(schema: Schema): Type {
  if (schema.$ref !== undefined) return { kind: 'named', name: nameOf(schema.$ref) }
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map(literal))
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return union(branches.map(typeOf))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })))
  return ofOneType(schema)
}

/** `#/components/schemas/Session` as `Session`. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** The fields of an object's schema, in their order. */
export function fieldsOf(schema: Schema): Field[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).map(([name, part]) => ({
    name,
    type: typeOf(part),
    isRequired: required.has(name),
    description: part.description,
  }))
}

function ofOneType(schema: Schema): Type {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { kind: schema.type }
    case 'array':
      if (schema.prefixItems !== undefined) return { kind: 'tuple', of: schema.prefixItems.map(typeOf) }
      return { kind: 'list', of: typeof schema.items === 'object' ? typeOf(schema.items) : { kind: 'any' } }
    case 'object':
      return ofObject(schema)
    default:
      return { kind: 'any' }
  }
}

function ofObject(schema: Schema): Type {
  if (schema.properties !== undefined && Object.keys(schema.properties).length > 0)
    return { kind: 'object', fields: fieldsOf(schema) }
  const { additionalProperties: more } = schema
  return { kind: 'map', of: typeof more === 'object' ? typeOf(more) : { kind: 'any' } }
}

function literal(value: unknown): Type {
  if (value === null) return { kind: 'null' }
  return { kind: 'literal', value: value as string | number | boolean }
}

function union(types: readonly Type[]): Type {
  const flat = types.flatMap((type) => (type.kind === 'union' ? type.of : [type]))
  if (flat.some(({ kind }) => kind === 'any')) return { kind: 'any' }
  const known = new Map(flat.map((type) => [JSON.stringify(type), type]))
  const [first] = known.values()
  return known.size === 1 && first !== undefined ? first : { kind: 'union', of: [...known.values()] }
}

import type { z } from 'zod'

/** A JSON Schema. */
type JsonObject = { [key: string]: unknown }

type Issue = z.core.$ZodIssue

/**
 * Takes away the nulls of a body that its schema complains of: for an optional field null says nothing, as many clients
 * write what they have no value for. Where null means something the schema takes it, and it stays. A required field is
 * then missing, which is what the caller is told. Answers whether there was one.
 */
export function dropRefusedNulls(value: unknown, issues: readonly Issue[]): boolean {
  let hasDropped = false
  for (const issue of issues) {
    if (issue.code === 'custom') continue
    if (deleteNull(value, issue.path)) hasDropped = true
    if (issue.code !== 'invalid_union') continue
    const inner = issue.errors.flat().map((part) => ({ ...part, path: [...issue.path, ...part.path] }))
    if (dropRefusedNulls(value, inner)) hasDropped = true
  }
  return hasDropped
}

function deleteNull(root: unknown, path: readonly PropertyKey[]): boolean {
  let holder = root
  for (const part of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return false
    holder = (holder as Record<PropertyKey, unknown>)[part]
  }
  const last = path.at(-1)
  // Entries of lists have no name to be absent by.
  if (typeof last !== 'string' || typeof holder !== 'object' || holder === null || Array.isArray(holder))
    return false
  const fields = holder as Record<string, unknown>
  if (fields[last] !== null) return false
  delete fields[last]
  return true
}

/** The same in a body's JSON Schema: every optional field may be null. */
export function acceptNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(acceptNulls)
  if (typeof schema !== 'object' || schema === null) return schema
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [key, isData(key) ? part : acceptNulls(part)]),
  ) as JsonObject & { properties?: Record<string, JsonObject>; required?: string[] }
  if (own.type !== 'object' || own.properties === undefined) return own
  const properties = Object.entries(own.properties).map(([name, part]) => [
    name,
    own.required?.includes(name) === true ? part : orNull(part),
  ])
  return { ...own, properties: Object.fromEntries(properties) }
}

/** Keywords whose content is no schema. */
function isData(key: string): boolean {
  return ['default', 'examples', 'enum', 'const', 'required'].includes(key)
}

function orNull(schema: JsonObject): JsonObject {
  const { $ref, type, const: only, enum: values, anyOf, oneOf, allOf } = schema
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) {
    const name = anyOf === undefined ? 'oneOf' : 'anyOf'
    return choices.some(takesNull) ? schema : { ...schema, [name]: [...choices, { type: 'null' }] }
  }
  if ($ref !== undefined || only !== undefined || allOf !== undefined) {
    const { description, examples, default: usual, ...rest } = schema
    const kept = Object.entries({ description, examples, default: usual }).filter(
      ([, part]) => part !== undefined,
    )
    return { anyOf: [rest, { type: 'null' }], ...Object.fromEntries(kept) }
  }
  if (type === undefined || takesNull(schema)) return schema
  return {
    ...schema,
    type: [...(Array.isArray(type) ? type : [type]), 'null'],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  }
}

function takesNull(schema: unknown): boolean {
  const { type } = schema as JsonObject
  return type === 'null' || (Array.isArray(type) && type.includes('null'))
}

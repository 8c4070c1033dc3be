import type { JsonSchema } from '../ask.ts'
import type { Fenced } from '../prompt/fences.ts'
import { choose, type Facts, figureFor, isIdName, isOfEvidence, snake, textFor, truthFor } from './facts.ts'

type Filling = {
  root: JsonSchema
  /** The facts about one of the messages. */
  about: (message: Fenced, facts: Facts) => Facts
  depth: number
}

/** A limit beyond it comes from the type of the number, not from whoever wrote the schema. */
const largestLimit = 1e9
const deepest = 16

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const parts = reference.replace(/^#\/?/, '').split('/').filter(Boolean)
  const found = parts.reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root)
  return isObject(found) ? found : {}
}

const typesOf = (schema: JsonSchema): unknown[] => {
  const { type } = schema as { type?: unknown }
  if (Array.isArray(type)) return type
  if (type !== undefined) return [type]
  return 'properties' in schema ? ['object'] : 'items' in schema ? ['array'] : []
}

/** Of several forms the first that is a value at all. */
function pick(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const plain = resolve(schema, root)
  const forms = plain['anyOf'] ?? plain['oneOf']
  if (Array.isArray(forms)) {
    const known = forms.filter(isObject).map((form) => pick(form, root))
    return known.find((form) => !typesOf(form).includes('null')) ?? known[0] ?? {}
  }
  const all = plain['allOf']
  if (!Array.isArray(all)) return plain
  return Object.assign({}, plain, ...all.filter(isObject).map((form) => pick(form, root))) as JsonSchema
}

const limit = (value: unknown): number | undefined =>
  typeof value === 'number' && Math.abs(value) < largestLimit ? value : undefined

function fillNumber(schema: JsonSchema, name: string, beside: readonly string[], facts: Facts): number {
  const { share, from, to } = figureFor(name, beside, facts)
  const least = limit(schema['minimum']) ?? limit(schema['exclusiveMinimum']) ?? from
  const most = limit(schema['maximum']) ?? limit(schema['exclusiveMaximum']) ?? Math.max(to, least)
  const value = least + share * (most - least)
  // A scale that goes beyond one is one of whole numbers, whatever the schema calls it.
  return typesOf(schema).includes('integer') || most > 1 ? Math.round(value) : Math.round(value * 100) / 100
}

function fillText(schema: JsonSchema, name: string, facts: Facts): string {
  const text = textFor(name, facts)
  const most = limit(schema['maxLength'])
  return most === undefined ? text : text.slice(0, most)
}

function fillList(schema: JsonSchema, name: string, facts: Facts, filling: Filling): unknown[] {
  const items = isObject(schema['items']) ? pick(schema['items'], filling.root) : {}
  const most = limit(schema['maxItems']) ?? Number.POSITIVE_INFINITY
  const least = limit(schema['minItems']) ?? 0
  const one = (at: Facts) => fill(items, name, [], at, { ...filling, depth: filling.depth + 1 })
  const hasId = isObject(items['properties']) && Object.keys(items['properties']).some(isIdName)
  if (isOfEvidence(name)) return facts.answer.used.slice(0, most).map((source) => one({ ...facts, source }))
  if (hasId || /(?:^|_)ids$/.test(snake(name))) {
    return facts.messages.slice(0, most).map((message) => one(filling.about(message, facts)))
  }
  return Array.from({ length: least }, () => one(facts))
}

function fillObject(schema: JsonSchema, facts: Facts, filling: Filling): Record<string, unknown> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const names = Object.keys(properties)
  const deeper = { ...filling, depth: filling.depth + 1 }
  const known = names.map((name): [string, unknown] => {
    const property = properties[name]
    return [name, fill(isObject(property) ? property : {}, name, names.map(snake), facts, deeper)]
  })
  const values = schema['additionalProperties']
  if (names.length > 0 || !isObject(values)) return Object.fromEntries(known)
  // A map by id.
  return Object.fromEntries(
    facts.messages.map((message) => [
      message.id,
      fill(values, 'value', [], filling.about(message, facts), deeper),
    ]),
  )
}

function fill(
  given: JsonSchema,
  name: string,
  beside: readonly string[],
  facts: Facts,
  filling: Filling,
): unknown {
  if (filling.depth > deepest) return null
  const schema = pick(given, filling.root)
  if ('const' in schema) return schema['const']
  const allowed = schema['enum']
  if (Array.isArray(allowed) && allowed.length > 0) return choose(name, allowed, facts)
  const types = typesOf(schema)
  if (types.includes('object')) return fillObject(schema, facts, filling)
  if (types.includes('array')) return fillList(schema, name, facts, filling)
  if (types.includes('number') || types.includes('integer')) return fillNumber(schema, name, beside, facts)
  if (types.includes('boolean')) return truthFor(name, facts)
  if (types.includes('string') || types.length === 0) return fillText(schema, name, facts)
  return null
}

/** A value that the schema allows, its fields filled by what their names mean. */
export function fillSchema(schema: JsonSchema, facts: Facts, about: Filling['about']): unknown {
  return fill(schema, '', [], facts, { root: schema, about, depth: 0 })
}

/** The first JSON Schema of an object in a text: some clients put it into the prompt. */
export function schemaIn(text: string): JsonSchema | undefined {
  for (let from = text.indexOf('{'); from >= 0; from = text.indexOf('{', from + 1)) {
    const found = readObject(text, from)
    if (!found) continue
    if (isObject(found) && (isObject(found['properties']) || '$ref' in found)) return found
  }
  return undefined
}

function readObject(text: string, from: number): unknown {
  let depth = 0
  let isQuoted = false
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '\\' && isQuoted) at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === '{') depth += 1
    else if (!isQuoted && character === '}' && --depth === 0) return parse(text.slice(from, at + 1))
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

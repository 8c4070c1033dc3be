import { type Document, follow, type Schema } from './open-api.ts'

/** A property of a node, as n8n reads it. */
export interface Property {
  displayName: string
  name: string
  type: string
  default: unknown
  description?: string
  hint?: string
  required?: boolean
  noDataExpression?: boolean
  placeholder?: string
  options?: (Property | Choice)[]
  typeOptions?: Record<string, unknown>
  displayOptions?: { show: Record<string, unknown[]> }
  routing?: Record<string, unknown>
}

/** An entry of a list to choose from. */
export interface Choice {
  name: string
  value: string | number | boolean
  action?: string
  description?: string
  routing?: Record<string, unknown>
}

const short: Record<string, string> = { id: 'ID', ids: 'IDs', url: 'URL', api: 'API', ai: 'AI', csv: 'CSV' }
const more: Record<string, string> = {
  json: 'JSON',
  whatsapp: 'WhatsApp',
  wa: 'WhatsApp',
  gif: 'GIF',
  qr: 'QR',
}
const small = new Set([
  'a',
  'an',
  'and',
  'at',
  'by',
  'for',
  'from',
  'in',
  'of',
  'on',
  'or',
  'the',
  'to',
  'with',
])

/** `send_media` and `Idempotency-Key` as a heading. */
export function titleOf(name: string): string {
  const words = name.split(/[\s_.-]+/).filter((word) => word !== '')
  return words
    .map((word, index) => {
      const known = short[word.toLowerCase()] ?? more[word.toLowerCase()]
      if (known !== undefined) return known
      if (index > 0 && small.has(word)) return word
      return word.charAt(0).toUpperCase() + word.slice(1)
    })
    .join(' ')
}

/** Sorted the way n8n wants to see lists. */
export function byName<T extends { name: string } | { displayName: string }>(list: readonly T[]): T[] {
  const key = (one: T) => ('displayName' in one ? one.displayName : one.name)
  return [...list].sort((a, b) => key(a).localeCompare(key(b), 'en', { sensitivity: 'base' }))
}

const jsonValue = '={{ typeof $value === "string" ? JSON.parse($value) : $value }}'
// The editor gives a moment without its zone: it is one of the workflow's zone.
const momentValue = '={{ DateTime.fromISO(String($value)).toUTC().toISO() }}'

/** A kind of field and, where it is not sent as it stands, how. */
type Kind = Pick<Property, 'type' | 'default' | 'options' | 'typeOptions'> & { value?: string }

function choicesOf(values: readonly (string | number | null)[]): Choice[] {
  const given = values.filter((value) => value !== null)
  return byName(given.map((value) => ({ name: titleOf(String(value)), value })))
}

function typesOf({ type, anyOf, oneOf }: Schema): Set<string> {
  const own = type === undefined ? [] : [type].flat()
  const parts = [...(anyOf ?? []), ...(oneOf ?? [])].flatMap((part) => [...typesOf(part)])
  return new Set([...own, ...parts].filter((name) => name !== 'null'))
}

function listKind(document: Document, items: Schema | undefined): Kind {
  const item = items === undefined ? {} : follow(document, items)
  if (item.enum !== undefined) return { type: 'multiOptions', default: [], options: choicesOf(item.enum) }
  const types = typesOf(item)
  if (types.size === 1 && types.has('string'))
    return { type: 'string', default: [], typeOptions: { multipleValues: true } }
  return { type: 'json', default: '[]', value: jsonValue }
}

function numberKind({ minimum, maximum, default: value }: Schema): Kind {
  const bounds = {
    ...(minimum === undefined ? {} : { minValue: minimum }),
    ...(maximum === undefined || maximum > 1e9 ? {} : { maxValue: maximum }),
  }
  return {
    type: 'number',
    default: value ?? minimum ?? 0,
    ...(Object.keys(bounds).length === 0 ? {} : { typeOptions: bounds }),
  }
}

/** Which field a value is asked with. */
function kindOf(document: Document, given: Schema): Kind {
  const schema = follow(document, given)
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map((part) =>
    follow(document, part),
  )
  const listed = schema.enum ?? parts.find((part) => part.enum !== undefined)?.enum
  const types = typesOf(schema)
  const list = parts.find((part) => part.items !== undefined)
  if (types.has('array') && types.size === 1) return listKind(document, list?.items)
  if (types.has('object') || types.has('array')) return { type: 'json', default: '{}', value: jsonValue }
  if (listed !== undefined && types.size === 1) {
    const options = choicesOf(listed)
    return { type: 'options', default: options[0]?.value ?? '', options }
  }
  if (types.size === 1 && types.has('boolean')) return { type: 'boolean', default: schema.default ?? false }
  if (types.size === 1 && (types.has('integer') || types.has('number'))) {
    return numberKind(parts.find((part) => part.minimum !== undefined) ?? schema)
  }
  const isMoment = parts.some((part) => part.format === 'date-time')
  if (isMoment && parts.every((part) => part.const === undefined && part.format !== 'date')) {
    return { type: 'dateTime', default: '', value: momentValue }
  }
  return { type: 'string', default: '' }
}

/** Where a field goes. */
export type Target = 'body' | 'query' | 'header'

/** A field of a form that is sent under its own name. */
export function fieldOf(
  document: Document,
  target: Target,
  field: { name: string; schema: Schema; description?: string | undefined; example?: unknown },
): Property {
  const { value, ...kind } = kindOf(document, field.schema)
  const description = field.description ?? follow(document, field.schema).description
  const isText = typeof field.example === 'string' && field.example.length <= 60 && kind.type === 'string'
  return {
    displayName: titleOf(field.name),
    name: field.name.replaceAll('-', '_'),
    ...kind,
    ...(description === undefined ? {} : { description: sentence(description, kind.type) }),
    ...(isText && kind.typeOptions === undefined ? { placeholder: `e.g. ${field.example}` } : {}),
    routing: routingOf(target, field.name, value),
  }
}

// Descriptions of switches begin so everywhere in n8n.
function sentence(text: string, type: string): string {
  const plain = text.replaceAll('`', '').slice(0, 250)
  return type === 'boolean' && !/^whether/i.test(plain) ? `Whether this applies: ${plain}` : plain
}

function routingOf(target: Target, name: string, value: string | undefined): Record<string, unknown> {
  if (target === 'header') return { request: { headers: { [name]: '={{ $value }}' } } }
  return {
    send: {
      type: target,
      property: name,
      propertyInDotNotation: false,
      ...(value === undefined ? {} : { value }),
    },
  }
}

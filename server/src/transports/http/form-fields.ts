import { z } from 'zod'

/** A field of a form: always text, and perhaps several of one name. */
export interface FormField {
  name: string
  value: string
}

interface FieldSchema {
  type?: string | string[]
  anyOf?: FieldSchema[]
}

function typesOf({ type, anyOf }: FieldSchema): string[] {
  if (anyOf !== undefined) return anyOf.flatMap(typesOf)
  return Array.isArray(type) ? type : type === undefined ? [] : [type]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema will say what it should have been.
    return text
  }
}

/** How a text of a form becomes a value: by the type that the schema names for the field. */
function toValue(values: readonly string[], types: readonly string[]): unknown {
  const [first = ''] = values
  if (types.includes('array')) {
    return values.length === 1 && first.trim().startsWith('[') ? parseJson(first) : [...values]
  }
  if (values.length > 1) return [...values]
  return types.includes('string') || types.length === 0 ? first : parseJson(first)
}

/** Turns the fields of a form into what the same request would be as JSON; empty ones count as absent. */
export function createFormReader(
  schema: z.ZodType | undefined,
): (fields: readonly FormField[]) => Record<string, unknown> {
  const json =
    schema === undefined ? {} : (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as object)
  const properties = 'properties' in json ? (json.properties as Record<string, FieldSchema>) : {}
  return (fields) => {
    const given = fields.filter(({ value }) => value !== '')
    const read = [...Map.groupBy(given, ({ name }) => name)].map(([name, own]) => {
      const values = own.map(({ value }) => value)
      return [name, toValue(values, typesOf(properties[name] ?? {}))] as const
    })
    return Object.fromEntries(read)
  }
}

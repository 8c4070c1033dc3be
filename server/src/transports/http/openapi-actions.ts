import type { Operation } from '../../operation.ts'
import { buildOpenApi, type OpenApiOptions } from './openapi.ts'
import type { JsonObject } from './openapi-schemas.ts'

/** What GPT Actions can do, in the order in which somebody would use it; they take at most 30. */
export const actionIds: readonly string[] = [
  ...['sessions.list', 'sessions.get'],
  ...['messages.send', 'messages.send_poll', 'messages.list_chats'],
  ...['groups.list', 'groups.messages'],
  ...['leads.list', 'leads.get', 'leads.update_status', 'leads.reciprocity'],
  ...['custom_groups.list', 'custom_groups.create', 'custom_groups.add_members'],
  ...['bulk.create', 'bulk.get', 'bulk.pause', 'bulk.resume', 'bulk.cancel'],
  ...['scheduled_messages.create', 'scheduled_messages.list', 'scheduled_messages.pause'],
  ...['scheduled_messages.resume', 'scheduled_messages.cancel'],
  ...['reports.templates', 'reports.create', 'usage.current'],
]

/** What importers of GPT Actions refuse beyond. */
export const actionLimits = { operations: 30, description: 300, parameterDescription: 700, answer: 100_000 }

/**
 * Rows of a list at most: an answer may have 100,000 characters, and a row can hold a message of 4,096. Asked for every
 * time, because the API's own default is higher.
 */
const mostRows = 20

/** What the document of actions is made from. */
type ActionsOptions = Pick<OpenApiOptions, 'operations' | 'version'> & { serverUrl: string }

/** The part of the API that assistants with GPT Actions import: few operations, short, JSON alone, one server. */
export function buildActions({ operations, version, serverUrl }: ActionsOptions): JsonObject {
  const byId = new Map(operations.map((operation) => [operation.id, operation]))
  const chosen = actionIds.map((id) => byId.get(id)).filter((one): one is Operation => one !== undefined)
  const whole = buildOpenApi({ operations: chosen, version, serverUrl })
  const paths = mapValues(whole['paths'], (methods) => mapValues(methods, toAction))
  const components = whole['components'] as { securitySchemes: JsonObject; schemas: Record<string, unknown> }
  const schemas = mapValues(components.schemas, shorten)
  return {
    openapi: '3.1.0',
    info: {
      title: 'MoltFlow actions',
      version,
      description:
        'WhatsApp accounts: messages, groups, leads, lists, campaigns, schedules, reports. Sign in with an API key.',
    },
    servers: whole['servers'],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: components.securitySchemes['apiKey'] },
      schemas: pickReferenced(schemas, paths),
    },
  }
}

interface Described extends JsonObject {
  operationId: string
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, Body> }
  responses: Record<string, { description: string; content?: Record<string, JsonObject> }>
}

interface Parameter extends JsonObject {
  name: string
  in: string
  schema: JsonObject
}

interface Body extends JsonObject {
  schema: JsonObject
  example?: unknown
}

function toAction(described: unknown, method: string): JsonObject {
  const {
    operationId,
    summary,
    description = '',
    parameters = [],
    requestBody,
    responses,
  } = described as Described
  const shown = parameters.filter(({ in: where }) => where !== 'header').map(toParameter)
  const body = requestBody?.content['application/json']
  return {
    operationId: operationId.replaceAll('.', '_'),
    summary: cut(summary, actionLimits.description),
    description: cut(`${summary}. ${description}`.trim(), actionLimits.description),
    'x-openai-isConsequential': method !== 'get',
    ...(shown.length === 0 ? {} : { parameters: shown }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: requestBody?.required,
            content: {
              'application/json': {
                schema: shorten(withoutNulls(body.schema)),
                ...(body.example === undefined ? {} : { example: body.example }),
              },
            },
          },
        }),
    responses: toAnswers(responses),
  }
}

function toParameter({ name, in: where, required, description, example, schema }: Parameter): JsonObject {
  const isLimit = name === 'limit' || name.endsWith('_limit')
  return {
    name,
    in: where,
    required: required === true || isLimit,
    ...(typeof description === 'string'
      ? { description: cut(description, actionLimits.parameterDescription) }
      : {}),
    ...(example === undefined ? {} : { example: isLimit ? mostRows : example }),
    schema: isLimit ? { type: 'integer', minimum: 1, maximum: mostRows } : shorten(schema),
  }
}

function toAnswers(responses: Described['responses']): JsonObject {
  const [status = '200', success] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? []
  const schema = success?.content?.['application/json']?.['schema']
  const refusal = { $ref: '#/components/schemas/Error' }
  return {
    [status]: {
      description: success?.description ?? 'Success',
      ...(schema === undefined ? {} : { content: { 'application/json': { schema: shorten(schema) } } }),
    },
    default: {
      description: 'Refused: `detail` says why',
      content: { 'application/json': { schema: refusal } },
    },
  }
}

/** Optional fields may be null for other callers; a model that fills in a form should leave them out. */
function withoutNulls(schema: unknown): JsonObject {
  return JSON.parse(JSON.stringify(schema), (key, part: unknown) => {
    if (key === 'type' && Array.isArray(part)) {
      const types = part.filter((type) => type !== 'null')
      return types.length === 1 ? types[0] : types
    }
    if (key === 'enum' && Array.isArray(part)) return part.filter((choice) => choice !== null)
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    const { anyOf, ...rest } = part as JsonObject & { anyOf?: JsonObject[] }
    if (anyOf === undefined) return part
    const branches = anyOf.filter((branch) => branch['type'] !== 'null')
    return branches.length === 1 ? { ...branches[0], ...rest } : { ...rest, anyOf: branches }
  }) as JsonObject
}

/** Drops what only checkers need, and keeps every sentence short. */
function shorten(schema: unknown): JsonObject {
  return JSON.parse(JSON.stringify(schema), (key, part: unknown) => {
    if (key === 'examples' || key === 'propertyNames' || key === 'pattern')
      return typeof part === 'object' && !Array.isArray(part) && key !== 'propertyNames' ? part : undefined
    return key === 'description' && typeof part === 'string' ? cut(part, actionLimits.description) : part
  }) as JsonObject
}

/** A text of at most so many characters that ends with a sentence where it can. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const end = text.lastIndexOf('. ', most - 1)
  return end > 0 ? text.slice(0, end + 1) : `${text.slice(0, most - 1)}…`
}

/** The named schemas that something needs, and what those need. */
function pickReferenced(schemas: Record<string, JsonObject>, from: unknown): Record<string, JsonObject> {
  const needed = new Set<string>()
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (needed.has(name)) continue
      needed.add(name)
      follow(schemas[name] ?? {})
    }
  }
  follow(from)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => needed.has(name)))
}

function mapValues<Out>(object: unknown, change: (value: unknown, key: string) => Out): Record<string, Out> {
  return Object.fromEntries(
    Object.entries(object as JsonObject).map(([key, value]) => [key, change(value, key)]),
  )
}

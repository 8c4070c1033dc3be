import { z } from 'zod'
import type { Described } from '../route.ts'
import { errorAnswer } from './answers.ts'

type Json = Record<string, unknown>

const version = '1'
const okSchema = { type: 'object', properties: { ok: { const: true } }, required: ['ok'] }

/** Explains the statuses that any operation may answer beside its own. */
const errors: Record<number, string> = {
  400: 'What was sent is not JSON',
  404: 'There is no such person, group, message or other thing',
  409: 'Not possible as things are',
  413: 'The body is too long',
  422: 'A value is wrong; `field` says which',
}

/** The control API as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly Described[]): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = operationOf(route)
    paths[route.path] = path
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'WhatsApp simulator',
      version,
      description:
        'The control API of a WhatsApp that is not WhatsApp: people, phones, groups, channels, and what goes wrong.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:4001' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas: { Error: schemaOf(errorAnswer, 'output') } },
  }
}

function operationOf(route: Described): Json {
  const { operation, tag, summary, body, status = 200 } = route
  return {
    operationId: operation,
    tags: [tag],
    summary,
    ...parametersOf(route),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: { [status]: answerOf(route), ...errorsOf(route) },
  }
}

function parametersOf({ path, query }: Described): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query ?? {}).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
  const parameters = [...inPath, ...inQuery]
  return parameters.length ? { parameters } : {}
}

function answerOf({ answer, isBinary, summary }: Described): Json {
  if (isBinary)
    return { description: summary, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } }
  const schema = answer ? schemaOf(answer, 'output') : okSchema
  return { description: summary, content: { 'application/json': { schema } } }
}

/** An error stands where it can happen: a body can be wrong, and what a path names can be missing. */
function errorsOf({ path, body, query }: Described): Json {
  const statuses = [
    ...(body ? [400, 413, 422] : []),
    ...(path.includes('{') || body ? [404] : []),
    ...(query && !body ? [422] : []),
    ...(path === '/save' ? [409] : []),
  ]
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  return Object.fromEntries(
    [...new Set(statuses)].sort().map((status) => [status, { description: errors[status], content }]),
  )
}

/** A schema as JSON Schema. What only callers in the same process can hand in has no form there and is left out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => dropUnrepresentable(jsonSchema as Json),
  })
  return json as Json
}

function dropUnrepresentable(json: Json): void {
  const isEmpty = (part: unknown) => Object.keys(part as Json).length === 0
  const { properties, anyOf } = json as { properties?: Record<string, Json>; anyOf?: Json[] }
  if (properties?.bytes && isEmpty(properties.bytes)) delete properties.bytes
  if (anyOf?.some(isEmpty) && anyOf.length > 1) {
    const [only, ...rest] = anyOf.filter((part) => !isEmpty(part))
    delete json.anyOf
    if (rest.length) json.anyOf = [only, ...rest]
    else Object.assign(json, only)
  }
}

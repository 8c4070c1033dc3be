import type { z } from 'zod'
import type { Callback, EventStream } from '../../feature.ts'
import type { Operation } from '../../operation.ts'
import {
  type ErrorDefinition,
  malformedRequest,
  missingScope,
  notFound,
  payloadTooLarge,
  planLimitReached,
  tooManyRequests,
  unauthorized,
  validationFailed,
} from '../../platform/errors.ts'
import { describeCallbacks } from './openapi-callbacks.ts'
import { exampleOfBody, examplesOfParameters } from './openapi-examples.ts'
import { orderOperations } from './openapi-order.ts'
import { createSchemaCollector, type JsonObject, type SchemaCollector } from './openapi-schemas.ts'
import { describeTags } from './openapi-tags.ts'
import { basePath } from './operation-routes.ts'

/** What the document says about the service as a whole. */
export interface OpenApiOptions {
  operations: readonly Operation[]
  streams?: readonly EventStream[]
  callbacks?: readonly Callback[]
  version: string
  /** Base of the API as callers reach it; default the host the document came from. */
  serverUrl?: string
}

/** The OpenAPI 3.1 document of everything the server offers, derived from the operations alone. */
export function buildOpenApi(options: OpenApiOptions): JsonObject {
  const collector = createSchemaCollector()
  const paths: Record<string, JsonObject> = {}
  const tags = new Set<string>()
  for (const operation of orderOperations(options.operations)) {
    tags.add(tagOf(operation.id))
    const path = `${basePath}${operation.path}`
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(operation, collector),
    }
  }
  for (const stream of options.streams ?? []) {
    tags.add(tagOf(stream.id))
    const path = `${basePath}${stream.path}`
    paths[path] = { ...paths[path], get: describeStream(stream, collector) }
  }
  const webhooks = describeCallbacks(options.callbacks ?? [], collector)
  return {
    openapi: '3.1.0',
    info: {
      title: 'MoltFlow API',
      version: options.version,
      summary: 'Self-hosted WhatsApp automation',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.serverUrl ?? '/' }],
    tags: describeTags(tags),
    security: [{ apiKey: [] }, { bearer: [] }],
    paths,
    ...(Object.keys(webhooks).length === 0 ? {} : { webhooks }),
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'An API key (`mf_...`) with scopes',
        },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token from sign-in, an OAuth token or a key',
        },
      },
      headers: rateLimitHeaders,
      schemas: { Error: errorSchema, ...collector.components() },
    },
  }
}

const introduction = [
  'Every answer carries `X-Request-Id` and the rate-limit headers.',
  'Errors are `{"detail": "..."}` with a machine-readable `code`; validation errors list the fields in `errors`.',
  'Timestamps are ISO 8601 in UTC.',
].join(' ')

const errorSchema: JsonObject = {
  type: 'object',
  required: ['detail'],
  properties: {
    detail: { type: 'string', description: 'What went wrong, for people' },
    code: { type: 'string', description: 'What went wrong, for programs: see docs/errors.md' },
    errors: {
      type: 'array',
      description: 'Invalid fields, on 422',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

const rateLimitHeaders: JsonObject = {
  'X-RateLimit-Limit': { description: 'Requests per minute of the tenant', schema: { type: 'integer' } },
  'X-RateLimit-Remaining': { description: 'Requests left in the window', schema: { type: 'integer' } },
  'X-RateLimit-Reset': { description: 'When the window ends, in Unix seconds', schema: { type: 'integer' } },
  'X-Request-Id': { description: 'Names this request in the log', schema: { type: 'string' } },
}

const headerReferences = Object.fromEntries(
  Object.keys(rateLimitHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
)

function tagOf(id: string): string {
  return id.slice(0, id.indexOf('.'))
}

function describeOperation(operation: Operation, collector: SchemaCollector): JsonObject {
  const parameters = [
    ...describeParameters(operation.params, 'path', collector),
    ...describeParameters(operation.query, 'query', collector),
    ...(operation.isSend === true ? sendHeaders : []),
    ...(operation.takesIdempotencyKey === true ? sendHeaders.slice(0, 1) : []),
    ...(operation.takesRefreshCookie === true ? [refreshCookieHeader] : []),
  ]
  const description = describeAccess(operation)
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(description === '' ? {} : { description }),
    tags: [tagOf(operation.id)],
    ...securityOf(operation.access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : { requestBody: describeBody(operation.body, operation.upload, collector) }),
    responses: { ...describeSuccess(operation, collector), ...describeErrors(errorsOf(operation)) },
  }
}

const refreshCookieHeader: JsonObject = {
  name: 'X-Refresh-Cookie',
  in: 'header',
  required: false,
  description:
    'For pages of this origin: the refresh token is kept in a cookie that scripts cannot read, `refresh_token` of the answer is empty, and refreshing and signing out take the token from the cookie.',
  schema: { type: 'string', examples: ['1'] },
}

const sendHeaders: JsonObject[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'The same key and request return the first answer for 24 hours; another request under it is 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: '`respond-async` answers 202 at once; the status follows as events.',
    schema: { type: 'string', examples: ['respond-async'] },
  },
]

function securityOf(access: Operation['access']): JsonObject {
  if (access === 'public') return { security: [] }
  return typeof access === 'string' ? {} : { 'x-required-scopes': access }
}

function describeAccess(operation: Operation): string {
  const sentences: string[] = []
  if (typeof operation.access !== 'string') {
    sentences.push(`Needs the scope ${operation.access.map((scope) => `\`${scope}\``).join(' and ')}.`)
  }
  if (operation.roles !== undefined) sentences.push(`Needs the role ${operation.roles.join(' or ')}.`)
  if (operation.keys === 'refused') sentences.push('API keys are refused.')
  if (operation.gate?.feature !== undefined)
    sentences.push(`The plan must include \`${operation.gate.feature}\`.`)
  if (operation.gate?.limit !== undefined)
    sentences.push(`Counts against \`${operation.gate.limit}\` of the plan.`)
  return sentences.join(' ')
}

function describeParameters(
  schema: z.ZodType | undefined,
  location: 'path' | 'query',
  collector: SchemaCollector,
) {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = collector.translate(schema, 'input') as {
    properties?: Record<string, JsonObject>
    required?: string[]
  }
  const examples = examplesOfParameters(schema)
  return Object.entries(properties).map(
    ([name, { description, ...rest }]): JsonObject => ({
      name,
      in: location,
      required: location === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      ...(examples[name] === undefined ? {} : { example: examples[name] }),
      schema: rest,
    }),
  )
}

function describeBody(body: z.ZodType, upload: Operation['upload'], collector: SchemaCollector): JsonObject {
  const schema = collector.translate(body, 'body')
  const made = exampleOfBody(body)
  const example = made === undefined ? {} : { example: made }
  const file = {
    type: 'object',
    properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
  }
  return {
    required: !body.safeParse({}).success,
    content: {
      'application/json': { schema, ...example },
      ...(upload === undefined ? {} : { 'multipart/form-data': { schema: { allOf: [schema, file] } } }),
    },
  }
}

function describeSuccess(operation: Operation, collector: SchemaCollector): JsonObject {
  const { status, schema, raw } = operation.success
  const content: JsonObject = {
    ...(raw === undefined ? {} : { [raw]: { schema: raw.startsWith('text/') ? { type: 'string' } : {} } }),
    'application/json': { schema: collector.translate(schema, 'output') },
  }
  const answer = { description: descriptions[status] ?? 'Success', headers: headerReferences }
  const success: JsonObject = { [status]: status === 204 ? answer : { ...answer, content } }
  if (operation.isSend === true && status !== 202)
    success[202] = { ...answer, description: 'Accepted', content }
  return success
}

const descriptions: Record<number, string> = {
  200: 'Success',
  201: 'Created',
  202: 'Accepted',
  204: 'Done, no content',
}

/** Every refusal the operation is documented with: the usual ones of its parts and its own. */
export function errorsOf(operation: Operation): ErrorDefinition[] {
  const usual: ErrorDefinition[] = [tooManyRequests]
  if (operation.access !== 'public') usual.push(unauthorized)
  if (Array.isArray(operation.access)) usual.push(missingScope)
  if (operation.gate !== undefined) usual.push(planLimitReached)
  if (operation.params !== undefined) usual.push(notFound)
  if (operation.body !== undefined) usual.push(malformedRequest, payloadTooLarge)
  if (operation.body !== undefined || operation.query !== undefined) usual.push(validationFailed)
  return [...usual, ...(operation.errors ?? [])]
}

function describeErrors(errors: readonly ErrorDefinition[]): JsonObject {
  const byStatus = new Map<number, Set<string>>()
  for (const { status, code } of errors)
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(`\`${code}\``))
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: [...codes].sort().join(', '),
        headers: headerReferences,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}

function describeStream(stream: EventStream, collector: SchemaCollector): JsonObject {
  const { snapshot } = stream
  const names = [...stream.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const path = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const query = [
    ['token', 'An access token, for browser event sources, which cannot set headers'],
    ...(stream.isResumable === false
      ? []
      : [['last_event_id', 'Resumes after this event; the same as the header `Last-Event-ID`']]),
    ...(snapshot === undefined
      ? []
      : [['stream', '`false` answers JSON once, as `Accept: application/json` does; default true']]),
  ].map(([name, description]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema: { type: 'string' },
  }))
  const content = {
    'text/event-stream': { schema: describeFrames(stream, collector) },
    ...(snapshot === undefined
      ? {}
      : { 'application/json': { schema: collector.translate(snapshot.schema, 'output') } }),
  }
  return {
    operationId: stream.id,
    summary: stream.summary,
    tags: [tagOf(stream.id)],
    ...securityOf(stream.access),
    parameters: [...path, ...query, ...describeParameters(stream.query, 'query', collector)],
    responses: {
      200: { description: 'Server-sent events', headers: headerReferences, content },
      ...describeErrors([
        unauthorized,
        missingScope,
        tooManyRequests,
        ...(path.length === 0 ? [] : [notFound]),
        ...(stream.query === undefined ? [] : [validationFailed]),
      ]),
    },
  }
}

/** One event of the stream as its lines say it: a name and, as JSON, data. */
function describeFrames({ frames }: EventStream, collector: SchemaCollector): JsonObject {
  if (frames === undefined) return { type: 'string' }
  return {
    oneOf: [...frames].map(([name, data]) => ({
      type: 'object',
      required: ['event', 'data'],
      properties: { event: { const: name }, data: collector.translate(data, 'output') },
    })),
  }
}

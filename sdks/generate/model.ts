import { endingOf, placeOf, toPascalCase } from './names.ts'
import { type Field, fieldsOf, nameOf, type Schema, type Type, typeOf } from './types.ts'

interface Parameter {
  name: string
  in: string
  required: boolean
  description?: string
  schema: Schema
}

interface Described {
  operationId: string
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}

/** The OpenAPI document, as far as clients are made from it. */
export interface ApiDocument {
  info: { version: string }
  paths: Record<string, Record<string, Described>>
  webhooks?: Record<string, { post: Described }>
  components: { schemas: Record<string, Schema> }
}

/** One method of the clients. */
export interface Method {
  operationId: string
  attribute: readonly string[]
  name: string
  summary: string
  description: string
  /** What is sent how, in one line: read by the clients of both languages. */
  spec: string
  /** Names of the parameters in the path, in their order. */
  path: readonly string[]
  /** What else may be given: parameters of the query and fields of the body. */
  input: readonly Field[]
  /** A file may be given as well. */
  hasFile: boolean
  /** The whole input, where the document has a name for it. */
  inputName: string | undefined
  result: Type
  /** The entries of a list that comes in pages. */
  item: Type | undefined
  /** Set for streams: the types of their events. */
  event: Type | undefined
}

/** Everything that clients are made from. */
export interface Model {
  version: string
  methods: readonly Method[]
  /** Types by name, those of the document first. */
  types: ReadonlyMap<string, Type>
  descriptions: ReadonlyMap<string, string>
}

/** Reads the document. Types that it does not name are called after their operation. */
export function readModel(document: ApiDocument): Model {
  const types = new Map<string, Type>()
  const descriptions = new Map<string, string>()
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    types.set(name, typeOf(schema))
    if (schema.description !== undefined) descriptions.set(name, schema.description)
  }
  const add = (name: string, type: Type): Type => {
    if (type.kind !== 'object' && type.kind !== 'union') return type
    types.set(name, type)
    return { kind: 'named', name }
  }
  const methods = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, described]) => readMethod({ path, verb, described, document, add })),
  )
  types.set('WebhookEvent', webhookEvents(document))
  return { version: document.info.version, methods, types, descriptions }
}

interface Place {
  path: string
  verb: string
  described: Described
  document: ApiDocument
  add(name: string, type: Type): Type
}

function readMethod(place: Place): Method {
  const { path, verb, described, document, add } = place
  const { operationId, summary, description = '', parameters = [] } = described
  const base = toPascalCase(operationId)
  const { attribute, method } = placeOf(operationId)
  const answer = readAnswer(described)
  const own = parameters.filter(
    ({ in: where, name }) => where === 'query' && !(answer.isStream && ofEveryStream.includes(name)),
  )
  const content = described.requestBody?.content ?? {}
  const body = content['application/json']?.schema
  const bodyFields = body === undefined ? [] : fieldsOf(resolve(body, document))
  const named = new Set(bodyFields.map(({ name }) => name))
  const query = own.filter(({ name }) => !named.has(name)).map(toField)
  const hasFile = content['multipart/form-data'] !== undefined
  const page = answer.schema === undefined ? undefined : readPage(answer.schema, own, document)
  const flags = [
    ...headerFlags(parameters),
    ...(query.length + bodyFields.length > 0 || hasFile ? ['in'] : []),
    ...(body === undefined ? [] : ['body']),
    ...(body !== undefined && query.length > 0 ? [`query:${query.map(({ name }) => name).join(',')}`] : []),
    ...(hasFile ? ['file'] : []),
    ...(page === undefined ? [] : [`page:${page.key}`]),
    ...(answer.isStream ? ['stream'] : []),
    ...(answer.as === undefined ? [] : [`as:${answer.as}`]),
    ...(endingOf(operationId) === undefined ? [] : [`until:${endingOf(operationId)}`]),
  ]
  return {
    operationId,
    attribute,
    name: method,
    summary,
    description,
    spec: [verb.toUpperCase(), path, ...flags].join(' '),
    path: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
    input: [...query, ...bodyFields],
    hasFile,
    inputName: body?.$ref === undefined || query.length > 0 ? undefined : nameOf(body.$ref),
    result: add(`${base}Result`, answer.type),
    item: page?.item === undefined ? undefined : add(`${base}Item`, page.item),
    event: answer.event === undefined ? undefined : add(`${base}Event`, answer.event),
  }
}

/** Parameters that the clients set by themselves. */
const ofEveryStream = ['token', 'last_event_id', 'stream']

function headerFlags(parameters: readonly Parameter[]): string[] {
  const names = parameters.filter(({ in: where }) => where === 'header').map(({ name }) => name)
  return [
    ...(names.includes('Idempotency-Key') ? ['key'] : []),
    ...(names.includes('Prefer') ? ['async'] : []),
  ]
}

function toField({ name, schema, required, description }: Parameter): Field {
  return { name, type: typeOf(schema), isRequired: required, description }
}

function resolve(schema: Schema, { components }: ApiDocument): Schema {
  return schema.$ref === undefined ? schema : (components.schemas[nameOf(schema.$ref)] ?? {})
}

interface Answer {
  type: Type
  schema: Schema | undefined
  isStream: boolean
  event: Type | undefined
  /** What has to be asked for, where that is not JSON. */
  as: string | undefined
}

function readAnswer({ responses }: Described): Answer {
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]
  const content = success?.content ?? {}
  const json = content['application/json']?.schema
  const stream = content['text/event-stream']?.schema
  const none = { schema: undefined, isStream: false, event: undefined, as: undefined }
  if (stream !== undefined) {
    const data = json === undefined ? ({ kind: 'any' } as const) : typeOf(json)
    const event = stream.oneOf === undefined ? eventOf(data) : typeOf(stream)
    return { ...none, type: event, isStream: true, event }
  }
  if (json === undefined) return { ...none, type: { kind: 'nothing' } }
  const raw = Object.keys(content).find((type) => type !== 'application/json')
  const saysNothing = json.type === 'string' || typeOf(json).kind === 'any'
  if (raw === undefined || !saysNothing) return { ...none, type: typeOf(json), schema: json }
  return { ...none, type: { kind: raw.startsWith('text/') ? 'string' : 'bytes' }, as: raw }
}

function eventOf(data: Type): Type {
  const fields: Field[] = [
    { name: 'event', type: { kind: 'string' }, isRequired: true },
    { name: 'data', type: data, isRequired: true },
  ]
  return { kind: 'object', fields }
}

/** The list in an answer that comes in pages: `limit` and `offset`, or `after` with what the last page named. */
function readPage(schema: Schema, query: readonly Parameter[], document: ApiDocument) {
  const names = new Set(query.map(({ name }) => name))
  const { properties = {} } = resolve(schema, document)
  if (!names.has('limit') || !names.has('offset') || properties['total'] === undefined) return undefined
  const lists = Object.entries(properties).filter(([, part]) => part.type === 'array')
  const [list] = lists
  if (lists.length !== 1 || list === undefined) return undefined
  const [key, { items }] = list
  const item = typeof items === 'object' ? typeOf(items) : undefined
  return { key: properties['next'] === undefined ? key : `${key},next`, item }
}

function webhookEvents({ webhooks = {} }: ApiDocument): Type {
  const bodies = Object.values(webhooks).map(
    ({ post }) => post.requestBody?.content['application/json']?.schema ?? {},
  )
  return { kind: 'union', of: bodies.map(typeOf) }
}

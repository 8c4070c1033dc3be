import { byName, type Choice, fieldOf, type Property, titleOf } from './n8n-fields.ts'
import {
  type Described,
  type Document,
  follow,
  operationsOf,
  type Parameter,
  type Schema,
} from './open-api.ts'

/** Whether a key may run an operation and its answer ends. */
function isOffered({ security, description, responses }: Described): boolean {
  const isPublic = security?.length === 0
  const isStream = Object.values(responses).some(
    ({ content }) => content?.['text/event-stream'] !== undefined,
  )
  return !isPublic && !isStream && description?.includes('API keys are refused') !== true
}

/** The operations that the node has, in the document's order. */
export function offeredOperations(document: Document): Described[] {
  return operationsOf(document).filter(isOffered)
}

/** `messages.send_media` as the node calls it. */
export function placeOf({ operationId }: Described): { resource: string; operation: string } {
  const at = operationId.indexOf('.')
  return { resource: operationId.slice(0, at), operation: operationId.slice(at + 1) }
}

function successOf({ responses }: Described): {
  status: string
  content: Record<string, { schema?: Schema }>
} {
  const [status = '200', answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? []
  return { status, content: answer?.content ?? {} }
}

/** The list that an answer consists of, when it comes in pages. */
export function listIn(document: Document, described: Described): string | undefined {
  const names = new Set((described.parameters ?? []).map(({ name }) => name))
  if (!names.has('limit') || !names.has('offset')) return undefined
  const { content } = successOf(described)
  const schema = content['application/json']?.schema
  const fields = Object.entries(schema === undefined ? {} : (follow(document, schema).properties ?? {}))
  const lists = fields.filter(([, field]) => field.type === 'array')
  const isPage = fields.some(([name]) => name === 'total')
  return isPage && lists.length === 1 ? lists[0]?.[0] : undefined
}

/** Whether what it answers is a file. */
export function isFile(described: Described): boolean {
  const { content } = successOf(described)
  return Object.keys(content).some((type) => type !== 'application/json')
}

/** Url with the values of the path's parameters, each escaped. */
function urlOf({ path }: Described): string {
  const below = path.replace(/^\/api\/v2/, '')
  if (!below.includes('{')) return below
  return `=${below.replaceAll(/\{(\w+)\}/g, (_, name: string) => `{{ encodeURIComponent($parameter["${name}"]) }}`)}`
}

function outputOf(document: Document, described: Described): Record<string, unknown> | undefined {
  const list = listIn(document, described)
  if (list !== undefined) return { postReceive: [{ type: 'rootProperty', properties: { property: list } }] }
  if (isFile(described))
    return { postReceive: [{ type: 'binaryData', properties: { destinationProperty: 'data' } }] }
  if (successOf(described).status === '204')
    return { postReceive: [{ type: 'set', properties: { value: '={{ { "success": true } }}' } }] }
  return undefined
}

function choiceOf(document: Document, described: Described): Choice {
  const output = outputOf(document, described)
  const request = {
    method: described.method,
    url: urlOf(described),
    ...(isFile(described) ? { encoding: 'arraybuffer', json: false } : {}),
  }
  return {
    name: titleOf(placeOf(described).operation),
    value: placeOf(described).operation,
    action: described.summary,
    description: described.summary,
    routing: { request, ...(output === undefined ? {} : { output }) },
  }
}

const pageSizeOf = (limit: Parameter | undefined) => limit?.schema.maximum ?? 100

/** Everything, page by page, or so many. */
function pageFields(described: Described, show: Record<string, unknown[]>): Property[] {
  const limit = described.parameters?.find(({ name }) => name === 'limit')
  const pageSize = pageSizeOf(limit)
  const pagination = {
    type: 'offset',
    properties: { limitParameter: 'limit', offsetParameter: 'offset', pageSize, type: 'query' },
  }
  return [
    {
      displayName: 'Return All',
      name: 'returnAll',
      type: 'boolean',
      default: false,
      description: 'Whether to return all results or only up to a given limit',
      displayOptions: { show },
      routing: { send: { paginate: '={{ $value }}' }, operations: { pagination } },
    },
    {
      displayName: 'Limit',
      name: 'limit',
      type: 'number',
      default: 50,
      description: 'Max number of results to return',
      typeOptions: { minValue: 1, maxValue: pageSize },
      displayOptions: { show: { ...show, returnAll: [false] } },
      routing: {
        send: { type: 'query', property: 'limit', propertyInDotNotation: false },
        output: { maxResults: '={{ $value }}' },
      },
    },
  ]
}

interface Field {
  isRequired: boolean
  property: Property
}

/** What is asked beside the path: the body first, whose names win over those of the query. */
function fieldsOf(document: Document, described: Described): Field[] {
  const content = described.requestBody?.content['application/json']
  const body = content?.schema === undefined ? {} : follow(document, content.schema)
  const examples = (content?.example ?? {}) as Record<string, unknown>
  const inBody = Object.entries(body.properties ?? {}).map(([name, schema]) => ({
    isRequired: body.required?.includes(name) === true,
    property: fieldOf(document, 'body', { name, schema, example: examples[name] }),
  }))
  const isPaged = listIn(document, described) !== undefined
  const asked = (described.parameters ?? []).filter(
    ({ name, in: place }) =>
      place !== 'path' &&
      body.properties?.[name] === undefined &&
      !(isPaged && /^(limit|offset)$/.test(name)),
  )
  const beside = asked.map(({ in: place, required, ...field }) => ({
    isRequired: required === true,
    property: fieldOf(document, place === 'header' ? 'header' : 'query', field),
  }))
  return [...inBody, ...beside]
}

/** What n8n asks for one operation. */
function propertiesOf(document: Document, described: Described): Property[] {
  const { resource, operation } = placeOf(described)
  const show = { resource: [resource], operation: [operation] }
  const inPath = (described.parameters ?? [])
    .filter(({ in: place }) => place === 'path')
    .map((parameter): Property => {
      const { routing, ...field } = fieldOf(document, 'query', parameter)
      return { ...field, required: true, displayOptions: { show } }
    })
  const fields = fieldsOf(document, described)
  const needed = fields
    .filter(({ isRequired }) => isRequired)
    .map(({ property }) => ({ ...property, required: true, displayOptions: { show } }))
  const optional = byName(fields.filter(({ isRequired }) => !isRequired).map(({ property }) => property))
  const pages = listIn(document, described) === undefined ? [] : pageFields(described, show)
  const additional: Property = {
    displayName: 'Additional Fields',
    name: 'additionalFields',
    type: 'collection',
    placeholder: 'Add Field',
    default: {},
    displayOptions: { show },
    options: optional,
  }
  return [...inPath, ...needed, ...pages, ...(optional.length > 0 ? [additional] : [])]
}

/** All that the node asks: what, which action of it, and what that needs. */
export function describeActions(document: Document): Property[] {
  const offered = offeredOperations(document)
  const names = [...new Set(offered.map((one) => placeOf(one).resource))]
  const titles = new Map(document.tags.map((tag) => [tag.name, tag['x-displayName']]))
  const resources = byName(names.map((value) => ({ name: titles.get(value) ?? titleOf(value), value })))
  const actions = names.map((resource): Property => {
    const own = offered.filter((one) => placeOf(one).resource === resource)
    const options = byName(own.map((one) => choiceOf(document, one)))
    return {
      displayName: 'Operation',
      name: 'operation',
      type: 'options',
      noDataExpression: true,
      displayOptions: { show: { resource: [resource] } },
      options,
      default: options[0]?.value ?? '',
    }
  })
  return [
    {
      displayName: 'Resource',
      name: 'resource',
      type: 'options',
      noDataExpression: true,
      options: resources,
      default: 'messages',
    },
    ...actions,
    ...offered.flatMap((one) => propertiesOf(document, one)),
  ]
}

/** The events that the trigger can wait for. */
export function describeEvents({ webhooks }: Document): Choice[] {
  return byName(
    Object.entries(webhooks).map(([value, { post }]) => ({
      name: titleOf(value),
      value,
      description: post.description.replaceAll('`', ''),
    })),
  )
}

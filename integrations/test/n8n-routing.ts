import type { Choice, Property } from '../build/n8n-fields.ts'
import { resolveValue, type Scope } from './n8n-expressions.ts'

/** A request as the routing puts it together. */
export interface RoutedRequest {
  method: string
  url: string
  qs: Record<string, unknown>
  body: Record<string, unknown>
  headers: Record<string, string>
  encoding?: string
}

/** An answer, parsed if it is JSON. */
export interface RoutedAnswer {
  statusCode: number
  body: unknown
}

/** Sends a request; what it refuses is thrown, as n8n's client does. */
export type Send = (request: RoutedRequest) => Promise<RoutedAnswer>

/** The description of a declarative node, as far as requests are made from it. */
export interface NodeDescription {
  properties: Property[]
  requestDefaults?: Record<string, unknown>
}

/** One item between nodes. */
export interface Item {
  json: Record<string, unknown>
  binary?: Record<string, { data: Buffer }>
}

export type Parameters = Record<string, unknown>

interface PostReceive {
  type: string
  properties: Record<string, unknown>
}

interface Routing {
  request?: Record<string, unknown>
  send?: { type?: string; property?: string; value?: string; paginate?: string }
  output?: { maxResults?: string; postReceive?: PostReceive[] }
  operations?: { pagination?: { type: string; properties: Pagination } }
}

interface Pagination {
  limitParameter: string
  offsetParameter: string
  pageSize: number
}

interface Plan {
  request: RoutedRequest
  postReceive: PostReceive[]
  maxResults: number | undefined
  isPaged: boolean
  pagination: Pagination | undefined
}

/** Whether a property is shown with these parameters; what is not shown is not sent. */
export function isShown({ displayOptions }: Property, parameters: Parameters): boolean {
  return Object.entries(displayOptions?.show ?? {}).every(([name, values]) =>
    values.includes(parameters[name]),
  )
}

/** All parameters: those given, and the default of every other that is shown. */
export function withDefaults(description: NodeDescription, given: Parameters): Parameters {
  const all: Parameters = { ...given }
  for (const property of description.properties) {
    if (!(property.name in all) && isShown(property, all)) all[property.name] = property.default
  }
  return all
}

function applyRouting(plan: Plan, routing: Routing, value: unknown, scope: Scope): void {
  const own = { ...scope, $value: value }
  for (const [key, part] of Object.entries(routing.request ?? {})) {
    const resolved = resolveValue(part, own)
    if (key === 'headers') Object.assign(plan.request.headers, resolved)
    else Object.assign(plan.request, { [key]: resolved })
  }
  const { send, output, operations } = routing
  if (send?.property !== undefined) {
    const sent = send.value === undefined ? value : resolveValue(send.value, own)
    plan.request[send.type === 'body' ? 'body' : 'qs'][send.property] = sent
  }
  if (send?.paginate !== undefined) plan.isPaged = Boolean(resolveValue(send.paginate, own))
  if (output?.maxResults !== undefined) plan.maxResults = Number(resolveValue(output.maxResults, own))
  plan.postReceive.push(...(output?.postReceive ?? []))
  if (operations?.pagination !== undefined) plan.pagination = operations.pagination.properties
}

function collect(
  plan: Plan,
  property: Property,
  parameters: Parameters,
  values: Parameters,
  scope: Scope,
): void {
  if (!isShown(property, parameters)) return
  const value = resolveValue(values[property.name], scope)
  if (property.routing !== undefined) applyRouting(plan, property.routing, value, scope)
  if (property.type === 'options') {
    const chosen = (property.options as Choice[]).find((choice) => choice.value === value)
    if (chosen?.routing !== undefined) applyRouting(plan, chosen.routing, value, scope)
  }
  if (property.type !== 'collection') return
  for (const part of property.options as Property[]) {
    if (part.name in (value as Parameters)) collect(plan, part, parameters, value as Parameters, scope)
  }
}

/** The request that a node makes of its parameters. */
export function planRequest(
  description: NodeDescription,
  given: Parameters,
  outer: Scope & { $credentials: Record<string, unknown> },
): Plan {
  const all = withDefaults(description, given)
  const parameters = resolveValue(all, outer) as Parameters
  const scope = { ...outer, $parameter: parameters }
  const request = { method: 'GET', url: '', qs: {}, body: {}, headers: {} }
  const plan: Plan = {
    request,
    postReceive: [],
    maxResults: undefined,
    isPaged: false,
    pagination: undefined,
  }
  const { baseURL, headers } = resolveValue(description.requestDefaults ?? {}, scope) as {
    baseURL?: string
    headers?: Record<string, string>
  }
  Object.assign(plan.request.headers, headers)
  for (const property of description.properties) collect(plan, property, parameters, parameters, scope)
  plan.request.url = `${baseURL ?? ''}${plan.request.url}`
  return plan
}

function receive(plan: Plan, { body }: RoutedAnswer): Item[] {
  if (plan.postReceive.length === 0) {
    const list = Array.isArray(body) ? body : [body]
    return list.map((json) => ({ json: json as Item['json'] }))
  }
  let items: Item[] = [{ json: body as Item['json'] }]
  for (const { type, properties } of plan.postReceive) {
    if (type === 'rootProperty') {
      items = items.flatMap(({ json }) => {
        const found = json[String(properties['property'])]
        return (Array.isArray(found) ? found : [found]).map((each) => ({ json: each as Item['json'] }))
      })
    } else if (type === 'set') items = [{ json: resolveValue(properties['value'], {}) as Item['json'] }]
    else if (type === 'binaryData') {
      const data = Buffer.from(body as Buffer)
      items = items.map(() => ({
        json: {},
        binary: { [String(properties['destinationProperty'])]: { data } },
      }))
    } else throw new Error(`n8n has no ${type}`)
  }
  return items
}

/** Runs one item through a declarative node. */
export async function runNode(
  description: NodeDescription,
  parameters: Parameters,
  outer: Scope & { $credentials: Record<string, unknown> },
  send: Send,
): Promise<Item[]> {
  const plan = planRequest(description, parameters, outer)
  if (!plan.isPaged || plan.pagination === undefined) {
    return receive(plan, await send(plan.request)).slice(0, plan.maxResults)
  }
  const { limitParameter, offsetParameter, pageSize } = plan.pagination
  const items: Item[] = []
  for (let offset = 0; ; offset += pageSize) {
    Object.assign(plan.request.qs, { [limitParameter]: pageSize, [offsetParameter]: offset })
    const page = receive(plan, await send(plan.request))
    items.push(...page)
    if (page.length !== pageSize) return items
  }
}

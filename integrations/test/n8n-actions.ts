import { order, type Stage, sources } from '../../scripts/demo/example-steps.ts'
import type { Property } from '../build/n8n-fields.ts'
import { placeOf } from '../build/n8n-operations.ts'
import type { Described } from '../build/open-api.ts'
import { isShown, type NodeDescription, type Parameters } from './n8n-routing.ts'

/** What an operation is called with, by the names of the API. */
export interface Given {
  path: Record<string, unknown>
  query: Record<string, unknown>
  body: Record<string, unknown>
}

async function valueFor(stage: Stage, id: string, name: string, example: unknown): Promise<unknown> {
  const section = id.slice(0, id.indexOf('.'))
  const source =
    sources[`${id}.${name}`] ?? sources[`${section}.${name}`] ?? (name === 'id' ? undefined : sources[name])
  if (source === undefined) return example
  // What this world has not is asked for by the id of the example, which nobody has.
  const value = await attempt(() => source(stage), example)
  return Array.isArray(example) ? [value === '' ? example[0] : value] : value
}

async function attempt(run: () => unknown, otherwise: unknown): Promise<unknown> {
  try {
    return await run()
  } catch {
    return otherwise
  }
}

/** The example of the API's description, with ids of this world. */
export async function exampleFor(stage: Stage, one: Described): Promise<Given> {
  const given: Given = { path: {}, query: {}, body: {} }
  const add = async (place: keyof Given, name: string, example: unknown) => {
    const value = await valueFor(stage, one.operationId, name, example)
    if (value !== undefined) given[place][name] = value === '' ? example : value
  }
  for (const { name, in: place, example } of one.parameters ?? []) {
    if (place !== 'header') await add(place, name, example)
  }
  const body = (one.requestBody?.content['application/json']?.example ?? {}) as Record<string, unknown>
  for (const [name, value] of Object.entries(body)) await add('body', name, value)
  for (const name of Object.keys(body)) delete given.query[name]
  return given
}

/** First what others need, then by method, so that what deletes comes late; last what ends things. */
export function inOrder(described: readonly Described[]): Described[] {
  const methods = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']
  const rank = ({ operationId, method, path }: Described) => {
    const [first, last] = [order.first.indexOf(operationId), order.last.indexOf(operationId)]
    if (first >= 0) return first
    if (last >= 0) return 2000 + last
    return 100 + methods.indexOf(method) * 10 + (path.includes('{') ? 1 : 0)
  }
  return described.toSorted((a, b) => rank(a) - rank(b))
}

/** A value as somebody would write it into the field. */
function enter({ type }: Property, value: unknown): unknown {
  return type === 'json' ? JSON.stringify(value) : value
}

/** The parameters of a node that somebody who wants this call would enter; throws when there is no field for it. */
export function parametersFor(description: NodeDescription, described: Described, given: Given): Parameters {
  const parameters: Parameters = { ...placeOf(described) }
  const shown = description.properties.filter(
    (property) =>
      property.displayOptions?.show['operation'] !== undefined &&
      isShown({ ...property, displayOptions: { show: pick(property) } }, parameters),
  )
  const additional = shown.find(({ name }) => name === 'additionalFields')
  const chosen: Parameters = {}
  for (const [name, value] of Object.entries({ ...given.path, ...given.query, ...given.body })) {
    if (name === 'offset' && shown.some((property) => property.name === 'returnAll')) continue
    const property = shown.find((each) => each.name === name)
    const option = (additional?.options as Property[] | undefined)?.find((each) => each.name === name)
    if (property !== undefined) parameters[name] = enter(property, value)
    else if (option !== undefined) chosen[name] = enter(option, value)
    else throw new Error(`the node has no field for ${described.operationId}.${name}`)
  }
  return additional === undefined ? parameters : { ...parameters, additionalFields: chosen }
}

function pick({ displayOptions }: Property): Record<string, unknown[]> {
  const { resource = [], operation = [] } = displayOptions?.show ?? {}
  return { resource, operation }
}

/** What a request has to be, so that two ways of making it can be compared. */
export function comparable(url: string, method: string, query: Record<string, unknown>, body: unknown) {
  const values = Object.entries(query).map(([name, value]) => [name, moment(String(value))])
  return {
    method,
    url,
    query: Object.fromEntries(values.sort()),
    body: JSON.parse(moment(JSON.stringify(body))),
  }
}

/** Moments in one form: the node writes them with fractions. */
function moment(text: string): string {
  return text.replaceAll(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.000Z/g, '$1Z')
}

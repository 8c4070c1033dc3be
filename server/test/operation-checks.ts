import { isDeepStrictEqual } from 'node:util'
import type { Operation } from '../src/operation.ts'
import { notFound } from '../src/platform/errors.ts'
import { allScopes, holdsScope, type Scope } from '../src/scopes.ts'
import { errorsOf } from '../src/transports/http/openapi.ts'
import type { CallOptions, Reply } from './api-client.ts'
import {
  badFields,
  badParameters,
  fieldSamples,
  inputSchemaOf,
  type JsonSchema,
  sampleOf,
} from './schema-samples.ts'

/** A tenant as the checks use it. */
export interface CheckedTenant {
  key(scopes: readonly Scope[]): Promise<string>
  /** A fresh access token of a fresh user, so that a logout ends nothing else. */
  token(role: 'owner' | 'admin' | 'member'): Promise<string>
}

/** Makes a resource that no POST makes; answers its id. `parents` are the path's ids before it. */
export type ResourceBuilder = (tenant: CheckedTenant, parents: readonly string[]) => Promise<string>

/** What is checked, and how to reach it. */
export interface CheckTarget {
  operations: readonly Operation[]
  /** Below `/api/v2`. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>
  tenant: CheckedTenant
  foreigner: CheckedTenant
  /** One whose settings and resources may end up in any state. */
  stranger: CheckedTenant
  builders: Readonly<Record<string, ResourceBuilder>>
}

const randomId = '0190a1b2-0000-7000-8000-00000000dead'
let addresses = 0

/** Public operations are limited per address, so every call comes from another one. */
export function nextAddress(): string {
  addresses += 1
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
}

/** The path with a value for each parameter. */
export function fillPath(path: string, fill: (name: string, index: number) => string): string {
  let index = 0
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(fill(name, index++)))
}

/** Names of the path's parameters that are ids of ours: uuids, and whatever names a resource that can be made. */
function idsIn(target: CheckTarget, operation: Operation): string[] {
  const properties = operation.params === undefined ? {} : (inputSchemaOf(operation.params).properties ?? {})
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return names.filter((name) => {
    const collection = collectionOf(name, operation.path.slice(0, operation.path.indexOf(`{${name}}`)))
    return properties[name]?.format === 'uuid' || (collection !== undefined && canMake(target, collection))
  })
}

/** A value for a parameter of the path: an unknown id, or an example. */
export const sampleParameter = (operation: Operation) => (name: string) => {
  const part = operation.params === undefined ? {} : inputSchemaOf(operation.params).properties?.[name]
  return part?.format === 'uuid'
    ? randomId
    : String(part?.examples?.[0] ?? fieldSamples[name] ?? sampleOf(part ?? {}))
}

/** They are about other tenants: what they may tell is their own matter, and their tests'. */
const aboutOthers: ReadonlySet<string> = new Set(['agent.peer_key', 'agent.register_peer'])

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const bodySchema = ({ body }: Operation): JsonSchema => (body === undefined ? {} : inputSchemaOf(body))

/** A good body; undefined for an operation without one. */
export function sampleBody(operation: Operation): Record<string, unknown> | undefined {
  if (operation.body === undefined) return undefined
  return sampleOf(bodySchema(operation)) as Record<string, unknown>
}

function sampleQuery({ query }: Operation): string {
  if (query === undefined) return ''
  const sample = sampleOf(inputSchemaOf(query)) as Record<string, unknown>
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(sample)) parameters.set(name, String(value))
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

const sampleUrl = (operation: Operation) =>
  fillPath(operation.path, sampleParameter(operation)) + sampleQuery(operation)

/** Who may certainly run it. */
export async function allowedHeaders(
  operation: Operation,
  tenant: CheckedTenant,
): Promise<Record<string, string>> {
  if (operation.access === 'public') return {}
  const role = operation.roles?.find((each) => each !== 'superadmin') ?? 'owner'
  return bearer(await tenant.token(role as 'owner'))
}

/** 401 without a credential and with garbage. */
export async function checkCredentials(target: CheckTarget, operation: Operation): Promise<string[]> {
  if (operation.access === 'public') return []
  const tries: Record<string, string>[] = [
    {},
    { 'x-api-key': `mf_${'x'.repeat(40)}` },
    bearer('e30.e30.garbage'),
  ]
  const problems: string[] = []
  for (const headers of tries) {
    const options = { headers, address: nextAddress() }
    const { status } = await target.call(operation.method, sampleUrl(operation), options)
    const what = Object.keys(headers)[0] ?? 'no credential'
    if (status !== 401)
      problems.push(`${status} instead of 401 with ${what === 'x-api-key' ? 'an unknown key' : what}`)
  }
  return problems
}

/** 403 with every scope but a needed one, naming all; 403 for roles and keys that are refused. */
export async function checkAuthority(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  const { access, method } = operation
  const url = sampleUrl(operation)
  for (const wanted of typeof access === 'string' ? [] : access) {
    const others = allScopes.filter((scope) => !holdsScope(new Set([scope]), wanted))
    const reply = await target.call(method, url, {
      headers: { 'x-api-key': await target.tenant.key(others) },
    })
    if (reply.status !== 403) problems.push(`${reply.status} instead of 403 for a key without ${wanted}`)
    const named = reply.headers['x-required-scopes']
    const expected = (access as readonly Scope[]).join(' ')
    if (named !== expected) problems.push(`X-Required-Scopes is "${named}" instead of "${expected}"`)
  }
  if (operation.keys === 'refused') {
    const { status } = await target.call(method, url, {
      headers: { 'x-api-key': await target.tenant.key(['*']) },
    })
    if (status !== 403) problems.push(`${status} instead of 403 for an API key`)
  }
  for (const role of operation.roles === undefined ? [] : (['owner', 'admin', 'member'] as const)) {
    if (operation.roles?.includes(role) === true) continue
    const { status } = await target.call(method, url, { headers: bearer(await target.tenant.token(role)) })
    if (status !== 403) problems.push(`${status} instead of 403 for the role ${role}`)
  }
  return problems
}

/** 404 for a malformed id, an unknown id, and the real id of another tenant. */
export async function checkIds(target: CheckTarget, operation: Operation): Promise<string[]> {
  const ids = idsIn(target, operation)
  const problems: string[] = []
  if (ids.length === 0 || operation.access === 'public') return problems
  const headers = await allowedHeaders(operation, target.tenant)
  const sample = sampleParameter(operation)
  const body = sampleBody(operation)
  const ask = async (fill: (name: string) => string) => {
    const url = fillPath(operation.path, fill) + sampleQuery(operation)
    const reply = await target.call(operation.method, url, {
      headers,
      ...(body === undefined ? {} : { body }),
    })
    if (reply.status === 404 && reply.body.detail === notFound.text)
      problems.push('a 404 that does not say which thing is unknown')
    return reply.status
  }
  for (const id of ids) {
    const malformed = await ask((name) => (name === id ? 'no-uuid' : sample(name)))
    if (malformed !== 404) problems.push(`${malformed} instead of 404 for a malformed ${id}`)
  }
  const unknown = await ask(sample)
  if (unknown !== 404) problems.push(`${unknown} instead of 404 for an unknown ${ids.join(' and ')}`)
  if (aboutOthers.has(operation.id)) return problems
  const foreign = await createResources(target, target.foreigner, operation, problems)
  if (foreign === undefined) return problems
  const seen = await ask((name) => foreign.get(name) ?? sample(name))
  if (seen !== 404)
    problems.push(`${seen} instead of 404 for another tenant's ${[...foreign.keys()].join(' and ')}`)
  return problems
}

/** 404 for another tenant's id in the body, for every body field that is an id of something we can make. */
export async function checkBodyIds(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  if (aboutOthers.has(operation.id)) return problems
  const { properties = {}, required = [] } = bodySchema(operation)
  for (const [field, part] of Object.entries(properties)) {
    const collection = collectionOf(field)
    if (part.format !== 'uuid' || collection === undefined || !canMake(target, collection)) continue
    const id = await createResource(target, target.foreigner, collection, [])
    const own = await createResources(target, target.tenant, operation, problems)
    const url = fillPath(operation.path, (name) => own?.get(name) ?? sampleParameter(operation)(name))
    const headers = await allowedHeaders(operation, target.tenant)
    const sample = sampleBody(operation) ?? {}
    const ask = (rest: object) =>
      target.call(operation.method, url, { headers, body: { ...rest, [field]: id } })
    let reply = await ask(sample)
    // Of several targets a body names one: then what may be left out is.
    if (reply.status === 422)
      reply = await ask(
        Object.fromEntries(
          Object.entries(sample).filter(([name]) => !name.endsWith('_id') || required.includes(name)),
        ),
      )
    const { status, body: answer } = reply
    if (status !== 404) problems.push(`${status} instead of 404 for another tenant's ${field} in the body`)
    else if (answer.detail === notFound.text) problems.push(`a 404 that does not name ${field}`)
  }
  return problems
}

/** 422 naming the field for everything the schema forbids. */
export async function checkInputs(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  // Its protocol refuses in words of its own, with 200: the tests of its feature ask for them.
  if (operation.isProtocol === true) return problems
  const headers = await allowedHeaders(operation, target.tenant)
  const ask = async (url: string, body: unknown, { field, why }: { field: string; why: string }) => {
    const options = { headers, address: nextAddress(), ...(body === undefined ? {} : { body }) }
    const reply = await target.call(operation.method, url, options)
    const errors: { field?: string }[] = Array.isArray(reply.body?.errors) ? reply.body.errors : []
    if (reply.status !== 422) problems.push(`${reply.status} instead of 422 for ${field} ${why}`)
    else if (!errors.some((error) => error.field?.split('.')[0] === field)) {
      problems.push(`422 for ${field} ${why}, but its errors do not name the field`)
    }
  }
  const good = sampleBody(operation)
  for (const bad of good === undefined ? [] : badFields(bodySchema(operation))) {
    await ask(sampleUrl(operation), { ...good, [bad.field]: bad.value }, bad)
  }
  const query = operation.query === undefined ? {} : inputSchemaOf(operation.query)
  for (const bad of badParameters(query)) {
    const url = `${fillPath(operation.path, sampleParameter(operation))}?${bad.field}=${encodeURIComponent(String(bad.value))}`
    await ask(url, good, bad)
  }
  return [...problems, ...(await checkChoices(target, operation))]
}

/** The answer to a value that is not in a closed list names those that are. */
async function checkChoices(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  const good = sampleBody(operation)
  if (good === undefined) return problems
  const headers = await allowedHeaders(operation, target.tenant)
  for (const [field, part] of Object.entries(bodySchema(operation).properties ?? {})) {
    const items = typeof part.items === 'object' ? part.items : undefined
    const choices = part.enum ?? items?.enum
    if (choices === undefined) continue
    const wrong = part.enum === undefined ? ['no such value'] : 'no such value'
    const body = { ...good, [field]: wrong }
    const url = sampleUrl(operation)
    const reply = await target.call(operation.method, url, { headers, address: nextAddress(), body })
    const missing = choices.filter((choice) => choice !== null && !reply.text.includes(String(choice)))
    if (missing.length > 0) problems.push(`the 422 for a wrong ${field} does not name ${missing.join(', ')}`)
  }
  return problems
}

/** A call that should work: a declared status, and on success an answer of exactly the declared schema. */
export async function checkAnswer(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  const ids = await createResources(target, target.tenant, operation, problems)
  if (operation.roles?.every((role) => role === 'superadmin') === true) return problems
  const body = await withOwnIds(target, operation, sampleBody(operation))
  const fill = (name: string) => ids?.get(name) ?? sampleParameter(operation)(name)
  const reply = await target.call(operation.method, fillPath(operation.path, fill) + sampleQuery(operation), {
    headers: { ...(await allowedHeaders(operation, target.tenant)), accept: 'application/json' },
    address: nextAddress(),
    ...(body === undefined ? {} : { body }),
  })
  const isSuccess =
    reply.status === operation.success.status || (operation.isSend === true && reply.status === 202)
  if (!isSuccess) {
    const declared = new Set(errorsOf(operation).map((error) => error.status))
    if (!declared.has(reply.status) || reply.status === 422) {
      problems.push(`a sample call answered ${reply.status}: ${reply.text.slice(0, 300)}`)
    }
    return problems
  }
  return reply.status === 204 ? problems : [...problems, ...compareAnswer(operation, reply.body)]
}

/** The body with real resources of the tenant where it names any. */
async function withOwnIds(
  target: CheckTarget,
  operation: Operation,
  body: Record<string, unknown> | undefined,
) {
  const filled = body === undefined ? undefined : { ...body }
  for (const [field, part] of Object.entries(bodySchema(operation).properties ?? {})) {
    const collection = collectionOf(field)
    if (filled?.[field] === undefined || part.format !== 'uuid' || collection === undefined) continue
    if (canMake(target, collection))
      filled[field] = await createResource(target, target.tenant, collection, [])
  }
  return filled
}

/** What of the answer the declared schema does not say, or says otherwise. */
export function compareAnswer(operation: Operation, body: unknown): string[] {
  const result = operation.success.schema.safeParse(body)
  if (!result.success) {
    return result.error.issues.map(
      (issue) => `the answer's ${issue.path.join('.') || 'body'}: ${issue.message}`,
    )
  }
  const declared: unknown = JSON.parse(JSON.stringify(result.data))
  if (isDeepStrictEqual(declared, body)) return []
  return [`the answer has keys that its schema does not declare: ${JSON.stringify(body).slice(0, 400)}`]
}

/** 405 with Allow for every method that no operation serves on the path. */
export async function checkMethods(target: CheckTarget, operation: Operation): Promise<string[]> {
  const shape = (path: string) => path.replaceAll(/\{\w+\}/g, '{}')
  const served = target.operations.filter((other) => shape(other.path) === shape(operation.path))
  const problems: string[] = []
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    if (served.some((other) => other.method === method)) continue
    const { status, headers } = await target.call(method, sampleUrl(operation))
    if (status !== 405) problems.push(`${status} instead of 405 for ${method}`)
    else if (headers['allow']?.includes(operation.method) !== true)
      problems.push(`405 without ${operation.method} in Allow`)
  }
  return problems
}

/** `session_id` is a session; `id` is what the path before it lists; `chat_id` is WhatsApp's, which nobody makes. */
function collectionOf(name: string, pathBefore = ''): string | undefined {
  if (name === 'id')
    return pathBefore.split('/').findLast((segment) => segment !== '' && !segment.startsWith('{'))
  const match = name === 'chat_id' ? null : /^(\w+)_id$/.exec(name)
  return match?.[1] === undefined ? undefined : `${match[1].replaceAll('_', '-')}s`.replace(/ys$/, 'ies')
}

/** The resources that the path names, made for a tenant; undefined when one cannot be made. */
export async function createResources(
  target: CheckTarget,
  tenant: CheckedTenant,
  operation: Operation,
  problems: string[],
): Promise<Map<string, string> | undefined> {
  const made = new Map<string, string>()
  for (const name of idsIn(target, operation)) {
    const collection = collectionOf(name, operation.path.slice(0, operation.path.indexOf(`{${name}}`)))
    if (collection === undefined || !canMake(target, collection)) {
      problems.push(
        `nothing makes a resource for ${name}: add "${collection}" to the builders of operations.test.ts`,
      )
      return undefined
    }
    made.set(name, await createResource(target, tenant, collection, [...made.values()]))
  }
  return made
}

const makerOf = (target: CheckTarget, collection: string) =>
  target.operations.find(({ method, path }) => method === 'POST' && path === `/${collection}`)

function canMake(target: CheckTarget, collection: string): boolean {
  return target.builders[collection] !== undefined || makerOf(target, collection) !== undefined
}

async function createResource(
  target: CheckTarget,
  tenant: CheckedTenant,
  collection: string,
  parents: readonly string[],
): Promise<string> {
  const builder = target.builders[collection]
  if (builder !== undefined) return builder(tenant, parents)
  const maker = makerOf(target, collection)
  if (maker === undefined) throw new Error(`nothing makes ${collection}`)
  const body = sampleBody(maker)
  const headers = await allowedHeaders(maker, tenant)
  const reply = await target.call('POST', maker.path, { headers, ...(body === undefined ? {} : { body }) })
  if (reply.status !== maker.success.status || typeof reply.body?.id !== 'string') {
    throw new Error(`${maker.id} refused its own sample with ${reply.status}: ${reply.text.slice(0, 300)}`)
  }
  return reply.body.id
}

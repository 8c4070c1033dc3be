import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type ApiDocument, type Method, readModel } from '../model.ts'
import { type AnyClient, noteInputs, type Order, PythonClients, root, typeScriptClient } from './clients.ts'

interface Parameter {
  name: string
  in: string
  example?: unknown
}

interface Described {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { example?: Record<string, unknown> }> }
  responses: Record<string, unknown>
}

const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as ApiDocument
const model = readModel(document)
const described = new Map(
  Object.values(document.paths as unknown as Record<string, Record<string, Described>>)
    .flatMap((verbs) => Object.values(verbs))
    .map((one) => [one.operationId, one]),
)

/** What came in, by the number that the test gave it. */
interface Received {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
  accept: string
  hasKey: boolean
}

const received = new Map<string, Received>()
const nothing = new Set<string>()
let server: Server
let url: string
let python: PythonClients
let clients: AnyClient[]

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
  const { accept = '' } = request.headers
  const id = String(request.headers['x-test'])
  received.set(id, {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    body: text === '' ? undefined : JSON.parse(text),
    accept,
    hasKey: request.headers['idempotency-key'] !== undefined,
  })
  if (nothing.has(id.split('/')[0] ?? '')) return void response.writeHead(204).end()
  response.setHeader('content-type', accept)
  if (accept !== 'text/event-stream') return void response.end(JSON.stringify({ of: pathname, total: 0 }))
  response.end('retry: 10\n\nid: 7\nevent: e\ndata: {"status":"completed"}\n\n')
}

before(async () => {
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  python = new PythonClients()
  clients = [typeScriptClient, ...python.all]
  noteInputs(
    model.methods
      .filter(({ input, hasFile }) => input.length > 0 || hasFile)
      .map(({ attribute, name }) => [...attribute, name].join('.')),
  )
})
after(async () => {
  await python.close()
  server.closeAllConnections()
  server.close()
})

/** A call of the operation with its examples, and the request that has to come of it. */
function orderOf(method: Method): { order: Order; expected: Omit<Received, 'hasKey'> & { hasKey: boolean } } {
  const { parameters = [], requestBody } = described.get(method.operationId) as Described
  const exampleOf = (name: string) => parameters.find((one) => one.name === name)?.example
  const path = method.path.map((name) => String(exampleOf(name) ?? 'ä/ö'))
  const isStream = method.event !== undefined
  const body = requestBody?.content['application/json']?.example
  const inQuery = parameters.filter(
    ({ in: where, name, example }) =>
      where === 'query' &&
      example !== undefined &&
      !(name in (body ?? {})) &&
      method.input.some((field) => field.name === name),
  )
  const query = Object.fromEntries(inQuery.map(({ name, example }) => [name, example]))
  const [verb = '', place = ''] = method.spec.split(' ')
  const accept = / as:(\S+)/.exec(method.spec)?.[1]
  return {
    order: {
      method: [...method.attribute, method.name].join('.'),
      path,
      input: { ...query, ...body },
      ...(isStream ? { kind: 'stream' as const, count: 1 } : {}),
    },
    expected: {
      method: verb,
      path: place.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(path[method.path.indexOf(name)] ?? ''),
      ),
      query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
      body: requestBody === undefined ? undefined : (body ?? {}),
      accept: isStream ? 'text/event-stream' : (accept ?? 'application/json'),
      hasKey: / key\b/.test(method.spec),
    },
  }
}

function expectedValue(method: Method, path: string): unknown {
  const text = { of: path, total: 0 }
  if (method.event !== undefined) return [{ event: 'e', data: { status: 'completed' }, id: '7' }]
  if (method.result.kind === 'nothing') return null
  const bytes = Buffer.from(JSON.stringify(text)).toString('base64')
  if (method.result.kind === 'bytes') return { bytes }
  return / as:/.test(method.spec) ? JSON.stringify(text) : text
}

suite('every operation, in both languages', { timeout: 120_000 }, () => {
  test('is asked as the document says, with its examples, and answers what the server said', async () => {
    const problems: string[] = []
    await Promise.all(
      model.methods.map(async (method) => {
        const { order, expected } = orderOf(method)
        if (method.result.kind === 'nothing') nothing.add(method.operationId)
        for (const client of clients) {
          const id = `${method.operationId}/${client.name}`
          const outcome = await client.run({ key: 'mf_test', url }, { ...order, headers: { 'x-test': id } })
          try {
            assert.deepEqual(outcome, { value: expectedValue(method, expected.path) })
            assert.deepEqual(received.get(id), expected)
          } catch (error) {
            problems.push(`${id}: ${(error as Error).message}`)
          }
        }
      }),
    )
    assert.deepEqual(problems, [])
    assert.equal(received.size, model.methods.length * 3)
  })

  test('has a name of its own, and no field that is called like an option', () => {
    const names = model.methods.map(({ attribute, name }) => [...attribute, name].join('.'))
    assert.equal(new Set(names).size, names.length)
    const options = [
      'timeout',
      'max_retries',
      'headers',
      'idempotency_key',
      'respond_async',
      'last_event_id',
      'file',
    ]
    const clashes = model.methods.flatMap(({ operationId, input, path }) =>
      [...input.map(({ name }) => name), ...path]
        .filter((name) => options.includes(name))
        .map((name) => `${operationId}: ${name}`),
    )
    assert.deepEqual(clashes, [])
  })

  test('stands in the modules of the contract', () => {
    const attributes = new Set(model.methods.map(({ attribute }) => attribute[0]))
    const modules =
      'sessions messages groups labels webhooks custom_groups bulk_send scheduled reports channels leads ai reviews ' +
      'a2a analytics usage billing api_keys tenant'
    assert.deepEqual(
      modules.split(' ').filter((name) => !attributes.has(name)),
      [],
    )
  })
})

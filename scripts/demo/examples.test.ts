import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { features } from '../../server/src/features.ts'
import type { Operation } from '../../server/src/operation.ts'
import { compareAnswer } from '../../server/test/operation-checks.ts'
import { until } from '../../server/test/until.ts'
import { conditions, order, refused, type Stage, sources } from './example-steps.ts'
import { createClient, type Json } from './http.ts'

const operations = new Map(
  features.flatMap((feature) => feature.operations ?? []).map((operation) => [operation.id, operation]),
)
const directory = mkdtempSync(join(tmpdir(), 'moltflow-examples-'))
const demo = spawn(
  process.execPath,
  [resolve(import.meta.dirname, 'demo.ts'), '--data', join(directory, 'demo')],
  {
    env: { ...process.env, NO_COLOR: '1', MOLTFLOW_PORT: '0', DEMO_SIMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)

interface Parameter {
  name: string
  in: string
  example?: unknown
}

interface Described {
  operationId: string
  method: string
  path: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { example?: unknown }> }
}

let base = ''
let token = ''
let stage: Stage
let described: Described[] = []

before(async () => {
  let output = ''
  demo.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  await until('a verified webhook', () => /✔ verified message\.received/.test(output) || undefined, {
    timeoutMs: 100_000,
  })
  base = /API +(http\S+)\/api\/v2/.exec(output)?.[1] ?? ''
  const [, email = '', password = ''] = /Owner +(\S+) +password (\S+)/.exec(output) ?? []
  const signIn = createClient(`${base}/api/v2`)
  token = (await signIn<{ access_token: string }>('POST', '/auth/login', { email, password })).access_token
  stage = {
    session: /Session +(\S+) /.exec(output)?.[1] ?? '',
    simulator: createClient(/Simulator +(http\S+)/.exec(output)?.[1] ?? ''),
    owner: createClient(`${base}/api/v2`, { authorization: `Bearer ${token}` }),
    owners: { email, password },
    seen: new Map(),
  }
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Described>>
  }
  described = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => ({ ...one, path, method: method.toUpperCase() })),
    )
    .filter(({ operationId }) => operations.has(operationId))
})

after(async () => {
  const ended = once(demo, 'exit')
  demo.kill('SIGTERM')
  await ended
  rmSync(directory, { recursive: true, force: true })
})

/** First what others need, then by method, so that what deletes comes late; last what ends things. */
function inOrder(): Described[] {
  const methods = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']
  const rank = ({ operationId, method, path }: Described) => {
    const [first, last] = [order.first.indexOf(operationId), order.last.indexOf(operationId)]
    if (first >= 0) return first
    if (last >= 0) return 2000 + last
    return 100 + methods.indexOf(method) * 10 + (path.includes('{') ? 1 : 0)
  }
  return described.toSorted((a, b) => rank(a) - rank(b))
}

async function valueFor(operationId: string, name: string, example: unknown): Promise<unknown> {
  const section = operationId.slice(0, operationId.indexOf('.'))
  const source =
    sources[`${operationId}.${name}`] ??
    sources[`${section}.${name}`] ??
    (name === 'id' ? undefined : sources[name])
  if (source === undefined) return example
  const value = await source(stage)
  return Array.isArray(example) ? [value] : value
}

async function send(one: Described): Promise<{ status: number; text: string }> {
  const id = one.operationId
  const query = new URLSearchParams()
  let path = one.path
  for (const { name, in: where, example } of one.parameters ?? []) {
    if (where === 'header') continue
    const given = await valueFor(id, name, example)
    // What another parameter excludes.
    if (given === undefined) continue
    const value = String(given)
    if (where === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value))
    else query.set(name, value)
  }
  const example = one.requestBody?.content['application/json']?.example as Json | undefined
  const fields = Object.entries(example ?? {}).map(async ([name, value]) => [
    name,
    await valueFor(id, name, value),
  ])
  const body =
    example === undefined ? undefined : JSON.stringify(Object.fromEntries(await Promise.all(fields)))
  const response = await fetch(`${base}${path}${query.size > 0 ? `?${query}` : ''}`, {
    method: one.method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, text: await response.text() }
}

/** Why an example did not do what the reference says; undefined when it did. */
async function problemOf(one: Described, operation: Operation): Promise<string | undefined> {
  const { operationId: id } = one
  const isReady = conditions[id]
  if (isReady !== undefined)
    await until(`${id} to have something to work on`, async () => (await isReady(stage)) || undefined)
  const { status, text } = await send(one)
  const wanted = refused[id]?.status ?? operation.success.status
  if (status !== wanted) return `${id}: ${status} instead of ${wanted}: ${text.slice(0, 400)}`
  if (refused[id] !== undefined || status === 204 || !/^[[{]/.test(text)) return undefined
  const answer = JSON.parse(text)
  stage.seen.set(id, answer)
  const wrong = compareAnswer(operation, answer)
  return wrong.length > 0 ? `${id}: ${wrong.join('; ')}` : undefined
}

/** Texts of an example that say nothing, wherever they stand. */
function findEmpty(value: unknown, place: string): string[] {
  if (value === '') return [place]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => findEmpty(part, `${place}.${name}`))
}

suite('examples of the API reference', { timeout: 300_000 }, () => {
  test('every body and every parameter has one, without empty texts', () => {
    const lacking = described.flatMap((one) => {
      const { operationId: id, parameters = [], requestBody } = one
      const body = requestBody?.content['application/json']
      return [
        ...parameters
          .filter(({ in: where, example }) => where !== 'header' && (example === undefined || example === ''))
          .map(({ name }) => `${id}: give the parameter ${name} .meta({ examples: [...] }) in its schema`),
        ...(body !== undefined && body.example === undefined
          ? [
              `${id}: nothing says what to send. Give each required field .meta({ examples: [...] }), or the body a whole one`,
            ]
          : findEmpty(body?.example, `${id}: empty text at body`)),
      ]
    })
    assert.ok(described.length > 100)
    assert.deepEqual(lacking, [])
  })

  test('each does against the demo what the reference says', async () => {
    const problems: string[] = []
    for (const one of inOrder()) {
      const operation = operations.get(one.operationId)
      if (operation === undefined) continue
      const problem = await problemOf(one, operation).catch(
        (error: Error) => `${one.operationId}: ${error.message}`,
      )
      if (problem !== undefined) problems.push(problem)
    }
    const help =
      'An id that only the reader has comes from `sources` in scripts/demo/example-steps.ts; what must be there first ' +
      'stands in `order` and `conditions`; an example has to use the people of the demo (scripts/demo/world.ts).'
    assert.deepEqual(problems, [], `${help}\n${problems.join('\n')}`)
  })

  test('the first thing that the reference shows is how to create a session', () => {
    assert.equal(described[0]?.operationId, 'sessions.create')
    const send = described.find(({ operationId }) => operationId === 'messages.send')
    assert.deepEqual(
      Object.keys((send?.requestBody?.content['application/json']?.example ?? {}) as Json).sort(),
      ['chat_id', 'message', 'session_id'],
    )
  })
})

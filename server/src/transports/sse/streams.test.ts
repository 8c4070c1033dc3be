import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, afterEach, before, describe, test } from 'node:test'
import { createSampleServer, SamplePolicy, sampleId } from '../../../test/sample-server.ts'
import { until } from '../../../test/until.ts'
import type { EventStream } from '../../feature.ts'
import { notFound } from '../../platform/errors.ts'

const stream: EventStream = {
  id: 'things.events',
  path: '/things/{id}/events',
  summary: 'Streams what happens to a thing',
  access: ['sessions:read'],
  async open(_ctx, { id }) {
    if (id !== sampleId) throw notFound.create()
    return {
      first: [{ event: 'thing.status', data: { status: 'new' } }],
      names: ['thing.changed', 'thing.deleted'],
      matches: (payload) => 'thingId' in payload && payload.thingId === sampleId,
      encode: (name, payload) => ({ event: name, data: payload }),
      endsOn: (name) => name === 'thing.deleted',
    }
  },
}

let app: Awaited<ReturnType<typeof createSampleServer>>
let origin: string
const readers: Reader[] = []

before(async () => {
  app = await createSampleServer({ streams: [stream] })
  origin = await app.http.listen({ port: 0 })
})
after(() => app.http.close())
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.cancel()
})

/** Reads a stream as text, up to something the test waits for. */
class Reader {
  readonly response: Response
  text = ''
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  constructor(response: Response) {
    this.response = response
    if (response.body === null) throw new Error('no body')
    this.#reader = response.body.getReader()
    readers.push(this)
  }

  /** The text so far, once it contains the part; fails when the stream ends first. */
  async until(part: string): Promise<string> {
    while (!this.text.includes(part)) {
      const { done, value } = await this.#reader.read()
      if (done) assert.fail(`the stream ended before ${part}: ${this.text}`)
      this.text += Buffer.from(value).toString('utf8')
    }
    return this.text
  }

  /** Resolves when the server ends the stream. */
  async end(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) return this.text
      this.text += Buffer.from(value).toString('utf8')
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {})
  }
}

async function open(token: string, more = '', headers: Record<string, string> = {}): Promise<Reader> {
  return new Reader(
    await fetch(`${origin}/api/v2/things/${sampleId}/events?token=${token}${more}`, { headers }),
  )
}

const changed = (text: string, tenantId = 'tenant-a') =>
  app.events.emit('thing.changed', { tenantId, thingId: sampleId, text })

describe('event streams', () => {
  test('200 with a token in the query: the current state first, then events with ids', async () => {
    const reader = await open(app.policy.user())
    assert.equal(reader.response.status, 200)
    assert.equal(reader.response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    assert.equal(reader.response.headers.get('cache-control'), 'no-store')
    assert.equal(reader.response.headers.get('x-content-type-options'), 'nosniff')
    assert.match(reader.response.headers.get('x-ratelimit-remaining') ?? '', /^\d+$/)
    await reader.until('event: thing.status\ndata: {"status":"new"}\n\n')
    const { id } = changed('one')
    await reader.until(`id: ${id}\nevent: thing.changed\ndata: {"tenantId":"tenant-a"`)
  })

  test('200 with a key in a header', async () => {
    const headers = { 'x-api-key': app.policy.key(['sessions:read']) }
    const reader = new Reader(await fetch(`${origin}/api/v2/things/${sampleId}/events`, { headers }))
    await reader.until('thing.status')
  })

  test('401 for a bad token, 403 without the scope, 404 for an unknown thing, 405 for POST', async () => {
    const url = `${origin}/api/v2/things/${sampleId}/events`
    assert.equal((await fetch(`${url}?token=bad`)).status, 401)
    const refused = await fetch(url, { headers: { 'x-api-key': app.policy.key(['leads:read']) } })
    assert.equal(refused.status, 403)
    assert.equal(refused.headers.get('x-required-scopes'), 'sessions:read')
    const token = app.policy.user()
    assert.equal(
      (await fetch(`${origin}/api/v2/things/${crypto.randomUUID()}/events?token=${token}`)).status,
      404,
    )
    assert.equal((await fetch(url, { method: 'POST' })).status, 405)
    assert.equal((await fetch(`${url}?token=${token}`, { headers: { 'x-api-key': 'mf_other' } })).status, 401)
  })

  test('401 for an API key in the query, with a sentence; 200 for it in a header', async () => {
    const key = app.policy.key(['sessions:read'])
    const url = `${origin}/api/v2/things/${sampleId}/events`
    const token = app.policy.user()
    for (const query of [key, 'mf_unknown', `${token}.x`, 'opaque-token', 'a.b', '.', '%00', 'a.b.%00']) {
      const answer = await fetch(`${url}?token=${query}`)
      assert.equal(answer.status, 401, query)
      assert.match(await answer.text(), /access token.*X-API-Key/)
      assert.ok(answer.headers.get('www-authenticate'))
    }
    for (const query of [`token=${key}&token=${token}`, `token=${token}&token=${token}`])
      assert.equal((await fetch(`${url}?${query}`)).status, 401, query)
    const both = await fetch(`${url}?token=${key}`, { headers: { 'x-api-key': key } })
    assert.equal(both.status, 401)
    for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }])
      await new Reader(await fetch(url, { headers })).until('thing.status')
  })

  test('401 for a credential in the query of anything but a stream', async () => {
    for (const query of [`token=${app.policy.user()}`, `api_key=${app.policy.key(['sessions:read'])}`])
      assert.equal((await fetch(`${origin}/api/v2/things?${query}`)).status, 401)
  })

  test('nothing of another tenant, even when the feature would let it through', async () => {
    const reader = await open(app.policy.user())
    await reader.until('thing.status')
    changed('foreign', 'tenant-b')
    changed('own')
    assert.doesNotMatch(await reader.until('own'), /foreign/)
  })

  test('resumes after Last-Event-ID, from the header or the query', async () => {
    const { id } = changed('before')
    changed('missed')
    const byHeader = await open(app.policy.user(), '', { 'last-event-id': id })
    assert.doesNotMatch(await byHeader.until('missed'), /before/)
    const byQuery = await open(app.policy.user(), `&last_event_id=${id}`)
    assert.doesNotMatch(await byQuery.until('missed'), /before/)
  })

  test('a comment line on silence, so that proxies keep the connection', async () => {
    const reader = await open(app.policy.user())
    await reader.until('thing.status')
    app.clock.advance(20_000)
    await reader.until(': still here')
  })

  test('ends when the token expires', async () => {
    const reader = await open(app.policy.user('owner', 'tenant-a', app.clock.nowMs() + 5000))
    await reader.until('thing.status')
    app.clock.advance(5000)
    await reader.end()
  })

  test('ends within a heartbeat when the credential is revoked', async () => {
    const token = app.policy.user()
    const reader = await open(token)
    await reader.until('thing.status')
    app.policy.callers.delete(token)
    app.clock.advance(20_000)
    await reader.end()
  })

  test('ends with the event that says so', async () => {
    const reader = await open(app.policy.user())
    await reader.until('thing.status')
    app.events.emit('thing.deleted', { tenantId: 'tenant-a', thingId: sampleId })
    assert.match(await reader.end(), /event: thing.deleted/)
  })

  test('gives its subscription back when the reader leaves', async () => {
    const before = app.events.openSubscriptions
    const reader = await open(app.policy.user())
    await reader.until('thing.status')
    assert.equal(app.events.openSubscriptions, before + 1)
    await reader.cancel()
    await until('the subscription is given back', () => app.events.openSubscriptions === before || undefined)
  })

  test('a reader that takes nothing costs a bounded amount of memory and learns what it lost', async () => {
    const token = app.policy.user()
    const { port } = new URL(origin)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`GET /api/v2/things/${sampleId}/events?token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
    })
    const waitFor = (part: string) => until(part, () => text.includes(part) || undefined)
    await waitFor('thing.status')
    socket.pause()
    const filler = 'x'.repeat(20_000)
    const before = process.memoryUsage().rss
    for (let i = 0; i < 20_000; i += 1) {
      changed(filler)
      app.events.forget()
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    // 400 MB were told; what waits is 256 events and what the two sockets buffer.
    assert.ok(process.memoryUsage().rss - before < 150_000_000)
    socket.resume()
    await waitFor('event: stream.lost')
    socket.destroy()
  })

  test('ends when the server closes, so that draining does not wait for readers', async () => {
    const other = await createSampleServer({ streams: [stream] })
    const address = await other.http.listen({ port: 0 })
    const token = other.policy.user()
    assert.ok(other.policy instanceof SamplePolicy)
    const reader = new Reader(await fetch(`${address}/api/v2/things/${sampleId}/events?token=${token}`))
    await reader.until('thing.status')
    const startedAt = performance.now()
    await Promise.all([other.http.close(), reader.end()])
    assert.ok(performance.now() - startedAt < 3000)
  })
})

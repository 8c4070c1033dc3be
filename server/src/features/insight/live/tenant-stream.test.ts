import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, afterEach, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import { declaredEvents, findProblem } from '../../../../test/declared-events.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { StreamReader } from '../../../../test/stream-reader.ts'
import { until } from '../../../../test/until.ts'
import { buildReceived } from '../../../../test/webhooks.ts'
import { allScopes, holdsScope, type Scope } from '../../../scopes.ts'
import { messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { bulkChanged } from '../../outreach/bulk/bulk.schema.ts'
import { streamFrames } from './live.schema.ts'

let app: TestApp
let port: number
let tenant: TestTenant
let sessionId: string
/** A credential that outlives the clock of the tests. */
let all: Record<string, string>
const readers: StreamReader[] = []

before(async () => {
  app = await createTestApp()
  port = await app.app.listen()
  tenant = await app.tenant()
  sessionId = (await createSession(tenant.api)).id
  all = { 'x-api-key': await tenant.key(['*']) }
})
after(() => app.close())
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

async function listen(headers: Record<string, string>, query = '', onPort = port): Promise<StreamReader> {
  const reader = await StreamReader.open(`http://127.0.0.1:${onPort}/api/v2/events${query}`, headers)
  readers.push(reader)
  return reader
}

const asOwner = ({ token }: TestTenant) => ({ authorization: `Bearer ${token}` })

const tell = (tenantId: string, text: string, by = app.app) =>
  by.ctx.db.transaction((sql) => by.ctx.events.publish(sql, messageReceived, buildReceived(tenantId, text)))

/** Publishes every event there is, as if it had happened in a session of the tenant. */
async function tellAll(): Promise<void> {
  const { ctx } = app.app
  for (const event of declaredEvents) {
    const payload = { ...event.example, tenantId: tenant.id, sessionId }
    await ctx.db.transaction((sql) => ctx.events.publish(sql, event, payload))
  }
}

suite('the stream of a tenant', () => {
  test('begins with what it will tell, then has every public event in its wire form', async () => {
    const reader = await listen(all)
    const ready = await reader.next('stream.ready')
    assert.deepEqual(
      ready.data.events,
      declaredEvents.map(({ name }) => name),
    )
    await tellAll()
    const frames = streamFrames(declaredEvents)
    for (const { name } of declaredEvents) {
      const schema = frames.get(name)
      assert.ok(schema)
      assert.equal(findProblem(schema, (await reader.next(name)).data), undefined)
    }
  })

  test('tells what two open pages have to agree on: sessions, labels, settings, rules, people, keys', async () => {
    const own = await app.tenant()
    const reader = await listen(asOwner(own))
    await reader.next('stream.ready')
    const { api } = own
    const session = await createSession(api)
    assert.equal((await reader.next('session.updated')).data.session_id, session.id)
    await api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: true })
    assert.equal((await reader.next('session.updated')).data.session_id, session.id)
    const label = await api.post(201, '/labels', { name: 'New', color: '#FF6B35' })
    assert.equal((await reader.next('label.created')).data.label_id, label.id)
    const changes: [() => Promise<unknown>, string][] = [
      [() => api.patch(200, '/tenant/settings', { store_media: true }), 'settings'],
      [() => api.patch(200, '/tenant', { name: 'Renamed' }), 'name'],
      [() => api.put(200, '/antispam/settings', { rate_limit: 5 }), 'antispam'],
      [() => api.post(201, '/antispam/rules', { pattern: 'casino', action: 'flag' }), 'antispam'],
      [() => api.post(200, '/a2a-policy/rules', { pattern: 'secret' }), 'content_policy'],
    ]
    for (const [change, changed] of changes) {
      await change()
      assert.equal((await reader.next('tenant.settings_changed')).data.changed, changed)
    }
    const key = await api.post(201, '/api-keys', { name: 'n8n', preset: 'read_only' })
    assert.equal((await reader.next('api_key.changed')).data.api_key_id, key.id)
    await api.post(201, '/invitations', { email: 'grace@example.com' })
    await reader.next('user.changed')
  })

  test('tells nothing of another tenant', async () => {
    const reader = await listen(all)
    await reader.next('stream.ready')
    await tell((await app.tenant()).id, 'foreign')
    await tell(tenant.id, 'own')
    assert.equal((await reader.next('message.received')).data.message, 'own')
  })

  for (const scope of [...new Set(declaredEvents.map((event) => event.scope))]) {
    test(`a key with ${scope} gets the events it may read and no other`, async () => {
      const reader = await listen({ 'x-api-key': await tenant.key([scope]) })
      await reader.next('stream.ready')
      await tellAll()
      const readable = declaredEvents.filter((event) => holdsScope(new Set([scope]), event.scope))
      for (const { name } of readable) await reader.next(name)
      assert.deepEqual(
        reader.frames.slice(1).map(({ event }) => event),
        readable.map(({ name }) => name),
      )
    })
  }

  test('a key whose scopes belong to no event gets a stream without events', async () => {
    const reader = await listen({ 'x-api-key': await tenant.key(['usage:read']) })
    assert.deepEqual((await reader.next('stream.ready')).data.events, [])
  })

  test('events= asks for some: 422 for unknown names, 403 with the scope for those it may not read', async () => {
    const some = await listen(all, '?events=session.status,%20message.received')
    assert.deepEqual((await some.next('stream.ready')).data.events.sort(), [
      'message.received',
      'session.status',
    ])
    await tellAll()
    await some.next('session.status')
    assert.deepEqual(
      some.frames.slice(1).map(({ event }) => event),
      ['message.received', 'session.status'],
    )
    const unknown = await app.api.with(all).get(422, '/events?events=message.received,message.dreamt')
    assert.match(JSON.stringify(unknown.errors), /events/)
    const leads = await tenant.apiWith(['leads:read'])
    const refused = await leads.call('GET', '/events?events=message.received,lead.detected')
    assert.equal(refused.status, 403)
    assert.equal(refused.headers['x-required-scopes'], 'messages:read')
    await app.api.get(401, '/events')
  })

  test('ends within a heartbeat when its key is revoked, and when its token expires', async () => {
    const own = await app.tenant()
    const key = await own.key(['messages:read'])
    const byKey = await listen({ 'x-api-key': key })
    const byToken = await listen(asOwner(own))
    await byKey.next('stream.ready')
    await byToken.next('stream.ready')
    const [made] = (await own.api.get(200, '/api-keys')) as { id: string }[]
    await own.api.delete(200, `/api-keys/${made?.id}`)
    app.clock.advance(20_000)
    await byKey.end()
    app.clock.advance(30 * 60_000)
    await byToken.end()
  })

  test('has no ids, and what came before is not told again', async () => {
    await tell(tenant.id, 'before')
    const headers = { ...all, 'last-event-id': '019c4c2e-6a00-7000-8000-000000000001' }
    const reader = await listen(headers)
    await reader.next('stream.ready')
    await tell(tenant.id, 'after')
    assert.equal((await reader.next('message.received')).data.message, 'after')
    assert.deepEqual(
      reader.frames.map(({ event }) => event),
      ['stream.ready', 'message.received'],
    )
  })

  test('of what changes all the time the first and the last of each second are told', async () => {
    const reader = await listen(all)
    await reader.next('stream.ready')
    const change = (jobId: string) =>
      app.app.ctx.events.publish(app.app.ctx.db.sql, bulkChanged, {
        ...bulkChanged.example,
        tenantId: tenant.id,
        jobId,
      })
    for (let round = 0; round < 50; round += 1) await change('busy')
    await change('other')
    assert.equal((await reader.next('bulk_send.changed')).data.job_id, 'busy')
    assert.equal((await reader.next('bulk_send.changed')).data.job_id, 'other')
    app.clock.advance(1000)
    assert.equal((await reader.next('bulk_send.changed')).data.job_id, 'busy')
    await tell(tenant.id, 'end')
    await reader.next('message.received')
    assert.equal(reader.frames.filter(({ event }) => event === 'bulk_send.changed').length, 3)
  })

  test('a reader that takes nothing is told so in its last event, and costs a bounded amount of memory', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /api/v2/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${all['x-api-key']}\r\n\r\n`)
    let text = ''
    let hasEnded = false
    socket.on('data', (chunk) => {
      text = (text + chunk.toString('utf8')).slice(-2000)
    })
    socket.on('end', () => {
      hasEnded = true
    })
    await until('the stream', () => text.includes('stream.ready') || undefined)
    socket.pause()
    // More than wait for a reader at most, beside what the socket takes.
    const filler = 'x'.repeat(3000)
    for (let i = 0; i < 50; i += 1)
      await app.app.ctx.events.publishMany(
        app.app.ctx.db.sql,
        messageReceived,
        Array.from({ length: 200 }, () => buildReceived(tenant.id, filler)),
      )
    socket.resume()
    await until('the end', () => /event: stream.lost\ndata: \{"lost":\d+\}\n\n/.test(text) || undefined)
    await until('the end of the answer', () => hasEnded || text.endsWith('0\r\n\r\n') || undefined)
    assert.doesNotMatch(text.slice(text.indexOf('stream.lost')), /message\.received/)
    socket.destroy()
  })

  test('two hundred streams get every event, and give everything back', async () => {
    const before = app.app.ctx.events as unknown as { subscriptionCount: number }
    const count = before.subscriptionCount
    const [first, second] = [await app.tenant(), await app.tenant()]
    const keys = [await first.key(['messages:read']), await second.key(['messages:read'])]
    const many = await Promise.all(
      Array.from({ length: 200 }, (_, n) => listen({ 'x-api-key': keys[n % 2] ?? '' })),
    )
    await Promise.all(many.map((reader) => reader.next('stream.ready')))
    // As many as a tenant may have; one more is told so, and there is room again when one goes.
    const refused = await app.api.with({ 'x-api-key': keys[0] ?? '' }).call('GET', '/events')
    assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_streams'])
    assert.equal(refused.headers['retry-after'], '30')
    for (const { id } of [first, second]) await tell(id, 'to all')
    const got = await Promise.all(many.map((reader) => reader.next('message.received')))
    assert.ok(got.every(({ data }) => data.message === 'to all'))
    await Promise.all(many.map((reader) => reader.close()))
    await until('all are given back', () => before.subscriptionCount <= count || undefined)
    await (await listen({ 'x-api-key': keys[0] ?? '' })).next('stream.ready')
  })

  test('a tenant with 1000 changes at once loses none of them', async () => {
    const reader = await listen(all)
    await reader.next('stream.ready')
    const texts = Array.from({ length: 1000 }, (_, n) => `message ${n}`)
    const payloads = texts.map((text) => buildReceived(tenant.id, text))
    await app.app.ctx.events.publishMany(app.app.ctx.db.sql, messageReceived, payloads)
    for (const text of texts) assert.ok((await reader.next('message.received')).data.message === text)
  })

  test('ends when the server stops', async () => {
    const other = await createTestApp()
    const own = await other.tenant()
    const reader = await listen(asOwner(own), '', await other.app.listen())
    await reader.next('stream.ready')
    await Promise.all([other.close(), reader.end()])
  })

  test('every event names a scope that somebody can hold', () => {
    const known: readonly Scope[] = allScopes
    assert.ok(declaredEvents.every(({ scope }) => known.includes(scope)))
  })

  test('tells what another process did, whatever its size', { skip: !isServerTest }, async () => {
    const second = await startSecondProcess(app)
    try {
      const here = await listen(all)
      const there = await listen(all, '', await second.app.listen())
      await here.next('stream.ready')
      await there.next('stream.ready')
      const large = 'ä😀'.repeat(5000)
      for (const [by, text] of [
        [app.app, 'from the first'],
        [second.app, 'from the second'],
        [app.app, large],
      ] as const) {
        await tell(tenant.id, text, by)
        for (const reader of [here, there])
          assert.ok((await reader.next('message.received')).data.message === text)
      }
    } finally {
      for (const reader of readers.splice(0)) await reader.close()
      await second.close()
    }
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { applyState } from '../src/features/sessions/lifecycle/sessions.service.ts'
import { ApiClient, fetchDoor } from './api-client.ts'
import { buildStateChange, createSession, createWebhook } from './builders.ts'
import { createTestApp, type TestApp } from './harness.ts'
import { openWebhookReceiver } from './webhook-receiver.ts'

let harness: TestApp

before(async () => {
  harness = await createTestApp()
})
after(() => harness.close())

describe('the harness', () => {
  test('two tenants see nothing of each other', async () => {
    const [one, other] = [await harness.tenant(), await harness.tenant()]
    const session = await createSession(one.api)
    assert.deepEqual(await other.api.get(200, '/sessions'), [])
    await other.api.get(404, `/sessions/${session.id}`)
    const reader = await one.apiWith(['sessions:read'])
    assert.equal((await reader.get(200, '/sessions')).length, 1)
    await reader.post(403, '/sessions', { name: 'no' })
  })

  test('a wrong status fails with what the server said', async () => {
    const { api } = await harness.tenant()
    await assert.rejects(api.post(201, '/sessions', {}), /answered 422: .*name: field required/)
  })

  test('over a socket the answers are the same', async () => {
    const { token, api } = await harness.tenant()
    const session = await createSession(api)
    const port = await harness.app.listen()
    const remote = new ApiClient(fetchDoor(`http://127.0.0.1:${port}`), { authorization: `Bearer ${token}` })
    assert.deepEqual(await remote.get(200, '/sessions'), [session])
  })

  test('jobs run when the test says so, and a receiver gets what they deliver', async () => {
    await using receiver = await openWebhookReceiver()
    const { api, id: tenantId } = await harness.tenant()
    await createWebhook(api, { url: `${receiver.url}/hook`, events: ['session.status'] })
    const session = await createSession(api)
    await applyState(harness.app.ctx, buildStateChange({ tenantId, sessionId: session.id }))
    await assert.rejects(receiver.next(undefined, 50), /no such delivery within 50 ms/)
    await harness.runJobs()
    const delivery = await receiver.next(({ path }) => path === '/hook')
    assert.equal(delivery.body.event, 'session.status')
  })

  test('a receiver answers what the test sets', async () => {
    await using receiver = await openWebhookReceiver()
    receiver.answer({ status: 503, headers: { 'retry-after': '9' }, body: 'later' })
    const refused = await fetch(receiver.url, { method: 'POST', body: '{"n":1}' })
    assert.deepEqual(
      [refused.status, refused.headers.get('retry-after'), await refused.text()],
      [503, '9', 'later'],
    )
    receiver.answer(({ body }) => ({ status: body.n === 2 ? 200 : 410 }))
    assert.equal((await fetch(receiver.url, { method: 'POST', body: '{"n":2}' })).status, 200)
    assert.equal(receiver.received.length, 2)
    assert.equal((await receiver.next(({ body }) => body.n === 2)).raw.toString(), '{"n":2}')
  })
})

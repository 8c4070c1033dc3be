import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { buildReceived, lastOf, openWebhooks, type Webhooks } from '../../../../test/webhooks.ts'
import { messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { sessionConnected } from '../../sessions/lifecycle/sessions.schema.ts'
import { webhookDeactivated } from '../notices/notices.schema.ts'
import { deliverJob, pruneJob } from './webhooks.schema.ts'

const hour = 3_600_000

let app: Webhooks

const setUp: Webhooks['setUp'] = (...input) => app.setUp(...input)
const receive: Webhooks['receive'] = (...input) => app.receive(...input)

suite('deliveries', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  test('posts the envelope with both signatures over the exact bytes', async () => {
    const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
    await using hook = await setUp({ secret })
    await receive(hook.tenantId, 'Grüße 👋')
    await app.runJobs()
    const { headers, raw, body } = lastOf(hook)
    const [delivery] = await hook.deliveries()
    assert.equal(body.id, delivery.id)
    assert.equal(body.event, 'message.received')
    assert.equal(body.timestamp, '2026-02-11T10:00:00Z')
    assert.equal(body.data['message'], 'Grüße 👋')
    assert.equal(body.data['direction'], 'inbound')
    assert.equal(body.data['sender_phone'], '+15550123456')
    assert.equal(headers['x-webhook-event'], 'message.received')
    assert.equal(headers['x-webhook-delivery'], delivery.id)
    assert.equal(headers['x-webhook-signature'], createHmac('sha256', secret).update(raw).digest('hex'))
    const signed = Buffer.concat([Buffer.from(`${delivery.id}.${headers['webhook-timestamp']}.`), raw])
    const expected = createHmac('sha256', Buffer.alloc(24, 1)).update(signed).digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${expected}`)
    assert.equal(delivery.status, 'delivered')
    assert.equal(delivery.attempts, 1)
    assert.equal(delivery.status_code, 200)
    assert.equal((await hook.read()).last_delivery_at, '2026-02-11T10:00:00Z')
  })

  test('goes to every active webhook that wants the event, and to no other tenant', async () => {
    await using first = await setUp()
    await using second = await setUp()
    await using sessions = await setUp({ events: ['session.connected'] })
    await second.api.post(201, '/webhooks', {
      url: second.endpoint.url,
      events: ['message.received'],
    })
    await second.api.post(201, '/webhooks', {
      url: second.endpoint.url,
      events: ['message.received'],
      is_active: false,
    })
    await receive(second.tenantId, 'a', 'b')
    await receive(sessions.tenantId, 'unwanted')
    await app.ctx.db.transaction((sql) =>
      app.ctx.events.publish(sql, sessionConnected, {
        tenantId: sessions.tenantId,
        sessionId: randomUUID(),
        name: 'Front desk',
        status: 'working',
        previousStatus: 'qr_code',
        phoneNumber: '15550123456',
        statusReason: null,
        error: null,
        until: null,
        cause: null,
      }),
    )
    await app.runJobs()
    assert.equal(first.endpoint.received.length, 0)
    assert.equal(second.endpoint.received.length, 4)
    assert.deepEqual(
      sessions.endpoint.received.map((one) => one.body.event),
      ['session.connected'],
    )
    assert.equal(lastOf(sessions).body.data['previous_status'], 'qr_code')
  })

  test('nothing is delivered of a change that rolls back', async () => {
    await using hook = await setUp()
    await assert.rejects(
      app.ctx.db.transaction(async (sql) => {
        await app.ctx.events.publish(sql, messageReceived, buildReceived(hook.tenantId, 'undone'))
        throw new Error('no')
      }),
    )
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 0)
  })

  test('stored text is encrypted', async () => {
    await using hook = await setUp()
    await receive(hook.tenantId, 'a very private text')
    const { rows } = await app.database.db.pool.query(
      'select body from webhook_deliveries where webhook_id = $1',
      [hook.id],
    )
    assert.ok(!rows[0].body.toString().includes('private'))
  })

  test('retries on the schedule under the same id, logs each attempt, then fails', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 500, body: 'x'.repeat(5000) })
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    const [pending] = await hook.deliveries('?status=pending')
    assert.equal(pending.attempts, 1)
    assert.equal(pending.error, 'HTTP 500')
    assert.ok(
      pending.next_attempt_at >= '2026-02-11T10:00:04Z' && pending.next_attempt_at <= '2026-02-11T10:00:06Z',
    )
    app.clock.advance(3_900)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 1, 'too early')
    app.clock.advance(2_200)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 2)
    app.clock.advance(361_000)
    await app.runJobs()
    app.clock.jump(48 * hour)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 3)
    assert.equal(
      new Set(hook.endpoint.received.map((one) => one.headers['webhook-id'] ?? one.body.id)).size,
      1,
    )
    const detail = (await hook.api.call('GET', `${hook.path}/deliveries/${pending.id}`)).body
    assert.equal(detail.status, 'failed')
    assert.equal(detail.next_attempt_at, null)
    assert.deepEqual(
      detail.attempt_log.map((one: { number: number }) => one.number),
      [1, 2, 3],
    )
    assert.equal(detail.attempt_log[0].response, 'x'.repeat(2048))
    assert.equal((await hook.read()).failure_count, 3)
  })

  test('a success after failures clears the count', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    hook.endpoint.answer({ status: 204 })
    app.clock.advance(10_000)
    await app.runJobs()
    assert.equal((await hook.read()).failure_count, 0)
    assert.equal((await hook.deliveries())[0].status, 'delivered')
  })

  for (const [what, status] of Object.entries({ success: 200, failure: 500 })) {
    test(`a ${what} that was stored is not attempted again when a crash repeats the job`, async () => {
      await using hook = await setUp()
      hook.endpoint.answer({ status })
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
      const { tenantId, id: webhookId } = hook
      const deliveryId = lastOf(hook).body.id
      await app.ctx.jobs.add(app.ctx.db.sql, deliverJob, { tenantId, webhookId, deliveryId, round: 1 })
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 1)
    })
  }

  test('Retry-After is honoured', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 429, headers: { 'retry-after': '120' } })
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    app.clock.advance(119_000)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 1)
    app.clock.advance(2_000)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 2)
  })

  test('redirects are failures and are not followed', async () => {
    await using target = await setUp()
    await using hook = await setUp()
    hook.endpoint.answer({ status: 302, headers: { location: target.endpoint.url } })
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    assert.equal(target.endpoint.received.length, 0)
    assert.equal((await hook.deliveries())[0].error, 'HTTP 302: redirects are not followed')
  })

  test('an address that is private at the time of delivery is not connected to', async () => {
    await using hook = await setUp()
    app.ctx.config.outgoingAllow = []
    try {
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
    } finally {
      app.ctx.config.outgoingAllow = ['127.0.0.1']
    }
    assert.equal(hook.endpoint.received.length, 0)
    const [delivery] = await hook.deliveries()
    assert.equal(delivery.status, 'pending')
    assert.equal(delivery.status_code, null)
    assert.match(delivery.error, /private|https/)
  })

  test('an endpoint that cannot be reached is a failure that never names the address', async () => {
    await using hook = await setUp()
    await hook.endpoint.close()
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    const [delivery] = await hook.deliveries()
    assert.match(delivery.error, /^The connection failed/)
    assert.ok(!delivery.error.includes('127.0.0.1'))
  })

  test('410 deactivates at once and publishes it; what waits fails', async () => {
    await using hook = await setUp()
    const told = app.ctx.events.subscribe({ names: [webhookDeactivated.name] })
    hook.endpoint.answer({ status: 410 })
    await receive(hook.tenantId, 'one')
    await app.runJobs()
    const webhook = await hook.read()
    assert.equal(webhook.is_active, false)
    assert.match(webhook.last_error, /410/)
    const next = await told[Symbol.asyncIterator]().next()
    assert.deepEqual((next.value as { payload: unknown }).payload, {
      tenantId: hook.tenantId,
      webhookId: hook.id,
      name: '127.0.0.1',
      reason: 'gone',
    })
    told.close()
    await receive(hook.tenantId, 'two')
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 1)
  })

  test('failing for 120 hours without a success deactivates; activating again starts anew', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 500 })
    for (let hours = 0; hours < 120; hours += 24) {
      await receive(hook.tenantId, `after ${hours} h`)
      await app.runJobs()
      assert.equal((await hook.read()).is_active, true, `${hours} h`)
      app.clock.jump(24 * hour)
    }
    await receive(hook.tenantId, 'the last one')
    await app.runJobs()
    const webhook = await hook.read()
    assert.equal(webhook.is_active, false)
    assert.match(webhook.last_error, /120 hours/)
    const revived = await hook.api.call('PATCH', hook.path, { body: { is_active: true } })
    assert.equal(revived.body.failure_count, 0)
    assert.equal(revived.body.last_error, null)
    await receive(hook.tenantId, 'again')
    await app.runJobs()
    assert.equal((await hook.read()).is_active, true)
  })

  test('failures far apart are separate incidents', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 500 })
    for (let round = 0; round < 4; round += 1) {
      await receive(hook.tenantId, `round ${round}`)
      await app.runJobs()
      // Retries end before the gap begins.
      app.clock.advance(hour)
      await app.runJobs()
      app.clock.jump(60 * hour)
    }
    assert.equal((await hook.read()).is_active, true)
  })

  test('deliveries and their texts are gone after 7 days', async () => {
    await using hook = await setUp()
    await receive(hook.tenantId, 'hello')
    await app.runJobs()
    app.clock.jump(7 * 24 * hour + 1000)
    await app.ctx.jobs.add(app.ctx.db.sql, pruneJob, {})
    await app.runJobs()
    assert.deepEqual(await hook.deliveries(), [])
    const { rows } = await app.database.db.pool.query(
      'select count(*)::int as n from webhook_attempts where tenant_id = $1',
      [hook.tenantId],
    )
    assert.equal(rows[0].n, 0)
  })
})

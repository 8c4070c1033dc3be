import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { lastOf, openWebhooks, type Webhooks } from '../../../../test/webhooks.ts'
import { seal } from '../../../platform/secrets.ts'
import { sealStoredUrls } from './webhooks.service.ts'

const hour = 3_600_000

let app: Webhooks

const setUp: Webhooks['setUp'] = (...input) => app.setUp(...input)
const receive: Webhooks['receive'] = (...input) => app.receive(...input)

suite('webhooks', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  suite('webhooks.create', () => {
    test('201 with the documented keys, the host as name and never the secret', async () => {
      const { api } = await app.tenant()
      const body = {
        url: 'https://example.com/hook?token=1',
        events: ['message.received'],
        secret: 'top secret',
      }
      const { status, body: webhook } = await api.call('POST', '/webhooks', { body })
      assert.equal(status, 201)
      assert.deepEqual(webhook, {
        id: webhook.id,
        name: 'example.com',
        url: body.url,
        events: ['message.received'],
        is_active: true,
        created_at: '2026-02-11T10:00:00Z',
        has_secret: true,
        last_delivery_at: null,
        failure_count: 0,
        last_error: null,
        updated_at: '2026-02-11T10:00:00Z',
        failing_since: null,
        next_try_at: null,
      })
      const { rows } = await app.database.db.pool.query('select * from webhooks where id = $1', [webhook.id])
      assert.ok(!rows[0].secret.toString().includes('top secret'))
      assert.ok(!JSON.stringify(rows[0]).includes('token=1'), 'the address is sealed like the secret')
    })

    test('addresses of the time before they were sealed are sealed at the next start, and work meanwhile', async () => {
      await using hook = await setUp()
      const { db } = app.database
      await db.pool.query('UPDATE webhooks SET url = $1 WHERE id = $2', [hook.endpoint.url, hook.id])
      assert.equal((await hook.api.get(200, hook.path)).url, hook.endpoint.url)
      await sealStoredUrls(app.app.ctx)
      const { rows } = await db.pool.query('SELECT url FROM webhooks WHERE id = $1', [hook.id])
      assert.doesNotMatch(rows[0].url, /:/)
      assert.equal((await hook.api.get(200, hook.path)).url, hook.endpoint.url)
      await receive(hook.tenantId, 'after it')
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 1)
    })

    test('an address that another installation key sealed is listed as unreadable, and replaced by a new one', async () => {
      await using hook = await setUp()
      const other = seal(
        { secretKey: Buffer.alloc(32, 9).toString('base64') },
        `webhooks.url:${hook.id}`,
        Buffer.from('x'),
      )
      await app.database.db.pool.query('UPDATE webhooks SET url = $1 WHERE id = $2', [
        other.toString('base64'),
        hook.id,
      ])
      assert.match((await hook.api.get(200, hook.path)).url, /^unreadable/)
      const tried = await hook.api.post(200, `${hook.path}/test`)
      assert.deepEqual([tried.success, /installation key/.test(tried.error)], [false, true])
      await receive(hook.tenantId, 'under the other key')
      await app.runJobs()
      const [{ attempts, status, error }] = await hook.deliveries()
      assert.deepEqual([attempts, status, /installation key/.test(error)], [1, 'pending', true])
      const { url } = hook.endpoint
      assert.equal((await hook.api.patch(200, hook.path, { url })).url, url)
      await app.runJobs()
      app.clock.advance(5000)
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 1)
    })

    for (const url of [
      'http://example.com/x',
      'ftp://example.com',
      'https://10.0.0.1/',
      'https://[::1]/',
      'https://169.254.169.254/latest',
      'https://metadata.google.internal/',
      'https://user:pw@example.com/',
    ]) {
      test(`400 for the address ${url}`, async () => {
        const { api } = await app.tenant()
        const body = await api.post(400, '/webhooks', { url, events: ['message.sent'] })
        assert.equal(typeof body.detail, 'string')
      })
    }

    for (const [what, change] of Object.entries({
      'an unknown event': { events: ['message.imagined'] },
      'webhook.test, which cannot be subscribed to': { events: ['webhook.test'] },
      'no event': { events: [] },
      'an empty name': { name: '' },
      'an empty secret': { secret: '' },
      'a secret with NUL': { secret: 'a\0b' },
      'a text that is no URL': { url: 'example' },
    })) {
      test(`422 for ${what}`, async () => {
        const body = { url: 'https://example.com/', events: ['message.sent'], ...change }
        const { api } = await app.tenant()
        await api.post(422, '/webhooks', body)
      })
    }
  })

  suite('webhooks.get, update, delete', () => {
    test('404 for another tenant, whatever is asked', async () => {
      await using hook = await setUp()
      const { api } = await app.tenant()
      const id = randomUUID()
      for (const [method, path, body] of [
        ['GET', hook.path],
        ['PATCH', hook.path, { name: 'Mine' }],
        ['DELETE', hook.path],
        ['POST', `${hook.path}/test`],
        ['GET', `${hook.path}/deliveries`],
        ['GET', `${hook.path}/deliveries/${id}`],
        ['POST', `${hook.path}/deliveries/${id}/resend`],
        ['POST', `${hook.path}/recover`, { since: '2026-02-11T00:00:00Z' }],
      ] as const) {
        assert.equal((await api.call(method, path, { body })).status, 404, `${method} ${path}`)
      }
      assert.deepEqual(await api.get(200, '/webhooks'), [])
      assert.equal((await hook.read()).id, hook.id)
    })

    test('200 changes what is given; a secret of null makes deliveries unsigned', async () => {
      await using hook = await setUp({ secret: 'one' })
      const changed = await hook.api.call('PATCH', hook.path, { body: { name: 'Two', secret: null } })
      assert.equal(changed.status, 200)
      assert.equal(changed.body.name, 'Two')
      assert.equal(changed.body.has_secret, false)
      assert.deepEqual(changed.body.events, ['message.received'])
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
      assert.equal(lastOf(hook).headers['x-webhook-signature'], undefined)
      assert.equal(lastOf(hook).headers['webhook-signature'], undefined)
    })

    test('400 when the new address is refused', async () => {
      await using hook = await setUp()
      assert.equal(
        (await hook.api.call('PATCH', hook.path, { body: { url: 'https://192.168.1.1/' } })).status,
        400,
      )
    })

    test('200 deletes what waits to be delivered as well', async () => {
      await using hook = await setUp()
      await receive(hook.tenantId, 'never seen')
      const deleted = await hook.api.call('DELETE', hook.path)
      assert.deepEqual(deleted.body, { status: 'deleted', id: hook.id })
      await app.runJobs()
      await receive(hook.tenantId, 'nor this')
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 0)
      assert.equal((await hook.api.call('GET', hook.path)).status, 404)
    })
  })

  suite('webhooks.test', () => {
    test('200 with the outcome, signed, and nothing is stored', async () => {
      await using hook = await setUp({ secret: 'abc' })
      const { status, body } = await hook.api.call('POST', `${hook.path}/test`)
      assert.equal(status, 200)
      assert.deepEqual(body, { success: true, status_code: 200, duration_ms: body.duration_ms, error: null })
      assert.equal(lastOf(hook).body.event, 'webhook.test')
      assert.deepEqual(lastOf(hook).body.data, { webhook_id: hook.id, message: 'test' })
      assert.ok(lastOf(hook).headers['x-webhook-signature'])
      assert.deepEqual(await hook.deliveries(), [])
    })

    test('200 also when the receiver fails', async () => {
      await using hook = await setUp()
      hook.endpoint.answer({ status: 500 })
      const failed = await hook.api.call('POST', `${hook.path}/test`)
      assert.equal(failed.status, 200)
      assert.deepEqual(
        { ...failed.body, duration_ms: 0 },
        { success: false, status_code: 500, duration_ms: 0, error: 'HTTP 500' },
      )
      await hook.endpoint.close()
      const dead = await hook.api.call('POST', `${hook.path}/test`)
      assert.equal(dead.status, 200)
      assert.equal(dead.body.success, false)
      assert.equal(dead.body.status_code, null)
    })
  })

  suite('webhooks.list_deliveries', () => {
    test('200 pages newest first, with an exact total', async () => {
      await using hook = await setUp()
      await receive(hook.tenantId, 'a', 'b', 'c')
      await app.runJobs()
      const { body } = await hook.api.call('GET', `${hook.path}/deliveries?limit=2&offset=1&status=delivered`)
      assert.equal(body.total, 3)
      assert.equal(body.limit, 2)
      assert.equal(body.offset, 1)
      assert.equal(body.deliveries.length, 2)
      assert.equal((await hook.api.call('GET', `${hook.path}/deliveries?status=lost`)).status, 422)
    })
  })

  suite('webhooks.resend_delivery and webhooks.recover', () => {
    test('resend sends a delivered one again under the same id', async () => {
      await using hook = await setUp()
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
      const { body } = lastOf(hook)
      const again = await hook.api.call('POST', `${hook.path}/deliveries/${body.id}/resend`)
      assert.equal(again.status, 200)
      assert.equal(again.body.status, 'pending')
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 2)
      assert.deepEqual(lastOf(hook).body, body)
      const [delivery] = await hook.deliveries()
      assert.equal(delivery.attempts, 2)
    })

    test('resend of a waiting one replaces its waiting retry', async () => {
      await using hook = await setUp()
      hook.endpoint.answer({ status: 500 })
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
      hook.endpoint.answer({ status: 200 })
      await hook.api.call('POST', `${hook.path}/deliveries/${lastOf(hook).body.id}/resend`)
      await app.runJobs()
      app.clock.advance(hour)
      await app.runJobs()
      assert.equal(hook.endpoint.received.length, 2)
    })

    test('recover sends everything since a timestamp that was not delivered', async () => {
      await using hook = await setUp()
      hook.endpoint.answer({ status: 500 })
      await receive(hook.tenantId, 'too old')
      await app.runJobs()
      app.clock.advance(hour)
      await app.runJobs()
      await app.runJobs({ includeDelayed: true })
      const since = new Date(app.clock.nowMs()).toISOString()
      app.clock.advance(1000)
      await receive(hook.tenantId, 'one', 'two')
      await app.runJobs()
      hook.endpoint.answer({ status: 200 })
      await receive(hook.tenantId, 'delivered')
      await app.runJobs()
      const before = hook.endpoint.received.length
      const { status, body } = await hook.api.call('POST', `${hook.path}/recover`, { body: { since } })
      assert.equal(status, 200)
      assert.equal(body.recovered, 2)
      await app.runJobs()
      const texts = hook.endpoint.received.slice(before).map((one) => one.body.data['message'])
      assert.deepEqual(texts.sort(), ['one', 'two'])
    })

    test('400 while the webhook is not active, 422 for a timestamp in the future', async () => {
      await using hook = await setUp()
      await receive(hook.tenantId, 'hello')
      await app.runJobs()
      const later = new Date(app.clock.nowMs() + hour).toISOString()
      assert.equal(
        (await hook.api.call('POST', `${hook.path}/recover`, { body: { since: later } })).status,
        422,
      )
      assert.equal((await hook.api.call('POST', `${hook.path}/recover`, { body: {} })).status, 422)
      await hook.api.call('PATCH', hook.path, { body: { is_active: false } })
      const since = '2026-02-11T00:00:00+01:00'
      assert.equal((await hook.api.call('POST', `${hook.path}/recover`, { body: { since } })).status, 400)
      const resend = `${hook.path}/deliveries/${lastOf(hook).body.id}/resend`
      assert.equal((await hook.api.call('POST', resend)).status, 400)
      assert.equal((await hook.deliveries())[0].status, 'delivered')
    })
  })
})

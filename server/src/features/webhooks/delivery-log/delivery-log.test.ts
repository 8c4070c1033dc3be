import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createWebhook } from '../../../../test/builders.ts'
import { openWebhooks, type Webhooks } from '../../../../test/webhooks.ts'

let app: Webhooks

before(async () => {
  app = await openWebhooks()
})
after(() => app.close())

suite('the deliveries of all webhooks', () => {
  test('200 with those of every webhook, newest first, counted by status whatever status is asked for', async () => {
    await using hook = await app.setUp({ name: 'First' })
    const second = await createWebhook(hook.api, { url: `${hook.endpoint.url}/second`, name: 'Second' })
    await app.receive(hook.tenantId, 'one')
    await app.runJobs()
    hook.endpoint.answer({ status: 500 })
    await app.receive(hook.tenantId, 'two')
    await app.runJobs()
    const log = await hook.api.get(200, '/webhooks/deliveries')
    assert.deepEqual(log.counts, { delivered: 2, failed: 0, pending: 2 })
    assert.equal(log.total, 4)
    assert.deepEqual(
      log.deliveries.map((one: { status: string }) => one.status),
      ['pending', 'pending', 'delivered', 'delivered'],
    )
    const pending = await hook.api.get(200, `/webhooks/deliveries?status=pending&webhook_id=${second.id}`)
    assert.deepEqual([pending.total, pending.counts], [1, { delivered: 1, failed: 0, pending: 1 }])
    assert.deepEqual(
      [pending.deliveries[0].webhook_id, pending.deliveries[0].webhook_name],
      [second.id, 'Second'],
    )
    assert.equal((await hook.api.get(200, '/webhooks/deliveries?event=lead.detected')).total, 0)
    const now = app.clock.now().toISOString()
    assert.equal((await hook.api.get(200, `/webhooks/deliveries?until=${now}&since=${now}`)).total, 0)
    const paged = await hook.api.get(200, '/webhooks/deliveries?limit=1&offset=2')
    assert.deepEqual(paged.deliveries, log.deliveries.slice(2, 3))
    const [webhook] = await hook.api.get(200, '/webhooks')
    assert.ok(webhook.failing_since !== null && webhook.next_try_at !== null)
    const { api: foreign } = await app.tenant()
    assert.equal((await foreign.get(200, '/webhooks/deliveries')).total, 0)
  })

  test('the hours of a day are counted by what became of their deliveries, those without any among them', async () => {
    await using hook = await app.setUp()
    await app.receive(hook.tenantId, 'one', 'two')
    await app.runJobs()
    app.clock.advance(2 * 3_600_000)
    hook.endpoint.answer({ status: 500 })
    await app.receive(hook.tenantId, 'three')
    await app.runJobs()
    const { hours } = await hook.api.get(200, `/webhooks/deliveries/hours?webhook_id=${hook.id}`)
    const last = hours.slice(-3).map((hour: Record<string, unknown>) => Object.values(hour).slice(1))
    assert.deepEqual(last, [
      [2, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ])
    assert.equal(hours.length, 24)
    assert.ok(Date.parse(hours.at(-1).hour) <= app.clock.now().getTime())
    const none = await hook.api.get(200, '/webhooks/deliveries/hours?event=lead.detected&hours=2')
    assert.deepEqual(
      none.hours.map(({ delivered, pending }: Record<string, number>) => [delivered, pending]),
      [
        [0, 0],
        [0, 0],
      ],
    )
    for (const wrong of ['hours=0', 'hours=169', 'webhook_id=x'])
      await hook.api.get(422, `/webhooks/deliveries/hours?${wrong}`)
    const { api: foreign } = await app.tenant()
    const theirs = await foreign.get(200, `/webhooks/deliveries/hours?webhook_id=${hook.id}`)
    assert.equal(theirs.hours.at(-1).pending, 0)
  })

  test('what is posted is shown to whoever may read what its event tells', async () => {
    await using hook = await app.setUp()
    await app.receive(hook.tenantId, 'Is it open?')
    await app.runJobs()
    const [delivery] = await hook.deliveries()
    const path = `${hook.path}/deliveries/${delivery.id}/request`
    const request = await hook.api.get(200, path)
    assert.deepEqual(request.body, hook.endpoint.received[0]?.body)
    assert.equal(request.url, hook.endpoint.url)
    const { raw_key: key } = await hook.api.post(201, '/api-keys', {
      name: 'log',
      scopes: ['webhooks:read'],
    })
    const blind = await app.api.with({ 'x-api-key': key }).get(200, path)
    assert.deepEqual([blind.body, blind.required_scope], [null, 'messages:read'])
    await (await app.tenant()).api.get(404, path)
  })

  test('deliveries are sent again, named or found by a filter that finds as many as were confirmed', async () => {
    await using hook = await app.setUp()
    await app.receive(hook.tenantId, 'one', 'two', 'three')
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 3)
    const [first] = await hook.deliveries()
    const named = await hook.api.post(200, '/webhooks/deliveries/resend', {
      delivery_ids: [first.id, first.id, crypto.randomUUID()],
    })
    assert.deepEqual(named, { resent: 1, skipped: 1 })
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 4)
    const filter = { status: 'delivered' }
    const refused = await hook.api.post(409, '/webhooks/deliveries/resend', { filter, expected_count: 2 })
    assert.deepEqual([refused.code, refused.count], ['deliveries_changed', 3])
    assert.deepEqual(await hook.api.post(200, '/webhooks/deliveries/resend', { filter, expected_count: 3 }), {
      resent: 3,
      skipped: 0,
    })
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, 7)
    await hook.api.patch(200, hook.path, { is_active: false })
    assert.deepEqual(
      await hook.api.post(200, '/webhooks/deliveries/resend', { filter: {}, expected_count: 3 }),
      { resent: 0, skipped: 3 },
    )
    for (const wrong of [{}, { filter: {} }, { expected_count: 1 }, { delivery_ids: [first.id], filter: {} }])
      await hook.api.post(422, '/webhooks/deliveries/resend', wrong)
  })
})

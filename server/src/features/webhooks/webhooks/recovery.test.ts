import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { openWebhooks, type TestHook, type Webhooks } from '../../../../test/webhooks.ts'
import { webhookDeactivated } from '../notices/notices.schema.ts'

const hour = 3_600_000

let app: Webhooks

const setUp: Webhooks['setUp'] = (...input) => app.setUp(...input)
const receive: Webhooks['receive'] = (...input) => app.receive(...input)
const textsOf = (hook: TestHook, from = 0) =>
  hook.endpoint.received.slice(from).map(({ body }) => body.data.message)
const numbered = (count: number, prefix = 'n') => Array.from({ length: count }, (_, n) => `${prefix} ${n}`)

/** Lets time pass in small steps, as it does. */
async function pass(ms: number, stepMs = 1000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    app.clock.advance(stepMs)
    await app.runJobs()
  }
}

/** Lets time pass until so much has arrived; answers after how long. */
async function passUntil(
  hook: TestHook,
  isReached: () => Promise<boolean>,
  limitMs: number,
): Promise<number> {
  for (let passed = 0; passed <= limitMs; passed += 1000) {
    await app.runJobs()
    if (await isReached()) return passed
    app.clock.advance(1000)
  }
  assert.fail(`not within ${limitMs} ms: ${JSON.stringify((await hook.deliveries()).slice(-3))}`)
}

const areAllDelivered = async (hook: TestHook) =>
  (await hook.deliveries('?limit=100')).every(({ status }) => status === 'delivered')

suite('a receiver that was away', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  for (const status of [500, 503]) {
    test(`for a minute (${status}) gets what waits at most 10 s after its return, one delivery or many`, async () => {
      await using one = await setUp()
      await using many = await setUp()
      for (const hook of [one, many]) hook.endpoint.answer({ status })
      await receive(one.tenantId, 'alone')
      await receive(many.tenantId, ...numbered(30))
      await app.runJobs()
      await pass(60_000, 2500)
      const asked = one.endpoint.received.length
      assert.ok(asked >= 5 && asked <= 14, `asked ${asked} times in a minute`)
      for (const hook of [one, many]) hook.endpoint.answer({})
      for (const hook of [one, many]) await passUntil(hook, () => areAllDelivered(hook), 10_000)
    })
  }

  test('is asked also when somebody looks in the very millisecond of the probe', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    await receive(hook.tenantId, 'alone')
    await app.runJobs()
    const { rows } = await app.ctx.db.sql.execute<{ at: string }>(text`
      SELECT probe_at::text AS at FROM webhooks WHERE id = ${hook.id}`)
    const probeAtMs = new Date(rows[0]?.at ?? 0).getTime()
    hook.endpoint.answer({})
    app.clock.jump(probeAtMs - app.clock.nowMs())
    await app.runJobs()
    assert.ok(await areAllDelivered(hook))
  })

  test('for hours gets it at most 60 s after its return', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 502 })
    await receive(hook.tenantId, ...numbered(8))
    await app.runJobs()
    for (let hours = 0; hours < 6; hours += 1) {
      app.clock.jump(hour)
      await receive(hook.tenantId, `after ${hours} h`)
      await app.runJobs()
    }
    const before = hook.endpoint.received.length
    await pass(300_000, 10_000)
    const asked = hook.endpoint.received.length - before
    assert.ok(asked >= 5 && asked <= 12, `asked ${asked} times in five minutes`)
    hook.endpoint.answer({})
    const waits = async () => (await hook.deliveries('?status=pending')).length === 0
    await passUntil(hook, waits, 60_000)
  })

  test('is asked by one delivery at a time, and what is new waits behind and leaves in order', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    for (const text of numbered(4)) {
      await receive(hook.tenantId, text)
      await app.runJobs()
    }
    assert.ok(hook.endpoint.received.length <= 4)
    await receive(hook.tenantId, ...numbered(60, 'waits'))
    await app.runJobs()
    await pass(30_000, 2500)
    assert.ok(!textsOf(hook).some((text) => text.startsWith('waits')), 'no first attempt at a dead receiver')
    assert.ok(hook.endpoint.received.length <= 4 + 4 + 8, `${hook.endpoint.received.length} requests`)
    hook.endpoint.answer({})
    const back = hook.endpoint.received.length
    await pass(3000)
    await receive(hook.tenantId, ...numbered(10, 'new'))
    await passUntil(hook, () => areAllDelivered(hook), 7000)
    const order = textsOf(hook, back).filter((text) => !text.startsWith('n '))
    assert.deepEqual(order.filter((text) => text.startsWith('waits')).length, 60)
    // Those that run at once may pass each other on the way, one that needs a new connection more than the others.
    const wanted = [...numbered(60, 'waits'), ...numbered(10, 'new')]
    for (const [place, text] of order.entries())
      assert.ok(Math.abs(wanted.indexOf(text) - place) <= 40, `${text} came as number ${place}`)
  })

  test('uses up no attempt of the schedule, which stays as it is, and no attempt is missing in the log', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 500 })
    await receive(hook.tenantId, 'alone')
    await app.runJobs()
    await pass(390_000, 3000)
    const [delivery] = await hook.deliveries()
    assert.deepEqual([delivery.status, delivery.attempts], ['failed', 3])
    assert.ok(delivery.probes > 5, `${delivery.probes} probes`)
    assert.equal(hook.endpoint.received.length, 3 + delivery.probes)
    const { attempt_log: log } = await hook.api.get(200, `${hook.path}/deliveries/${delivery.id}`)
    const at = log.map((one: { attempted_at: string }) => Date.parse(one.attempted_at) / 1000)
    assert.equal(log.length, 3)
    assert.ok(at[1] - at[0] >= 4 && at[1] - at[0] <= 9, `second attempt after ${at[1] - at[0]} s`)
    assert.ok(at[2] - at[1] >= 240 && at[2] - at[1] <= 366, `third after ${at[2] - at[1]} s`)
    assert.equal((await hook.read()).failure_count, 3)
    const asked = hook.endpoint.received.length
    await pass(120_000, 15_000)
    assert.equal(hook.endpoint.received.length, asked, 'nothing waits, so nothing is asked')
  })

  test('that asked to be left alone is: not before Retry-After, not for a probe, not when another succeeds', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503, headers: { 'retry-after': '90' } })
    await receive(hook.tenantId, 'first')
    await app.runJobs()
    await pass(88_000, 4000)
    assert.equal(hook.endpoint.received.length, 1)
    hook.endpoint.answer({})
    await receive(hook.tenantId, 'second')
    await app.runJobs()
    assert.deepEqual(textsOf(hook), ['first', 'second'])
    await passUntil(hook, () => areAllDelivered(hook), 10_000)
    assert.deepEqual(textsOf(hook), ['first', 'second', 'first'])
  })

  test('and answers the only probe that is left with Retry-After is asked again when that time is over', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    for (const text of numbered(3)) {
      await receive(hook.tenantId, text)
      await app.runJobs()
    }
    await receive(hook.tenantId, 'waits')
    await app.runJobs()
    await pass(400_000, 4000)
    assert.equal((await hook.deliveries('?status=failed')).length, 3)
    hook.endpoint.answer({ status: 503, headers: { 'retry-after': '300' } })
    const asked = hook.endpoint.received.length
    const isAsked = async () => hook.endpoint.received.length > asked
    await passUntil(hook, isAsked, 60_000)
    await pass(290_000, 10_000)
    assert.equal(hook.endpoint.received.length, asked + 1, 'before Retry-After')
    hook.endpoint.answer({})
    const isThere = async () => (await hook.deliveries('?status=pending')).length === 0
    await passUntil(hook, isThere, 60_000)
  })

  test('and after a recovery by hand fails without Retry-After is not left alone for that time', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503, headers: { 'retry-after': '7200' } })
    await receive(hook.tenantId, ...numbered(3))
    await app.runJobs()
    await receive(hook.tenantId, 'waits')
    await app.runJobs()
    hook.endpoint.answer({ status: 503 })
    await hook.api.post(200, `${hook.path}/recover`, { since: '2026-02-11T10:00:00Z' })
    await app.runJobs()
    hook.endpoint.answer({})
    await passUntil(hook, () => areAllDelivered(hook), 10_000)
  })

  test('and is gone now (410) is switched off at once by a probe; what waits fails', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    for (const text of numbered(4)) {
      await receive(hook.tenantId, text)
      await app.runJobs()
    }
    await receive(hook.tenantId, ...numbered(5, 'waits'))
    await app.runJobs()
    hook.endpoint.answer({ status: 410 })
    await pass(8000)
    assert.match((await hook.read()).last_error, /410/)
    const waiting = await hook.deliveries('?status=pending')
    assert.ok(!waiting.some(({ attempts }) => attempts === 0), 'what never left has failed')
    const asked = hook.endpoint.received.length
    await pass(60_000, 15_000)
    assert.equal(hook.endpoint.received.length, asked)
  })

  test('for 120 hours is switched off and told of once, with everything that waits for it', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    const told = app.ctx.events.subscribe({ names: [webhookDeactivated.name] })
    await receive(hook.tenantId, ...numbered(40))
    await app.runJobs()
    for (let hours = 0; hours <= 120; hours += 12) {
      assert.equal((await hook.read()).is_active, true, `${hours} h`)
      app.clock.jump(12 * hour)
      if (hours >= 108) await pass(3 * 60_000, 30_000)
      else await app.runJobs()
      if (hours >= 108) break
    }
    const webhook = await hook.read()
    assert.deepEqual([webhook.is_active, /120 hours/.test(webhook.last_error)], [false, true])
    await app.runJobs({ includeDelayed: true })
    assert.deepEqual(await hook.deliveries('?status=pending'), [])
    const events = told[Symbol.asyncIterator]()
    await events.next()
    told.close()
    assert.equal((await events.next()).done, true, 'told once')
  })

  test('is asked spread over time when fifty of them are away at once', async () => {
    await using hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    for (let n = 1; n < 50; n += 1)
      await hook.api.post(201, '/webhooks', {
        url: `${hook.endpoint.url}/${n}`,
        events: ['message.received'],
      })
    await receive(hook.tenantId, 'to all')
    await app.runJobs()
    const { rows } = await app.database.db.pool.query(
      "select count(distinct probe_at)::int as n, max(probe_at) - min(probe_at) > interval '500 ms' as is_spread from webhooks where tenant_id = $1",
      [hook.tenantId],
    )
    assert.ok(rows[0].n >= 45 && rows[0].is_spread, JSON.stringify(rows[0]))
    hook.endpoint.answer({})
    await pass(8000, 1000)
    const counts = Object.values(Object.groupBy(hook.endpoint.received.slice(50), ({ path }) => path))
    assert.deepEqual([counts.length, Math.max(...counts.map((one) => one?.length ?? 0))], [50, 1])
  })
})

suite('a delivery that its receiver stumbles over', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  const stumble = (hook: TestHook, status: number) =>
    hook.endpoint.answer(({ body }) => (body.data.message.startsWith('poison') ? { status } : {}))

  for (const status of [500, 503]) {
    test(`(${status}) delays no other, and the others do not use up its attempts`, async () => {
      await using hook = await setUp()
      stumble(hook, status)
      await receive(hook.tenantId, 'poison')
      await app.runJobs()
      for (const text of numbered(20)) {
        await receive(hook.tenantId, text)
        await app.runJobs()
        assert.equal(textsOf(hook).at(-1), text)
        app.clock.advance(1000)
      }
      const tries = textsOf(hook).filter((text) => text === 'poison').length
      assert.ok(tries <= 8, `${tries} tries in 20 s`)
      const poison = (await hook.deliveries('?status=pending&limit=100'))[0]
      assert.equal(poison.attempts, 2, 'the first attempt and the one after 5 s')
    })

    test(`(${status}) many of them in a row stop a good one for seconds, not longer`, async () => {
      await using hook = await setUp()
      stumble(hook, status)
      await receive(hook.tenantId, ...numbered(20, 'poison'))
      await app.runJobs()
      await receive(hook.tenantId, 'good')
      await passUntil(hook, async () => textsOf(hook).includes('good'), 90_000)
    })
  }
})

suite('what people do while a receiver is away', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  async function awayWithWaiting(): Promise<TestHook> {
    const hook = await setUp()
    hook.endpoint.answer({ status: 503 })
    for (const text of numbered(4)) {
      await receive(hook.tenantId, text)
      await app.runJobs()
    }
    await receive(hook.tenantId, ...numbered(20, 'waits'))
    await app.runJobs()
    await pass(20_000, 2500)
    return hook
  }

  test('a resend leaves at once, and its success lets the others go', async () => {
    await using hook = await awayWithWaiting()
    hook.endpoint.answer({})
    const [newest] = await hook.deliveries()
    await hook.api.post(200, `${hook.path}/deliveries/${newest.id}/resend`)
    await app.runJobs()
    assert.equal((await hook.deliveries())[0].status, 'delivered')
    await passUntil(hook, () => areAllDelivered(hook), 6000)
  })

  test('a recovery asks at once, with one delivery when it is still away, and everything leaves when it is not', async () => {
    await using hook = await awayWithWaiting()
    const asked = hook.endpoint.received.length
    const since = '2026-02-11T10:00:00Z'
    const { recovered } = await hook.api.post(200, `${hook.path}/recover`, { since })
    assert.equal(recovered, 24)
    await app.runJobs()
    assert.equal(hook.endpoint.received.length, asked + 1)
    hook.endpoint.answer({})
    await hook.api.post(200, `${hook.path}/recover`, { since })
    await app.runJobs()
    assert.ok(await areAllDelivered(hook))
  })

  test('another address gets what waits at once', async () => {
    await using hook = await awayWithWaiting()
    await using other = await setUp()
    await hook.api.patch(200, hook.path, { url: other.endpoint.url })
    await app.runJobs()
    await pass(6000)
    assert.ok(await areAllDelivered(hook))
    assert.equal(other.endpoint.received.length, 24)
  })

  test('switched off and on again it is not taken for one that is away', async () => {
    await using hook = await awayWithWaiting()
    await hook.api.patch(200, hook.path, { is_active: false })
    await pass(60_000, 20_000)
    hook.endpoint.answer({})
    await hook.api.patch(200, hook.path, { is_active: true })
    await receive(hook.tenantId, 'new')
    await app.runJobs()
    assert.ok(textsOf(hook).includes('new'))
    const ended = await hook.deliveries('?status=failed')
    assert.ok(ended.length >= 20, 'what waited ended when it was switched off')
  })
})

suite('two processes and a receiver that is away', () => {
  before(async () => {
    app = await openWebhooks()
  })
  after(() => app.close())

  test('ask it once for both; what one let wait the other lets go', async (t) => {
    if (app.database.db.kind === 'embedded') return t.skip('an embedded database belongs to one process')
    const second = await startSecondProcess(app)
    await using hook = await setUp()
    const both = async (isFirstOurs: boolean) => {
      for (const isOurs of [isFirstOurs, !isFirstOurs])
        await (isOurs ? app.runJobs() : second.app.jobs.drain())
    }
    try {
      hook.endpoint.answer({ status: 503 })
      await receive(hook.tenantId, ...numbered(30))
      await app.runJobs()
      app.clock.advance(6500)
      await both(true)
      const asked = hook.endpoint.received.length
      for (let steps = 0; steps < 12; steps += 1) {
        app.clock.advance(500)
        await both(steps % 2 === 0)
      }
      assert.ok(hook.endpoint.received.length - asked <= 2, `${hook.endpoint.received.length - asked} in 6 s`)
      hook.endpoint.answer({})
      // The first one is gone: nobody but the second is left.
      for (let steps = 0; steps < 20 && !(await areAllDelivered(hook)); steps += 1) {
        app.clock.advance(500)
        await second.app.jobs.drain()
      }
      assert.ok(await areAllDelivered(hook))
    } finally {
      await second.close()
    }
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { v7 } from 'uuid'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { until } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { TestClock } from '../../../platform/clock.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { enqueueCounts } from './enqueue-counts.ts'
import { flushNotedChanges } from './noted-changes.ts'
import { agePage, askForRebuild, countNext, followMessages, startNight } from './rollups.service.ts'
import { lockTenantRollups, moveWatermark } from './rollups.store.ts'

let app: TestApp
let tenant: TestTenant
let sessionId: string

before(async () => {
  app = await createTestApp()
  await followMessages(app.app.ctx)
  await app.runJobs()
})
after(() => app.close())

async function open(): Promise<void> {
  tenant = await app.tenant()
  sessionId = (await createSession(tenant.api)).id
}

function say(overrides: Partial<InboundMessage> = {}, session = sessionId): Promise<void> {
  const phone = buildPhone()
  const message = buildInboundMessage(
    { tenantId: tenant.id, sessionId: session },
    { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: null }, ...overrides },
  )
  return storeInbound(app.app.ctx, [message])
}

async function count(): Promise<void> {
  await flushNotedChanges(app.app.ctx)
  await app.runJobs({ includeDelayed: true })
}

const received = async (query = '') =>
  (await tenant.api.get(200, `/analytics/messages?from=2026-02-01&to=2026-02-28${query}`)).totals.received

/** The product so much later, as far as ids tell. */
function later(ms: number): Context {
  const { ctx } = app.app
  return { ...ctx, ids: { ...ctx.ids, uuid: () => v7({ msecs: Date.now() + ms }) } }
}

suite('upkeep of rollups', () => {
  test('storing a message costs no statement about figures', async () => {
    await open()
    await say()
    const { rows } = await app.app.ctx.db.sql.execute(
      text`SELECT FROM rollup_marks WHERE tenant_id = ${tenant.id}`,
    )
    assert.equal(rows.length, 0)
    await count()
    assert.equal(await received(), 1)
  })

  test('what a crash let nobody note is found behind the watermark, once it is a minute old', async () => {
    await open()
    await moveWatermark(app.app.ctx.db.sql, v7({ msecs: Date.now() - 1000 }))
    await say({ isHistory: true })
    await followMessages(app.app.ctx)
    await app.runJobs()
    assert.equal(await received(), 0)
    await followMessages(later(120_000))
    await app.runJobs()
    assert.equal(await received(), 1)
  })

  test('what goes with a deleted session is counted no more, by person neither', async () => {
    await open()
    const other = (await createSession(tenant.api)).id
    await say()
    await say({}, other)
    await count()
    assert.deepEqual([await received(), (await tenant.api.get(200, '/analytics/contacts')).total], [2, 2])
    await tenant.api.delete(200, `/sessions/${other}`)
    await count()
    assert.deepEqual([await received(), (await tenant.api.get(200, '/analytics/contacts')).total], [1, 1])
    const { rows } = await app.app.ctx.db.sql.execute(
      text`SELECT FROM rollup_slots WHERE session_id = ${other}`,
    )
    assert.equal(rows.length, 0)
  })

  test('a deleted label takes its figures with it', async () => {
    await open()
    const phone = buildPhone()
    await say({ chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: null } })
    const label = await tenant.api.post(201, '/labels', { name: 'Hot', color: '#ff0000' })
    await tenant.api.put(200, `/labels/chat/${phone}@c.us`, { label_ids: [label.id] })
    await count()
    assert.equal(await received(`&label_id=${label.id}`), 1)
    await tenant.api.delete(200, `/labels/${label.id}`)
    await count()
    const { rows } = await app.app.ctx.db.sql.execute(
      text`SELECT FROM rollup_days WHERE label_id = ${label.id}`,
    )
    assert.equal(rows.length, 0)
    assert.equal(await received(), 1)
  })

  test('figures that were changed by hand are put right in the night, or when an operator asks', async () => {
    await open()
    await say()
    await count()
    const spoil = () =>
      app.app.ctx.db.sql.execute(text`UPDATE rollup_days SET received = 77 WHERE tenant_id = ${tenant.id}`)
    await spoil()
    assert.equal(await received(), 77)
    await startNight(app.app.ctx)
    await app.runJobs({ includeDelayed: true })
    assert.equal(await received(), 1)
    await spoil()
    assert.ok((await askForRebuild(app.app.ctx.db)) >= 1)
    await followMessages(app.app.ctx)
    await app.runJobs({ includeDelayed: true })
    assert.equal(await received(), 1)
  })

  test('scores age with the days, without a word being said', async () => {
    await open()
    await say({ waTimestamp: app.clock.now() })
    await count()
    const scoreOf = async () =>
      (await tenant.api.get(200, '/analytics/contacts')).contacts[0].engagement_score
    assert.equal(await scoreOf(), 22)
    const clock = new TestClock(app.clock.nowMs() + 30 * 86_400_000)
    await agePage({ ...app.app.ctx, clock }, tenant.id, null)
    const { rows } = await app.app.ctx.db.sql.execute<{ score: number }>(
      text`SELECT DISTINCT score FROM rollup_contacts WHERE tenant_id = ${tenant.id}`,
    )
    assert.deepEqual(rows, [{ score: 94 }])
  })

  test('people who have said much are counted few at a time, and not at once when they say more', async () => {
    await open()
    const people = Array.from({ length: 4 }, () => {
      const phone = buildPhone()
      return { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: null } }
    })
    const [busy = {}] = people
    for (const each of people) await say(each)
    const { sql } = app.app.ctx.db
    await sql.execute(text`UPDATE chats SET message_count = 1900 WHERE tenant_id = ${tenant.id}`)
    await flushNotedChanges(app.app.ctx)
    const counted = async () => (await tenant.api.get(200, '/analytics/contacts')).total
    await countNext(app.app.ctx, tenant.id)
    assert.equal(await counted(), 3)
    await countNext(app.app.ctx, tenant.id)
    assert.equal(await counted(), 4)
    // What was said in another session counts as well.
    await say(busy, (await createSession(tenant.api)).id)
    await sql.execute(text`UPDATE chats SET message_count = 1900 WHERE tenant_id = ${tenant.id}`)
    await flushNotedChanges(app.app.ctx)
    const { rows } = await sql.execute<{ seconds: number }>(text`
      SELECT extract(epoch FROM due_at - ${app.clock.now().toISOString()}::timestamptz)::int AS seconds
      FROM rollup_contact_marks WHERE tenant_id = ${tenant.id}`)
    assert.deepEqual(rows, [{ seconds: 19 }])
  })

  test('a session is deleted while a job of its tenant is being added, and waits for nobody', {
    skip: !isServerTest,
  }, async () => {
    await open()
    await say()
    await count()
    const { ctx } = app.app
    const [added, deleted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const other = ctx.db.transaction(async (sql) => {
      await enqueueCounts(ctx, sql, [tenant.id])
      added.resolve()
      await deleted.promise
    })
    await added.promise
    await tenant.api.delete(200, `/sessions/${sessionId}`).finally(() => deleted.resolve())
    await other
    await count()
    assert.equal(await received(), 0)
  })

  test('scores age while contacts are counted: one waits for the other', {
    skip: !isServerTest,
  }, async () => {
    await open()
    await say()
    await count()
    const { ctx } = app.app
    const [held, tried] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const order: string[] = []
    const counting = ctx.db.transaction(async (sql) => {
      await lockTenantRollups(sql, tenant.id)
      held.resolve()
      await tried.promise
      order.push('counted')
    })
    await held.promise
    const ageing = agePage(ctx, tenant.id, null).then(() => order.push('aged'))
    await until('the second waits', async () => {
      const { rows } = await ctx.db.sql.execute(text`
        SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
      return rows[0]
    }).finally(() => tried.resolve())
    await Promise.all([counting, ageing])
    assert.deepEqual(order, ['counted', 'aged'])
  })

  test('counting that rests is one job, however much is said meanwhile, and goes on to the end', async (t) => {
    await open()
    for (let day = 1; day <= 9; day += 1)
      await say({ waTimestamp: new Date(`2026-02-0${day}T10:00:00Z`), isOffline: true })
    const { ctx } = app.app
    await flushNotedChanges(ctx)
    let passedMs = 0
    const clock = t.mock.method(app.clock, 'monotonicMs', () => {
      passedMs += 60
      return passedMs
    })
    for (let round = 0; round < 3; round += 1) {
      await enqueueCounts(ctx, ctx.db.sql, [tenant.id])
      await app.runJobs()
    }
    clock.mock.restore()
    const { rows } = await ctx.db.sql.execute(text`
      SELECT FROM pgboss.job WHERE name = 'rollups.count' AND data->>'tenantId' = ${tenant.id} AND state < 'active'`)
    assert.equal(rows.length, 1)
    await app.runJobs({ includeDelayed: true })
    assert.equal(await received(), 9)
  })

  test('two that count the same tenant take turns: nothing is counted twice', async () => {
    await open()
    for (let index = 0; index < 10; index += 1)
      await say({ waTimestamp: new Date(`2026-02-0${1 + (index % 5)}T10:00:00Z`), isOffline: true })
    await flushNotedChanges(app.app.ctx)
    const work = async () => {
      while (await countNext(app.app.ctx, tenant.id));
    }
    await Promise.all([work(), work(), work()])
    const { rows } = await app.app.ctx.db.sql.execute<{ sum: number }>(text`
      SELECT sum(received)::int AS sum FROM rollup_days
      WHERE tenant_id = ${tenant.id} AND session_id = ${sessionId} AND label_id = '00000000-0000-0000-0000-000000000000'`)
    assert.equal(rows[0]?.sum, 10)
  })
})

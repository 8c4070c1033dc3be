import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { byPhone, createList, textsOn, untilJob } from '../../../../test/bulk-world.ts'
import { CampaignWorld } from '../../../../test/campaign-world.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { liftRequestRate } from '../../../../test/lift-limits.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { until } from '../../../../test/until.ts'

let app: LinkedApp

before(async () => {
  app = await createLinkedApp()
})
after(() => app.close())

/** A tenant with a session that works; new conversations are not limited. Its key outlives what a test lets pass. */
async function prepare(): Promise<{ tenant: TestTenant; session: LinkedSession }> {
  const tenant = await app.tenant({ plan: 'starter' })
  // Before the first request, which keeps the plan in memory.
  await liftRequestRate(app.database.db)
  await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
  const session = await linkSession(app, tenant.api)
  const scopes = ['bulk-send:read', 'bulk-send:manage', 'sessions:read', 'sessions:manage'] as const
  return { tenant: { ...tenant, api: await tenant.apiWith(scopes) }, session }
}

async function start(
  { tenant, session }: { tenant: TestTenant; session: LinkedSession },
  phones: readonly string[],
  more: Record<string, unknown> = {},
) {
  const custom_group_id = await createList(app, tenant, phones)
  const body = { session_id: session.id, custom_group_id, message_content: 'Hello', ...more }
  return tenant.api.post(201, '/bulk-send', body)
}

const isCompleted = (job: { status: string }): boolean => job.status === 'completed'
const isAsleep = { start: '00:00', end: '23:59' }

/** Messages of each month's quota that are taken, the earlier month first. */
async function takenQuota({ id }: TestTenant): Promise<number[]> {
  const { rows } = await app.app.ctx.db.pool.query(
    'SELECT reserved FROM usage_quota WHERE tenant_id = $1 ORDER BY month',
    [id],
  )
  return rows.map(({ reserved }) => reserved)
}

suite('a bulk job in trouble', () => {
  test('that WhatsApp asks for less waits ten minutes and loses nobody', async () => {
    const world = await prepare()
    const phones = [addContact(app), addContact(app)]
    app.simulator.fault({ kind: 'ack_error', phone: world.session.phone, code: 429, count: 1 })
    const { id } = await start(world, phones)
    const waiting = await untilJob(world.tenant.api, id, (job) => job.waits_for === 'limits')
    assert.partialDeepStrictEqual(waiting, {
      status: 'running',
      sent_count: 0,
      failed_count: 0,
      quota_reserved: 2,
    })
    const waitsMs = Date.parse(waiting.next_send_at) - app.clock.nowMs()
    assert.ok(waitsMs > 540_000 && waitsMs <= 600_000, `it waits ${waitsMs} ms`)
    app.clock.advance(600_000)
    const job = await untilJob(world.tenant.api, id, isCompleted)
    assert.partialDeepStrictEqual(job, { sent_count: 2, failed_count: 0, skipped_count: 0, error: null })
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), ['Hello'])
    assert.deepEqual(await takenQuota(world.tenant), [2])
  })

  test('whose session is stopped says so, and goes on when it is started again', async () => {
    const world = await prepare()
    const { api } = world.tenant
    const phones = Array.from({ length: 3 }, () => addContact(app))
    const { id } = await start(world, phones, { quiet_hours: isAsleep, time_zone: 'UTC' })
    await untilJob(api, id, (job) => job.waits_for === 'quiet_hours')
    await api.post(200, `/sessions/${world.session.id}/stop`)
    const waiting = await untilJob(api, id, (job) => job.waits_for === 'session')
    assert.partialDeepStrictEqual(waiting, { status: 'running', sent_count: 0, next_send_at: null })
    await app.app.ctx.db.pool.query('UPDATE bulk_jobs SET quiet_hours = NULL WHERE id = $1', [id])
    const working = nextEvent(
      app,
      'session.status',
      ({ sessionId, status }) => sessionId === world.session.id && status === 'working',
    )
    await api.post(200, `/sessions/${world.session.id}/start`)
    await working
    const job = await untilJob(api, id, isCompleted)
    assert.partialDeepStrictEqual(job, { sent_count: 3, waits_for: null })
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), ['Hello'])
  })

  test('goes on as soon as WhatsApp allows new conversations again, before the end that it had named', async () => {
    const world = await prepare()
    const phones = [addContact(app), addContact(app)]
    const [locked, open] = [
      { reachOutLock: { until: new Date(Date.now() + 3_600_000).toISOString() } },
      { reachOutLock: null },
    ]
    const isLocked = (reason: string | null) =>
      nextEvent(
        app,
        'connection.update',
        ({ sessionId, statusReason }) => sessionId === world.session.id && statusReason === reason,
      )
    const told = isLocked('reach_out_locked')
    app.simulator.setLimits(world.session.phone, locked)
    await told
    const { id } = await start(world, phones)
    const waiting = await untilJob(world.tenant.api, id, (job) => job.waits_for === 'reach_out_lock')
    assert.partialDeepStrictEqual(waiting, { status: 'running', sent_count: 0, failed_count: 0 })
    assert.ok(Date.parse(waiting.next_send_at) - app.clock.nowMs() > 3_000_000)
    const over = isLocked(null)
    app.simulator.setLimits(world.session.phone, open)
    await over
    const job = await untilJob(world.tenant.api, id, isCompleted)
    assert.partialDeepStrictEqual(job, { sent_count: 2, skipped_count: 0 })
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), ['Hello'])
  })

  test('that WhatsApp refuses a new conversation tries none until it may; answers still leave, new ones of others do not', async () => {
    const world = await prepare()
    const { api } = world.tenant
    const send = await world.tenant.apiWith(['messages:send'])
    const [phones, warm] = [[addContact(app), addContact(app)], await addWarmContact(app, world.session)]
    const write = (status: number, chat_id: string, message: string) =>
      send.post(status, '/messages/send', { session_id: world.session.id, chat_id, message })
    app.simulator.fault({ kind: 'ack_error', phone: world.session.phone, code: 463, count: 1 })
    const { id } = await start(world, phones)
    const waiting = await untilJob(api, id, (job) => job.waits_for === 'reach_out_lock')
    assert.partialDeepStrictEqual(waiting, {
      status: 'running',
      sent_count: 0,
      failed_count: 0,
      quota_reserved: 2,
    })
    assert.equal((await write(201, warm, 'An answer')).status, 'sent')
    assert.equal((await write(403, addContact(app), 'Hello')).code, 'reach_out_locked')
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), [], 'nobody is tried')
    // WhatsApp is asked again after a minute, and knows of no lock any more.
    app.clock.advance(61_000)
    const job = await untilJob(api, id, isCompleted)
    assert.partialDeepStrictEqual(job, {
      sent_count: 2,
      failed_count: 0,
      skipped_count: 0,
      quota_reserved: 0,
    })
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), ['Hello'])
    assert.deepEqual(await takenQuota(world.tenant), [3])
  })

  test('of a banned account waits with everybody it has, and goes on when the account is linked again', async () => {
    const world = await prepare()
    const { api } = world.tenant
    const phones = Array.from({ length: 3 }, () => addContact(app))
    const { id } = await start(world, phones, { quiet_hours: isAsleep, time_zone: 'UTC' })
    await untilJob(api, id, (job) => job.waits_for === 'quiet_hours')
    app.simulator.fault({ kind: 'ban', phone: world.session.phone })
    const waiting = await untilJob(api, id, (job) => job.waits_for === 'session')
    assert.partialDeepStrictEqual(waiting, {
      status: 'running',
      sent_count: 0,
      failed_count: 0,
      next_send_at: null,
    })
    const banned = await until('the ban', async () => {
      const session = await api.get(200, `/sessions/${world.session.id}`)
      return session.status === 'failed' ? session : undefined
    })
    assert.equal(banned.status_reason, 'banned')
    await app.app.ctx.db.pool.query('UPDATE bulk_jobs SET quiet_hours = NULL WHERE id = $1', [id])
    app.simulator.fault({ kind: 'ban', phone: world.session.phone, clear: true })
    await api.post(200, `/sessions/${world.session.id}/start`)
    const job = await untilJob(api, id, isCompleted)
    assert.partialDeepStrictEqual(job, { sent_count: 3, failed_count: 0, skipped_count: 0, waits_for: null })
    for (const phone of phones) assert.deepEqual(textsOn(app, phone), ['Hello'])
  })

  test('whose session is deleted has failed, with those who wait behind it; nobody is left and no quota is kept', async () => {
    const world = await prepare()
    const { api } = world.tenant
    const phones = [addContact(app), addContact(app)]
    const asleep = { quiet_hours: isAsleep, time_zone: 'UTC' }
    const jobs = [await start(world, phones, asleep), await start(world, phones, asleep)]
    await api.delete(200, `/sessions/${world.session.id}`)
    for (const { id } of jobs) {
      const job = await untilJob(api, id, ({ status }) => status === 'failed')
      assert.partialDeepStrictEqual(job, {
        skipped_count: 2,
        quota_reserved: 0,
        error: 'The session was deleted',
      })
      for (const phone of phones) assert.equal(byPhone(job).get(phone).skip_reason, 'session_deleted')
    }
    assert.deepEqual(await takenQuota(world.tenant), [0])
  })

  test('is not made for a session that was deleted meanwhile', async () => {
    const world = await CampaignWorld.create(app)
    await world.tenant.api.delete(200, `/sessions/${world.sessionId}`)
    await assert.rejects(world.job([world.person()]), { code: 'not_found' })
    const { rows } = await app.app.ctx.db.pool.query('SELECT id FROM bulk_jobs WHERE tenant_id = $1', [
      world.tenant.id,
    ])
    assert.deepEqual(rows, [])
  })

  test('paused, whose time is over while its last message is on its way, ends when that is known', async () => {
    const world = await CampaignWorld.create(app)
    const { ctx, tenant } = world
    const [first, second] = [world.person(), world.person()]
    const id = await world.job([first, second], { sendBefore: new Date(ctx.clock.nowMs() + 60_000) })
    const claimed = await world.claim(id, first)
    await ctx.db.pool.query(`UPDATE bulk_jobs SET status = 'paused', in_flight_id = $2 WHERE id = $1`, [
      id,
      claimed.recipientId,
    ])
    app.clock.advance(61_000)
    await app.runJobs()
    const waiting = await tenant.api.get(200, `/bulk-send/${id}`)
    assert.partialDeepStrictEqual(waiting, { status: 'paused', skipped_count: 1, sent_count: 0 })
    await world.take(claimed)
    app.clock.advance(61_000)
    await app.runJobs()
    const job = await tenant.api.get(200, `/bulk-send/${id}`)
    assert.partialDeepStrictEqual(job, { status: 'completed', skipped_count: 1, sent_count: 1 })
  })

  test('over the turn of a month keeps its quota in the month that it was made in, and gives it back there', async () => {
    const now = new Date(app.clock.nowMs())
    const nextMonthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
    // At once: the connections of the tests before have nothing to do on each day between.
    app.clock.jump(nextMonthMs - 120_000 - app.clock.nowMs())
    const world = await prepare()
    const phones = [addContact(app), addContact(app), addContact(app)]
    const quiet_hours = { start: '12:00', end: '00:00' }
    const { id } = await start(world, phones, { quiet_hours, time_zone: 'UTC' })
    await untilJob(world.tenant.api, id, (job) => job.waits_for === 'quiet_hours')
    assert.deepEqual(await takenQuota(world.tenant), [3])
    app.simulator.fault({ kind: 'ack_error', phone: world.session.phone, code: 479, count: 2 })
    app.clock.advance(nextMonthMs - app.clock.nowMs())
    const job = await untilJob(world.tenant.api, id, isCompleted)
    assert.partialDeepStrictEqual(job, { sent_count: 1, failed_count: 2, quota_reserved: 0 })
    assert.deepEqual(await takenQuota(world.tenant), [1])
  })
})

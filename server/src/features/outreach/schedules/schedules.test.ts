import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { buildStateChange, createSession, nextNumber } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { until } from '../../../../test/until.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { applyState } from '../../sessions/lifecycle/sessions.service.ts'
import { channels } from '../channels/channels.tables.ts'

let app: TestApp
let tenant: TestTenant
let sessionId: string

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  sessionId = (await createSession(tenant.api)).id
})
after(() => app.close())

/** A request of the kind that most tests vary. */
function weekly(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Monday update',
    session_id: sessionId,
    chat_id: '15550100101@c.us',
    message_content: 'Good morning {{name|everybody}}',
    schedule_type: 'cron',
    cron_expression: '0 9 * * MON',
    timezone: 'America/New_York',
    ...fields,
  }
}

/** A channel of a session, as an import makes it. */
async function buildChannel(tenantId: string, session: string): Promise<string> {
  const { ids, clock, db } = app.app.ctx
  const now = clock.now()
  const row = {
    id: ids.uuid(),
    tenantId,
    sessionId: session,
    waChannelId: `12036300000000${nextNumber()}@newsletter`,
  }
  const facts = {
    name: 'News',
    description: null,
    followerCount: 0,
    role: 'owner' as const,
    inviteCode: null,
  }
  await db.sql.insert(channels).values({ ...row, ...facts, followersSyncedAt: now, createdAt: now })
  return row.id
}

async function setPlan(tenantId: string, planId: string): Promise<void> {
  const { ctx } = app.app
  await ctx.db.transaction(async (sql) => {
    await sql.update(tenants).set({ planId }).where(eq(tenants.id, tenantId))
    await publishChange(ctx, sql, [`tenant:${tenantId}`])
  })
}

suite('scheduled messages', () => {
  test('the answer shows what was ordered, with the next five runs in the zone of the schedule', async () => {
    const made = await tenant.api.post(201, '/scheduled-messages', weekly())
    assert.deepEqual(made, {
      id: made.id,
      name: 'Monday update',
      status: 'active',
      schedule_type: 'cron',
      cron_expression: '0 9 * * MON',
      timezone: 'America/New_York',
      next_run_at: '2026-02-16T09:00:00-05:00',
      next_runs: [
        '2026-02-16T09:00:00-05:00',
        '2026-02-23T09:00:00-05:00',
        '2026-03-02T09:00:00-05:00',
        '2026-03-09T09:00:00-04:00',
        '2026-03-16T09:00:00-04:00',
      ],
      created_at: '2026-02-11T10:00:00Z',
      session_id: sessionId,
      target_type: 'chat',
      custom_group_id: null,
      chat_id: '15550100101@c.us',
      channel_id: null,
      message_type: 'text',
      message_content: 'Good morning {{name|everybody}}',
      media_url: null,
      variants: null,
      quiet_hours: null,
      send_within_minutes: null,
      missed_runs: 'run_once',
      once_per_contact: false,
      scheduled_time: null,
      last_run_at: null,
      run_count: 0,
      updated_at: '2026-02-11T10:00:00Z',
    })
    const read = await tenant.api.get(200, `/scheduled-messages/${made.id}`)
    assert.deepEqual(read, { ...made, executions: [] })
  })
})

suite('an idempotency key', () => {
  const create = (body: object, key: string, api = tenant.api) =>
    api.with({ 'idempotency-key': key }).call('POST', '/scheduled-messages', { body })

  test('makes one schedule of many requests at once, for a day; 422 for another request under it', async () => {
    const body = weekly({ name: 'Once' })
    const replies = await Promise.all(Array.from({ length: 5 }, () => create(body, 'k1')))
    assert.deepEqual(
      new Set(replies.map(({ status }) => status)),
      new Set([201]),
      JSON.stringify(replies[0]?.body),
    )
    assert.equal(new Set(replies.map((reply) => reply.body.id)).size, 1)
    const other = await create(weekly({ name: 'Another' }), 'k1')
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_mismatch'])
    const foreign = await app.tenant()
    const ofForeign = weekly({ name: 'Once', session_id: (await createSession(foreign.api)).id })
    assert.equal((await create(ofForeign, 'k1', foreign.api)).status, 201)
    assert.equal((await create(body, 'x'.repeat(256))).status, 422)
    const jobs = await app.app.ctx.db.pool.query(
      `SELECT FROM scheduled_messages WHERE tenant_id = $1 AND idempotency_key = 'k1'`,
      [tenant.id],
    )
    assert.equal(jobs.rows.length, 1)
    app.clock.advance(24 * 3_600_000 + 1)
    const { body: later } = await create(body, 'k1')
    assert.notEqual(later.id, replies[0]?.body.id)
    app.clock.advance(-24 * 3_600_000 - 1)
  })
})

suite('the dialects of requests', () => {
  const create = (body: Record<string, unknown>) => tenant.api.post(201, '/scheduled-messages', body)
  const base = () => ({ name: 'Update', session_id: sessionId })

  test('a list with an expression, or a time without an offset in the zone of the schedule', async () => {
    const { id } = await tenant.api.post(201, '/custom-groups', { name: 'Customers' })
    const target = { ...base(), custom_group_id: id, message_content: 'Hello {{name}}' }
    const daily = await create({ ...target, schedule_type: 'daily', cron_expression: '30 8 * * 1-5' })
    assert.partialDeepStrictEqual(daily, {
      schedule_type: 'daily',
      timezone: 'UTC',
      target_type: 'custom_group',
      custom_group_id: id,
      next_run_at: '2026-02-12T08:30:00+00:00',
    })
    const once = await create({
      ...target,
      schedule_type: 'one_time',
      scheduled_time: '2026-02-12T09:00',
      timezone: 'Asia/Tokyo',
    })
    assert.partialDeepStrictEqual(once, {
      cron_expression: null,
      scheduled_time: '2026-02-12T00:00:00Z',
      next_run_at: '2026-02-12T09:00:00+09:00',
      next_runs: ['2026-02-12T09:00:00+09:00'],
    })
  })

  test('a chat with `message` and `recurrence`, and one time without it', async () => {
    const target = { ...base(), chat_id: '+1 555-010-0101', message: 'Hello' }
    const at = { scheduled_time: '2026-02-12T15:45:00Z' }
    const weekly = await create({ ...target, ...at, recurrence: 'weekly' })
    assert.partialDeepStrictEqual(weekly, {
      chat_id: '15550100101@c.us',
      message_content: 'Hello',
      schedule_type: 'weekly',
      cron_expression: '45 15 * * 4',
      next_run_at: '2026-02-12T15:45:00+00:00',
    })
    for (const recurrence of [undefined, 'none', null]) {
      const once = await create({ ...target, ...at, recurrence })
      assert.partialDeepStrictEqual(once, { schedule_type: 'one_time', cron_expression: null })
    }
  })

  test('`recurring` with an expression to a channel, which needs the scope of channels, too', async () => {
    const channelId = await buildChannel(tenant.id, sessionId)
    const body = {
      ...base(),
      target_type: 'channel',
      channel_id: channelId,
      schedule_type: 'recurring',
      cron_expression: '0 18 * * FRI',
      message_content: 'The weekend is near',
    }
    const made = await create(body)
    assert.partialDeepStrictEqual(made, {
      schedule_type: 'cron',
      target_type: 'channel',
      channel_id: channelId,
    })
    const narrow = await tenant.apiWith(['scheduled:manage'])
    const refused = await narrow.call('POST', '/scheduled-messages', { body })
    assert.equal(refused.status, 403)
    assert.equal(refused.headers['x-required-scopes'], 'scheduled:manage channels:manage')
    const enough = await tenant.apiWith(['scheduled:manage', 'channels:manage'])
    await enough.post(201, '/scheduled-messages', body)
    const other = await createSession(tenant.api)
    const { detail } = await tenant.api.post(400, '/scheduled-messages', { ...body, session_id: other.id })
    assert.match(detail, /^channel_id/)
  })

  test('times at the ends of the calendar: 422 where no year can be written, wherever the wall stands', async () => {
    const once = { schedule_type: 'one_time', cron_expression: undefined }
    const daily = { schedule_type: 'daily', cron_expression: undefined }
    const refused: Record<string, unknown>[] = [
      { ...once, scheduled_time: '9999-12-31T23:30:00-23:00' },
      { ...once, scheduled_time: '9999-12-31T23:30:00', timezone: 'Pacific/Kiritimati' },
      { ...daily, scheduled_time: '0001-01-01T00:00:00+14:00', timezone: 'UTC' },
      { ...daily, scheduled_time: '0001-01-01T00:00', timezone: 'Asia/Tokyo' },
    ]
    for (const fields of refused) {
      const { detail } = await tenant.api.post(422, '/scheduled-messages', weekly(fields))
      assert.match(detail, /^scheduled_time: .* years 1000 to 9998/)
    }
    const make = (fields: object) => tenant.api.post(201, '/scheduled-messages', weekly({ ...fields }))
    const far = await make({ ...once, scheduled_time: '9998-12-31T23:30:00-23:00', timezone: 'UTC' })
    assert.deepEqual(far.next_runs, ['9999-01-01T22:30:00+00:00'])
    const old = await make({ ...daily, scheduled_time: '1000-01-01T09:00:00+14:00', timezone: 'UTC' })
    assert.match(old.cron_expression, /^0 19 /)
    for (const { id } of [far, old]) await tenant.api.post(200, `/scheduled-messages/${id}/cancel`, {})
  })

  test('422 naming the field for what contradicts itself, is missing or cannot be', async () => {
    const { id } = await tenant.api.post(201, '/custom-groups', { name: 'Customers' })
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ name: '' }, /^name/],
      [{ name: 'x'.repeat(256) }, /^name/],
      [{ session_id: 'desk' }, /^session_id/],
      [{ chat_id: undefined }, /^custom_group_id: exactly one/],
      [{ custom_group_id: id }, /^chat_id: exactly one/],
      [{ chat_id: 'nobody' }, /^chat_id/],
      [{ chat_id: '123456789012345678@newsletter' }, /^chat_id: is a channel/],
      [{ target_type: 'channel' }, /^target_type/],
      [{ target_type: 'everybody' }, /^target_type/],
      [{ message: 'Another' }, /^message/],
      [{ message_content: 'x'.repeat(4097) }, /^message_content/],
      [{ message_content: undefined }, /^message_content/],
      [{ message_content: 'Hello {{city}}' }, /^message_content: \{\{city\}\}/],
      [{ chat_id: '120363012345678901@g.us', message_content: 'Hello {{name}}' }, /^message_content/],
      [{ message_type: 'media' }, /^media_url/],
      [{ message_type: 'text', media_url: 'https://example.com/a.png' }, /^message_type/],
      [{ media_url: 'file:///etc/passwd' }, /^media_url/],
      [{ variants: ['One', 'Two'] }, /^variants/],
      [{ quiet_hours: { start: '21:00', end: '08:00' } }, /^quiet_hours/],
      [{ once_per_contact: true }, /^once_per_contact/],
      [{ missed_runs: 'all' }, /^missed_runs/],
      [{ send_within_minutes: 0 }, /^send_within_minutes/],
      [{ schedule_type: undefined, cron_expression: undefined }, /^scheduled_time: required/],
      [{ schedule_type: 'hourly' }, /^schedule_type/],
      [{ recurrence: 'daily' }, /^recurrence/],
      [{ timezone: 'EST+5' }, /^timezone/],
      [{ cron_expression: '*/4 * * * *' }, /^cron_expression: runs must be at least five minutes apart/],
      [{ cron_expression: '0 0 31 2 *' }, /^cron_expression: never runs/],
      [{ cron_expression: '0 0 9 * * *' }, /^cron_expression/],
      [
        { schedule_type: 'one_time', cron_expression: undefined, scheduled_time: '2026-02-11T09:00:00Z' },
        /^scheduled_time: must be in the future/,
      ],
    ]
    for (const [fields, says] of cases) {
      const { detail, errors } = await tenant.api.post(422, '/scheduled-messages', weekly(fields))
      assert.match(detail, says, JSON.stringify(fields))
      assert.equal(detail.startsWith(errors[0].field), true)
    }
    const list = weekly({ chat_id: undefined, custom_group_id: id, schedule_type: undefined })
    assert.match((await tenant.api.post(422, '/scheduled-messages', list)).detail, /^schedule_type: required/)
  })

  test("404 for sessions, lists and channels of others, 400 for an address of this machine's network", async () => {
    const stranger = await app.tenant()
    const { id: theirSession } = await createSession(stranger.api)
    const { id: theirList } = await stranger.api.post(201, '/custom-groups', { name: 'Theirs' })
    const theirChannel = await buildChannel(stranger.id, theirSession)
    const post = (status: number, fields: Record<string, unknown>) =>
      tenant.api.post(status, '/scheduled-messages', weekly(fields))
    assert.match((await post(404, { session_id: theirSession })).detail, /Session/)
    assert.match((await post(404, { chat_id: undefined, custom_group_id: theirList })).detail, /Custom group/)
    assert.match((await post(404, { chat_id: undefined, channel_id: theirChannel })).detail, /Channel/)
    assert.match((await post(400, { media_url: 'https://10.0.0.1/a.png' })).detail, /^media_url/)
    const { id } = await stranger.api.post(201, '/scheduled-messages', weekly({ session_id: theirSession }))
    for (const action of ['pause', 'resume', 'cancel'])
      await tenant.api.post(404, `/scheduled-messages/${id}/${action}`, {})
    await tenant.api.get(404, `/scheduled-messages/${id}`)
    await tenant.api.get(404, `/scheduled-messages/${id}/history`)
    await tenant.api.patch(404, `/scheduled-messages/${id}`, { name: 'Mine' })
    await tenant.api.delete(404, `/scheduled-messages/${id}`)
    assert.equal((await stranger.api.get(200, `/scheduled-messages/${id}`)).name, 'Monday update')
  })

  test('403 on a plan without schedules; reading, ending and deleting stay open', async () => {
    const free = await app.tenant()
    const { id: own } = await createSession(free.api)
    const body = weekly({ session_id: own })
    const { id } = await free.api.post(201, '/scheduled-messages', body)
    await setPlan(free.id, 'free')
    assert.match((await free.api.post(403, '/scheduled-messages', body)).detail, /scheduled/)
    await free.api.patch(403, `/scheduled-messages/${id}`, { name: 'x' })
    await free.api.post(200, `/scheduled-messages/${id}/pause`, {})
    await free.api.post(403, `/scheduled-messages/${id}/resume`, {})
    await free.api.post(200, `/scheduled-messages/${id}/cancel`, {})
    await free.api.delete(200, `/scheduled-messages/${id}`)
  })
})

suite('the life of a schedule', () => {
  const make = async (fields: Record<string, unknown> = {}): Promise<string> =>
    (await tenant.api.post(201, '/scheduled-messages', weekly(fields))).id

  test('paused it has no next run, resumed the next from now, cancelled none, deleted it is gone', async () => {
    const id = await make()
    const path = `/scheduled-messages/${id}`
    await tenant.api.delete(400, path)
    const paused = await tenant.api.post(200, `${path}/pause`, {})
    assert.partialDeepStrictEqual(paused, { status: 'paused', next_run_at: null, next_runs: [] })
    assert.match((await tenant.api.post(400, `${path}/pause`, {})).detail, /paused/)
    await tenant.api.delete(400, path)
    const resumed = await tenant.api.post(200, `${path}/resume`, {})
    assert.partialDeepStrictEqual(resumed, { status: 'active', next_run_at: '2026-02-16T09:00:00-05:00' })
    await tenant.api.post(400, `${path}/resume`, {})
    const cancelled = await tenant.api.post(200, `${path}/cancel`, {})
    assert.partialDeepStrictEqual(cancelled, { status: 'cancelled', next_run_at: null })
    for (const action of ['cancel', 'pause', 'resume']) await tenant.api.post(400, `${path}/${action}`, {})
    await tenant.api.patch(400, path, { name: 'Late' })
    assert.deepEqual(await tenant.api.delete(200, path), { status: 'deleted', id })
    await tenant.api.get(404, path)
    await tenant.api.delete(404, path)
  })

  test('PATCH: a new rule counts from now, a new text leaves the time alone, null takes a file away', async () => {
    const id = await make({ media_url: 'https://example.com/menu.png' })
    const path = `/scheduled-messages/${id}`
    const renamed = await tenant.api.patch(200, path, { name: 'Tuesday update', message: 'New' })
    assert.partialDeepStrictEqual(renamed, {
      name: 'Tuesday update',
      message_content: 'New',
      message_type: 'media',
      next_run_at: '2026-02-16T09:00:00-05:00',
    })
    const moved = await tenant.api.patch(200, path, {
      cron_expression: '15 7 * * TUE',
      timezone: 'Europe/Berlin',
    })
    assert.equal(moved.next_run_at, '2026-02-17T07:15:00+01:00')
    const plain = await tenant.api.patch(200, path, { media_url: null })
    assert.partialDeepStrictEqual(plain, { media_url: null, message_type: 'text' })
    const once = await tenant.api.patch(200, path, {
      schedule_type: 'one_time',
      scheduled_time: '2026-02-20T10:00',
    })
    assert.partialDeepStrictEqual(once, { cron_expression: null, next_runs: ['2026-02-20T10:00:00+01:00'] })
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ name: '' }, /^name/],
      [{ message_content: '{{city}}' }, /^message_content/],
      [{ message_content: 'a', message: 'b' }, /^message/],
      [{ message_type: 'media' }, /^message_type/],
      [{ variants: ['a', 'b'] }, /^variants/],
      [{ timezone: 'Berlin' }, /^timezone/],
      [{ cron_expression: '0 9 * * MON' }, /^cron_expression/],
      [{ schedule_type: 'cron' }, /^cron_expression/],
      [{ schedule_type: 'cron', cron_expression: '* * * * *' }, /^cron_expression/],
      [{ scheduled_time: '2026-02-01T10:00' }, /^scheduled_time/],
    ]
    for (const [body, says] of cases) assert.match((await tenant.api.patch(422, path, body)).detail, says)
    await tenant.api.patch(400, path, { media_url: 'https://127.0.0.2/x.png' })
  })

  test('a paused one changes without waking; a one_time whose time passed cannot be resumed', async () => {
    const id = await make()
    await tenant.api.post(200, `/scheduled-messages/${id}/pause`, {})
    const changed = await tenant.api.patch(200, `/scheduled-messages/${id}`, { cron_expression: '0 8 * * *' })
    assert.partialDeepStrictEqual(changed, {
      status: 'paused',
      next_run_at: null,
      cron_expression: '0 8 * * *',
    })
    const once = await make({
      schedule_type: 'one_time',
      cron_expression: undefined,
      scheduled_time: '2026-02-11T10:00:01Z',
    })
    await tenant.api.post(200, `/scheduled-messages/${once}/pause`, {})
    app.clock.advance(2000)
    assert.match((await tenant.api.post(400, `/scheduled-messages/${once}/resume`, {})).detail, /passed/)
  })

  test('lists are newest first, filtered by status, in pages with the exact total', async () => {
    const other = await app.tenant()
    const { id: session } = await createSession(other.api)
    const ids: string[] = []
    for (const name of ['One', 'Two', 'Three']) {
      app.clock.advance(1000)
      ids.push((await other.api.post(201, '/scheduled-messages', weekly({ name, session_id: session }))).id)
    }
    await other.api.post(200, `/scheduled-messages/${ids[1]}/pause`, {})
    const page = await other.api.get(200, '/scheduled-messages?limit=2&offset=1')
    assert.deepEqual(
      [page.messages.map(({ name }: { name: string }) => name), page.total, page.limit, page.offset],
      [['Two', 'One'], 3, 2, 1],
    )
    const active = await other.api.get(200, '/scheduled-messages?status=active')
    assert.deepEqual([active.messages.length, active.total], [2, 2])
    for (const query of ['status=done', 'limit=0', 'limit=101', 'offset=-1'])
      await other.api.get(422, `/scheduled-messages?${query}`)
    const empty = await other.api.get(200, `/scheduled-messages/${ids[0]}/history`)
    assert.deepEqual(empty, { executions: [], total: 0, limit: 50, offset: 0 })
  })

  test('a list that an active schedule writes to is not deleted; its session and its channel take schedules along', async () => {
    const { id: session } = await createSession(tenant.api)
    const { id: list } = await tenant.api.post(201, '/custom-groups', { name: 'Kept' })
    const toList = await make({ session_id: session, chat_id: undefined, custom_group_id: list })
    await tenant.api.delete(400, `/custom-groups/${list}`)
    await tenant.api.post(200, `/scheduled-messages/${toList}/pause`, {})
    await tenant.api.delete(200, `/custom-groups/${list}`)
    const channelId = await buildChannel(tenant.id, session)
    const toChannel = await make({ session_id: session, chat_id: undefined, channel_id: channelId })
    await tenant.api.delete(200, `/channels/${channelId}`)
    assert.equal((await tenant.api.get(200, `/scheduled-messages/${toChannel}`)).status, 'cancelled')
    await tenant.api.delete(200, `/sessions/${session}`)
    const { status, next_run_at: next } = await tenant.api.get(200, `/scheduled-messages/${toList}`)
    assert.deepEqual([status, next], ['cancelled', null])
  })
})

suite('what a schedule uses goes at the same moment', () => {
  const read = (id: string) => tenant.api.get(200, `/scheduled-messages/${id}`)

  test('a new schedule waits for whoever removes its channel or its session, and is refused', {
    skip: !isServerTest && 'an embedded database runs one transaction at a time',
  }, async () => {
    const { pool } = app.database.db
    for (const table of ['channels', 'sessions']) {
      const { id: session } = await createSession(tenant.api)
      const channelId = await buildChannel(tenant.id, session)
      const fields = { session_id: session, chat_id: undefined, channel_id: channelId }
      const removing = await pool.connect()
      try {
        await removing.query('BEGIN')
        const gone = table === 'channels' ? channelId : session
        await removing.query(`DELETE FROM ${table} WHERE id = $1`, [gone])
        let isAnswered = false
        const asked = tenant.api.call('POST', '/scheduled-messages', { body: weekly(fields) }).finally(() => {
          isAnswered = true
        })
        await until('the schedule waits', async () => {
          const { rows } = await pool.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          )
          return rows.length > 0 || isAnswered ? true : undefined
        })
        await removing.query('COMMIT')
        assert.equal((await asked).status, 404)
      } finally {
        removing.release()
      }
    }
  })

  test('a paused schedule whose list is gone cannot be resumed: 404', async () => {
    const { id: list } = await tenant.api.post(201, '/custom-groups', { name: 'Gone' })
    const { id } = await tenant.api.post(
      201,
      '/scheduled-messages',
      weekly({ chat_id: undefined, custom_group_id: list }),
    )
    await tenant.api.post(200, `/scheduled-messages/${id}/pause`, {})
    await tenant.api.delete(200, `/custom-groups/${list}`)
    await tenant.api.post(404, `/scheduled-messages/${id}/resume`, {})
    assert.equal((await read(id)).status, 'paused')
  })

  test('more changes of texts at once than the database has connections for all go through', async () => {
    const { id: list } = await tenant.api.post(201, '/custom-groups', { name: 'Many' })
    const ids: string[] = []
    for (let n = 0; n < 24; n += 1) {
      const body = weekly({ chat_id: undefined, custom_group_id: list })
      ids.push((await tenant.api.post(201, '/scheduled-messages', body)).id)
    }
    const change = { message_content: 'Changed, {{name|everybody}}' }
    await Promise.all(ids.map((id) => tenant.api.patch(200, `/scheduled-messages/${id}`, change)))
    for (const id of ids) await tenant.api.post(200, `/scheduled-messages/${id}/cancel`, {})
  })
})

suite('a run while its session is connecting', () => {
  const become = (session: string, status: 'starting' | 'failed') =>
    applyState(app.app.ctx, buildStateChange({ tenantId: tenant.id, sessionId: session }, { status }))

  test('waits for it, and fails when it does not come', async () => {
    const { id: session } = await createSession(tenant.api)
    await become(session, 'starting')
    const now = app.clock.nowMs()
    const time = { schedule_type: 'one_time', cron_expression: undefined }
    const at = new Date(now + 3000).toISOString()
    const made = await tenant.api.post(
      201,
      '/scheduled-messages',
      weekly({ ...time, session_id: session, scheduled_time: at }),
    )
    const read = () => tenant.api.get(200, `/scheduled-messages/${made.id}`)
    for (let tries = 0; tries < 5; tries += 1) {
      app.clock.advance(5000)
      await app.runJobs()
    }
    assert.partialDeepStrictEqual(await read(), {
      status: 'active',
      next_run_at: made.next_run_at,
      executions: [],
    })
    await become(session, 'failed')
    app.clock.advance(5000)
    await app.runJobs()
    const ended = await read()
    assert.partialDeepStrictEqual(ended, { status: 'completed', next_run_at: null })
    assert.partialDeepStrictEqual(ended.executions[0], { status: 'failed', error: 'session_not_working' })
  })
})

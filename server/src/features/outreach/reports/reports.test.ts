import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { templateIds } from '../report-templates/report-content.schema.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
})
after(() => app.close())

const nobody = '01990000-0000-7000-8000-000000000000'
const weekly = {
  name: 'Monday morning',
  template_id: 'session_health',
  schedule_type: 'cron',
  cron_expression: '0 9 * * MON',
  timezone: 'America/New_York',
}
const order = (body: Record<string, unknown> = {}, api = tenant.api) =>
  api.post(201, '/reports', { ...weekly, ...body })

suite('ordering reports', () => {
  test('the ten templates of the contract in its order, each with its parameters', async () => {
    const templates = await tenant.api.get(200, '/reports/templates')
    assert.deepEqual(
      templates.map(({ id }: { id: string }) => id),
      templateIds,
    )
    assert.equal(templates[0].name, 'Daily Activity Summary')
    for (const { name, description, parameters } of templates) {
      assert.ok(name.length > 5 && description.length > 10)
      assert.deepEqual(
        parameters.map((each: { name: string }) => each.name),
        ['period_days', 'max_rows'],
      )
    }
  })

  test('201 with the contract’s object; moments to come with the offset of their zone', async () => {
    const made = await order()
    const { id, ...rest } = made
    assert.match(id, /^[\da-f-]{36}$/)
    assert.deepEqual(rest, {
      name: 'Monday morning',
      template_id: 'session_health',
      schedule_type: 'cron',
      cron_expression: '0 9 * * MON',
      timezone: 'America/New_York',
      delivery_method: 'dashboard',
      status: 'active',
      next_run_at: '2026-02-16T09:00:00-05:00',
      created_at: '2026-02-11T10:00:00Z',
      session_id: null,
      scheduled_time: null,
      params: {},
      last_run_at: null,
      last_error: null,
      next_runs: [
        '2026-02-16T09:00:00-05:00',
        '2026-02-23T09:00:00-05:00',
        '2026-03-02T09:00:00-05:00',
        '2026-03-09T09:00:00-04:00',
        '2026-03-16T09:00:00-04:00',
      ],
    })
    assert.deepEqual(await tenant.api.get(200, `/reports/${id}`), { ...made, executions: [] })
    const listed = await tenant.api.get(200, '/reports?status=active&limit=1')
    assert.deepEqual(listed, { reports: [made], total: 1, limit: 1, offset: 0 })
    assert.equal((await tenant.api.get(200, '/reports?status=paused')).total, 0)
    await tenant.api.delete(200, `/reports/${id}`)
  })

  test('a preview says what it would say and when it would run, by the rule of its zone, and keeps nothing', async () => {
    const own = await app.tenant()
    const { content, text, next_runs } = await own.api.post(200, '/reports/preview', weekly)
    assert.deepEqual(
      [content.template_id, content.timezone, content.generated_at],
      ['session_health', 'America/New_York', '2026-02-11T10:00:00Z'],
    )
    assert.match(text, /Monday morning/)
    const ordered = await order({}, own.api)
    assert.deepEqual(next_runs, ordered.next_runs)
    const { template_id, timezone } = weekly
    const bare = await own.api.post(200, '/reports/preview', {
      template_id,
      timezone,
      params: { period_days: 3 },
    })
    assert.deepEqual([bare.next_runs, bare.content.period.days], [[], 3])
    const once = { template_id, timezone, schedule_type: 'one_time' }
    assert.deepEqual((await own.api.post(200, '/reports/preview', once)).next_runs, [
      '2026-02-11T05:00:00-05:00',
    ])
    await own.api.post(422, '/reports/preview', { ...weekly, cron_expression: '0 9 30 2 *' })
    assert.equal((await own.api.get(200, '/reports')).total, 1)
  })

  test('daily, weekly and monthly are made of a time; the zone is UTC unless told otherwise, as of schedules', async () => {
    const own = await app.tenant()
    await own.api.patch(200, '/tenant/settings', { time_zone: 'Asia/Kolkata' })
    const body = { cron_expression: undefined, timezone: undefined, scheduled_time: '2026-02-12T08:30:00' }
    const [daily, weekly, monthly] = [
      await order({ ...body, schedule_type: 'daily', timezone: 'Asia/Kolkata' }, own.api),
      await order({ ...body, schedule_type: 'weekly', timezone: 'Asia/Kolkata' }, own.api),
      await order({ ...body, schedule_type: 'monthly' }, own.api),
    ]
    assert.deepEqual(
      [daily, weekly, monthly].map(({ cron_expression, next_run_at }) => [cron_expression, next_run_at]),
      [
        ['30 8 * * *', '2026-02-12T08:30:00+05:30'],
        ['30 8 * * 4', '2026-02-12T08:30:00+05:30'],
        ['30 8 12 * *', '2026-02-12T08:30:00+00:00'],
      ],
    )
  })

  test('a report for WhatsApp needs a session: 400 without any, 404 for one of somebody else', async () => {
    const own = await app.tenant()
    const asked = { ...weekly, delivery_method: 'whatsapp' }
    assert.match((await own.api.post(400, '/reports', asked)).detail, /whatsapp needs a session/)
    const foreign = await createSession(tenant.api)
    await own.api.post(404, '/reports', { ...asked, session_id: foreign.id })
    const session = await createSession(own.api)
    assert.equal((await order({ ...asked, session_id: session.id }, own.api)).session_id, session.id)
    assert.equal((await order(asked, own.api)).session_id, null)
  })

  test('403 when the plan has no room, exact for many at once; a deleted report frees its place', async () => {
    const { api } = await app.tenant({ plan: 'starter' })
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => api.call('POST', '/reports', { body: weekly })),
    )
    const statuses = replies.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [...Array(5).fill(201), ...Array(7).fill(403)])
    assert.match(replies.find(({ status }) => status === 403)?.body.detail, /max_reports/)
    const { reports, total } = await api.get(200, '/reports')
    assert.equal(total, 5)
    await api.post(200, `/reports/${reports[0].id}/pause`)
    await api.post(403, '/reports', weekly)
    await api.delete(200, `/reports/${reports[0].id}`)
    await order({}, api)
  })

  test('pausing and resuming count from now; what is in the wrong state is refused', async () => {
    const { id } = await order()
    const paused = await tenant.api.post(200, `/reports/${id}/pause`)
    assert.deepEqual([paused.status, paused.next_run_at, paused.next_runs], ['paused', null, []])
    await tenant.api.post(400, `/reports/${id}/pause`)
    const resumed = await tenant.api.post(200, `/reports/${id}/resume`)
    assert.deepEqual([resumed.status, resumed.next_run_at], ['active', '2026-02-16T09:00:00-05:00'])
    await tenant.api.post(400, `/reports/${id}/resume`)
    assert.deepEqual(await tenant.api.delete(200, `/reports/${id}`), { status: 'deleted', id })
    for (const path of ['', '/pause', '/resume']) {
      const method = path === '' ? 'GET' : 'POST'
      assert.equal((await tenant.api.call(method, `/reports/${id}${path}`)).status, 404)
    }
    assert.equal((await tenant.api.call('DELETE', `/reports/${nobody}`)).status, 404)
  })

  test('a change of the time moves the next run, any other leaves it', async () => {
    const { id } = await order()
    const renamed = await tenant.api.patch(200, `/reports/${id}`, { name: 'Weekly', params: { max_rows: 3 } })
    assert.deepEqual(
      [renamed.name, renamed.params, renamed.next_run_at],
      ['Weekly', { max_rows: 3 }, '2026-02-16T09:00:00-05:00'],
    )
    const moved = await tenant.api.patch(200, `/reports/${id}`, { timezone: 'Europe/Berlin' })
    assert.equal(moved.next_run_at, '2026-02-16T09:00:00+01:00')
    const daily = await tenant.api.patch(200, `/reports/${id}`, {
      schedule_type: 'daily',
      cron_expression: '15 7 * * *',
    })
    assert.deepEqual(
      [daily.schedule_type, daily.next_run_at, daily.name],
      ['daily', '2026-02-12T07:15:00+01:00', 'Weekly'],
    )
    await tenant.api.delete(200, `/reports/${id}`)
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

async function plan(tenant: TestTenant, fields: Record<string, unknown>): Promise<string> {
  const { id: sessionId } = await createSession(tenant.api)
  const body = { session_id: sessionId, chat_id: '15550100101@c.us', message_content: 'Hello', ...fields }
  return (await tenant.api.post(201, '/scheduled-messages', body)).id
}

const path = (from: string, to: string) =>
  `/scheduled-messages/calendar?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`

suite('GET /scheduled-messages/calendar', () => {
  test('200 with every run of schedules and reports of a span, in their order and zones', async () => {
    const tenant = await app.tenant()
    const weekly = await plan(tenant, {
      name: 'Weekly',
      schedule_type: 'cron',
      cron_expression: '0 9 * * MON',
      timezone: 'America/New_York',
    })
    const once = await plan(tenant, {
      name: 'Once',
      schedule_type: 'one_time',
      scheduled_time: '2026-03-03T12:00:00Z',
    })
    const report = await tenant.api.post(201, '/reports', {
      name: 'Figures',
      template_id: 'usage_plan',
      schedule_type: 'cron',
      cron_expression: '0 18 * * TUE',
    })
    const march = path('2026-03-01T00:00:00Z', '2026-03-15T00:00:00Z')
    const { entries, is_complete: isComplete } = await tenant.api.get(200, march)
    assert.deepEqual(
      entries.map((one: Record<string, string>) => [one.kind, one.id, one.at, one.status]),
      [
        ['message', weekly, '2026-03-02T14:00:00Z', 'planned'],
        ['message', once, '2026-03-03T12:00:00Z', 'planned'],
        ['report', report.id, '2026-03-03T18:00:00Z', 'planned'],
        // The clocks of New York went forward.
        ['message', weekly, '2026-03-09T13:00:00Z', 'planned'],
        ['report', report.id, '2026-03-10T18:00:00Z', 'planned'],
      ],
    )
    assert.equal(isComplete, true)
    await tenant.api.post(200, `/scheduled-messages/${weekly}/pause`)
    const reader = await tenant.apiWith(['scheduled:read'])
    const seen = (await reader.get(200, march)).entries
    assert.deepEqual(
      seen.map((one: { id: string }) => one.id),
      [once],
    )
    assert.deepEqual((await (await app.tenant()).api.get(200, march)).entries, [])
  })

  test('a run that was is told with what became of it', async () => {
    const tenant = await app.tenant()
    const at = new Date(app.clock.nowMs() + 60_000).toISOString().replace(/\.\d+/, '')
    const once = await plan(tenant, { name: 'Soon', schedule_type: 'one_time', scheduled_time: at })
    app.clock.advance(120_000)
    await app.runJobs({ includeDelayed: true })
    const day = new Date(app.clock.nowMs() - 3_600_000).toISOString()
    const { entries } = await tenant.api.get(200, path(day, new Date(app.clock.nowMs()).toISOString()))
    assert.equal(entries.length, 1)
    assert.deepEqual([entries[0].id, entries[0].at], [once, at])
    assert.notEqual(entries[0].status, 'planned')
    assert.ok(entries[0].execution_id !== null)
  })

  test('many runs are cut at the earliest 2000, whichever schedule they are of', async () => {
    const tenant = await app.tenant()
    const often = { schedule_type: 'cron', timezone: 'UTC' }
    await plan(tenant, { ...often, name: 'A', cron_expression: '*/5 * * * *' })
    await plan(tenant, { ...often, name: 'B', cron_expression: '2-59/5 * * * *' })
    const { entries, is_complete: isComplete } = await tenant.api.get(
      200,
      path('2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z'),
    )
    assert.deepEqual([entries.length, isComplete], [2000, false])
    assert.deepEqual([entries[0].at, entries[1].at], ['2026-04-01T00:00:00Z', '2026-04-01T00:02:00Z'])
    const times = entries.map((one: { at: string }) => one.at)
    assert.deepEqual(times, times.toSorted())
  })

  test('422 for a span that is none or too long', async () => {
    const { api } = await app.tenant()
    await api.get(422, path('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z'))
    await api.get(422, path('2026-03-01T00:00:00Z', '2026-06-01T00:00:00Z'))
    await api.get(422, '/scheduled-messages/calendar')
  })
})

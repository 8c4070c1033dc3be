import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { buildStateChange } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { applyState } from '../../sessions/lifecycle/sessions.service.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
})
after(() => app.close())

/** What a scraper gets: each figure by its name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const answer = await app.app.http.inject({ method: 'GET', url: '/metrics' })
  assert.equal(answer.statusCode, 200)
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/ (\S+)$/.exec(line)?.[1])]))
}

suite('figures for operators', () => {
  test('sessions, what waits to leave, jobs, database and disk are told', async () => {
    const { id } = await tenant.api.post(201, '/sessions', { name: 'Desk' })
    const owner = { tenantId: tenant.id, sessionId: id }
    await applyState(app.app.ctx, buildStateChange(owner, { status: 'working', phoneNumber: '15550100123' }))
    const figures = await scrape()
    assert.equal(figures.get('moltflow_sessions{status="working"}'), 1)
    assert.equal(figures.get('moltflow_sessions{status="failed"}'), 0)
    assert.equal(figures.get('moltflow_outbox_waiting'), 0)
    assert.equal(figures.get('moltflow_webhooks{state="failing"}'), 0)
    assert.ok((figures.get('moltflow_data_free_bytes') ?? 0) > 1_000_000)
    assert.ok((figures.get('moltflow_database_seconds') ?? -1) >= 0)
    assert.equal(figures.get('moltflow_scrape_failed{source="installation"}'), 0)
    assert.equal(figures.get('moltflow_scrape_failed{source="jobs"}'), 0)
    const queues = [...figures.keys()].filter((name) => name.startsWith('moltflow_jobs_late_seconds'))
    assert.ok(queues.length > 5, `${queues.length} queues`)
  })

  test('the figures that the guide names exist, and so do the labels', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../../docs/guides/alarms.md'), 'utf8')
    const named = new Set([...guide.matchAll(/moltflow_\w+/g)].map(([name]) => name))
    assert.ok(named.size > 8)
    const { body } = await app.app.http.inject({ method: 'GET', url: '/metrics' })
    for (const name of named) assert.ok(body.includes(name), `${name} is in the guide alone`)
  })
})

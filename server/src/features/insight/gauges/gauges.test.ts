import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
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

/** Messages that wait, one of them because nobody has sent it; a failing webhook with a delivery, and one switched off. */
async function leaveWaiting(sessionId: string): Promise<void> {
  const { pool } = app.app.ctx.db
  const held = [null, 'burst', null]
  for (const [n, waitsFor] of held.entries()) {
    const body = { session_id: sessionId, chat_id: `1555010020${n}`, message: `waits ${n}` }
    await tenant.api.with({ prefer: 'respond-async' }).post(202, '/messages/send', body)
    await pool.query(
      `UPDATE outbox SET waits_for = $1, not_before = CASE WHEN $2 THEN now() + interval '1 hour' END,
         created_at = now() - interval '90 seconds'
       WHERE message_id = (SELECT message_id FROM outbox ORDER BY message_id DESC LIMIT 1)`,
      [waitsFor, n === 2],
    )
  }
  for (const isActive of [true, false]) {
    const { id } = await tenant.api.post(201, '/webhooks', {
      url: 'https://example.com/',
      events: ['message.sent'],
    })
    await pool.query('UPDATE webhooks SET failing_since = now(), is_active = $2 WHERE id = $1', [
      id,
      isActive,
    ])
    for (const isWaiting of isActive ? [true, false] : [])
      await pool.query(
        `INSERT INTO webhook_deliveries (id, tenant_id, webhook_id, event, body, status, is_waiting, created_at)
         VALUES ($1, $2, $3, 'message.sent', 'x', 'pending', $4, now() - interval '10 minutes')`,
        [randomUUID(), tenant.id, id, isWaiting],
      )
  }
}

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
    await leaveWaiting(id)
    const figures = await scrape()
    assert.equal(figures.get('moltflow_sessions{status="working"}'), 1)
    assert.equal(figures.get('moltflow_sessions{status="failed"}'), 0)
    assert.equal(
      figures.get('moltflow_outbox_waiting'),
      1,
      'what a limit holds, or what was put off, does not count',
    )
    assert.ok(Math.abs((figures.get('moltflow_outbox_oldest_seconds') ?? 0) - 90) < 30)
    assert.equal(figures.get('moltflow_webhooks{state="failing"}'), 1)
    assert.equal(figures.get('moltflow_webhooks{state="off"}'), 1)
    assert.equal(figures.get('moltflow_webhook_deliveries_waiting'), 1)
    assert.ok(Math.abs((figures.get('moltflow_webhook_oldest_waiting_seconds') ?? 0) - 600) < 30)
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

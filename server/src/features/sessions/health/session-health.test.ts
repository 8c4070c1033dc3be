import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildStateChange, createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { createLinkedApp, type LinkedApp, linkSession, nextEvent } from '../../../../test/linked-session.ts'
import { applyState } from '../lifecycle/sessions.service.ts'
import { pruneTimelines } from './timeline.service.ts'

let app: LinkedApp
let tenant: TestTenant

const timeline = (id: string, query = '') => tenant.api.get(200, `/sessions/${id}/timeline${query}`)

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
})
after(() => app.close())

suite('sessions.timeline', () => {
  test('every state with its reason and a sentence, newest first', async () => {
    const { id, phone } = await linkSession(app, tenant.api)
    const failed = nextEvent(
      app,
      'session.status',
      (told) => told.sessionId === id && told.status !== 'working',
    )
    app.simulator.fault({ kind: 'logout', phone })
    await failed
    const { entries, total } = await timeline(id)
    assert.deepEqual(
      entries.map((entry: { status: string }) => entry.status),
      ['failed', 'working', 'qr_code', 'starting'],
    )
    const [last] = entries
    assert.deepEqual([last.reason, last.until], ['logged_out', null])
    assert.match(last.detail, /scan a new code/)
    assert.match(last.at, /Z$/)
    const page = await timeline(id, '?limit=1&offset=1')
    assert.deepEqual(page, { entries: [entries[1]], total, limit: 1, offset: 1 })
  })

  test('what comes twice is one entry; a lock is there with its end', async () => {
    const { id: sessionId } = await createSession(tenant.api)
    const until = new Date('2026-03-01T12:00:00Z')
    const told = buildStateChange(
      { tenantId: tenant.id, sessionId },
      { status: 'working', reason: 'reach_out_locked', until },
    )
    await applyState(app.app.ctx, told)
    await applyState(app.app.ctx, told)
    const { entries } = await timeline(sessionId)
    assert.equal(entries.length, 1)
    assert.equal(entries[0].until, '2026-03-01T12:00:00Z')
  })

  test('many sessions change at once: each gets its own states in order, and one that cannot be stored spoils no other', async () => {
    const other = await app.tenant()
    const [one, two, broken] = await Promise.all([
      createSession(tenant.api),
      createSession(tenant.api),
      createSession(tenant.api),
    ])
    const foreign = await createSession(other.api)
    const tell = (
      tenantId: string,
      sessionId: string,
      change: Omit<Parameters<typeof buildStateChange>[1], 'tenantId'>,
    ) => applyState(app.app.ctx, buildStateChange({ tenantId, sessionId }, change))
    const told = new Map<string, string[]>()
    const hearing = app.app.ctx.events.subscribe({ names: ['session.status'] })
    await Promise.all([
      tell(tenant.id, one.id, { status: 'starting' }),
      tell(tenant.id, two.id, { status: 'starting' }),
      tell(other.id, foreign.id, { status: 'starting' }),
      // Another tenant's, and one that is gone.
      tell(other.id, two.id, { status: 'failed', reason: 'banned' }),
      tell(tenant.id, app.app.ctx.ids.uuid(), { status: 'working' }),
      tell(tenant.id, one.id, { status: 'working', phoneNumber: '4915551234567' }),
      tell(tenant.id, two.id, { status: 'failed', reason: 'logged_out', error: 'gone' }),
    ])
    for await (const event of hearing) {
      assert.ok('payload' in event)
      const { sessionId, status } = event.payload as unknown as { sessionId: string; status: string }
      told.set(sessionId, [...(told.get(sessionId) ?? []), status])
      if ([...told.values()].flat().length === 5) break
    }
    const expected = [
      [one.id, ['starting', 'working']],
      [two.id, ['starting', 'failed']],
      [foreign.id, ['starting']],
    ] as const
    for (const [id, statuses] of expected) {
      assert.deepEqual(told.get(id), statuses)
      const { entries } = await (id === foreign.id ? other : tenant).api.get(200, `/sessions/${id}/timeline`)
      assert.deepEqual(
        entries.map(({ status }: { status: string }) => status),
        statuses.toReversed(),
      )
    }
    // No text of PostgreSQL holds this character.
    const refused = tell(tenant.id, broken.id, { status: 'starting', error: 'a\u0000b' })
    const stopping = tell(tenant.id, one.id, { status: 'stopped' })
    await assert.rejects(refused)
    await stopping
    const rows = await Promise.all([one, two, broken].map(({ id }) => tenant.api.get(200, `/sessions/${id}`)))
    assert.deepEqual(
      rows.map(({ status, status_reason, last_error }) => [status, status_reason, last_error]),
      [
        ['stopped', null, null],
        ['failed', 'logged_out', 'gone'],
        ['stopped', null, null],
      ],
    )
    assert.equal(rows[0].phone_number, '4915551234567')
    assert.ok(rows[0].last_connected_at !== null && rows[2].updated_at === rows[2].created_at)
  })

  test('kept are the newest 1,000, and none older than 90 days', async () => {
    const { id: sessionId } = await createSession(tenant.api)
    const owner = { tenantId: tenant.id, sessionId }
    await app.database.db.pool.query(
      `INSERT INTO session_states (id, tenant_id, session_id, status, at)
       SELECT gen_random_uuid(), $1, $2, 'starting', $3::timestamptz - n * interval '1 second'
       FROM generate_series(1, 995) n`,
      [tenant.id, sessionId, app.clock.now().toISOString()],
    )
    for (let index = 0; index < 20; index += 1) {
      const status = index % 2 === 0 ? 'working' : 'starting'
      await applyState(app.app.ctx, buildStateChange(owner, { status }))
    }
    assert.equal((await timeline(sessionId)).total, 1000)
    await app.database.db.pool.query(
      `UPDATE session_states SET at = at - interval '91 days' WHERE status = 'starting'`,
    )
    await pruneTimelines(app.app.ctx)
    const { entries } = await timeline(sessionId, '?limit=100')
    assert.ok(entries.length > 0)
    assert.ok(entries.every(({ status }: { status: string }) => status === 'working'))
    const other = await app.tenant()
    await other.api.get(404, `/sessions/${sessionId}/timeline`)
  })
})

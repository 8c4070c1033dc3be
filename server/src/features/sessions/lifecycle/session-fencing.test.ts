import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildStateChange } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { applyState } from './sessions.service.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
})
after(() => app.close())

/** A session that works under the lease of an epoch. */
async function workingUnder(epoch: number): Promise<{ tenantId: string; sessionId: string }> {
  const { id } = await tenant.api.post(201, '/sessions', { name: 'Desk' })
  const owner = { tenantId: tenant.id, sessionId: id }
  await app.app.ctx.db.pool.query(
    `INSERT INTO engine_sessions (session_id, tenant_id, owner_id, epoch, lease_until)
     VALUES ($1, $2, 'another process', $3, now() + interval '1 minute')`,
    [id, tenant.id, epoch],
  )
  await app.app.ctx.db.pool.query(`UPDATE sessions SET desired_state = 'running' WHERE id = $1`, [id])
  await applyState(
    app.app.ctx,
    buildStateChange(owner, { epoch, status: 'working', phoneNumber: '15550100123' }),
  )
  return owner
}

async function stored(
  sessionId: string,
): Promise<{ status: string; desired_state: string; reason: string | null }> {
  const { rows } = await app.app.ctx.db.pool.query(
    `SELECT status, desired_state, status_reason AS reason FROM sessions WHERE id = $1`,
    [sessionId],
  )
  return rows[0]
}

const working = { status: 'working', desired_state: 'running', reason: null }

suite('states are fenced by the lease they were seen under', () => {
  for (const [status, reason] of [
    ['failed', 'replaced'],
    ['stopped', null],
    ['starting', 'reconnecting'],
    ['qr_code', null],
  ] as const) {
    test(`a late ${status} of the process that lost the session changes and publishes nothing`, async () => {
      const owner = await workingUnder(7)
      const before = await tenant.api.get(200, `/sessions/${owner.sessionId}`)
      const cause = status === 'failed' ? 'failed' : 'lost'
      await applyState(
        app.app.ctx,
        buildStateChange(owner, { epoch: 6, status, reason, cause, error: 'lost' }),
      )
      assert.deepEqual(await stored(owner.sessionId), working)
      assert.deepEqual(await tenant.api.get(200, `/sessions/${owner.sessionId}`), before)
      const { rows } = await app.app.ctx.db.pool.query(
        `SELECT status FROM session_states WHERE session_id = $1 ORDER BY at, id`,
        [owner.sessionId],
      )
      assert.deepEqual(rows, [{ status: 'working' }])
    })
  }

  test('the holder and the service itself are heard, also beside one that is not', async () => {
    const [held, lost] = [await workingUnder(3), await workingUnder(3)]
    await Promise.all([
      applyState(
        app.app.ctx,
        buildStateChange(held, { epoch: 3, status: 'starting', reason: 'reconnecting' }),
      ),
      applyState(app.app.ctx, buildStateChange(lost, { epoch: 2, status: 'failed', reason: 'replaced' })),
    ])
    assert.equal((await stored(held.sessionId)).status, 'starting')
    assert.deepEqual(await stored(lost.sessionId), working)
    await applyState(app.app.ctx, buildStateChange(lost, { epoch: null, status: 'stopped', cause: 'stop' }))
    assert.equal((await stored(lost.sessionId)).status, 'stopped')
  })
})

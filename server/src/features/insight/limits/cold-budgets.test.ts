import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

suite('GET /sessions/cold-budgets', () => {
  test('tells of each session what it may start today and has, as sends are charged', async () => {
    const { api } = await app.tenant()
    const [{ id }, locked] = [await createSession(api), await createSession(api)]
    const { pool } = app.app.ctx.db
    const now = app.clock.now()
    const today = now.toISOString().slice(0, 10)
    await pool.query('UPDATE sessions SET cold_day = $2, cold_count = 6 WHERE id = $1', [id, today])
    const until = new Date(now.getTime() + 3_600_000)
    await pool.query('UPDATE sessions SET reach_out_locked_until = $2 WHERE id = $1', [locked.id, until])
    const read = async () => {
      const answer = await api.get(200, '/sessions/cold-budgets')
      const own = answer.sessions.find((one: { session_id: string }) => one.session_id === id)
      return [answer.mode, own.budget, own.used, own.remaining]
    }
    assert.deepEqual(await read(), ['budget', 20, 6, 14])
    const { sessions, renews_at: renewsAt } = await api.get(200, '/sessions/cold-budgets')
    assert.equal(Date.parse(renewsAt), Date.parse(today) + 86_400_000)
    assert.deepEqual(
      sessions.find((one: { session_id: string }) => one.session_id === locked.id),
      { session_id: locked.id, budget: 0, used: 0, remaining: 0 },
    )
    await api.put(200, '/antispam/settings', { cold_budget_first_week: 5 })
    assert.deepEqual(await read(), ['budget', 5, 6, 0])
    await api.patch(200, '/tenant/settings', { cold_contacts: 'strict' })
    assert.deepEqual(await read(), ['strict', 0, 6, 0])
    await api.patch(200, '/tenant/settings', { cold_contacts: 'budget' })
    await pool.query('UPDATE sessions SET cold_day = cold_day - 1 WHERE id = $1', [id])
    assert.deepEqual(await read(), ['budget', 5, 0, 5])
  })

  test('401 without a credential, 403 without the scope, nothing of another tenant', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    await createSession(other.api)
    assert.deepEqual((await tenant.api.get(200, '/sessions/cold-budgets')).sessions, [])
    await app.api.get(401, '/sessions/cold-budgets')
    await (await tenant.apiWith(['leads:read'])).get(403, '/sessions/cold-budgets')
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type ModelTenant, type ModelWorld, openModelWorld } from '../../../../test/model-world.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Purpose } from './providers.schema.ts'
import { callModel, embed, outcomeOfAiError } from './providers.service.ts'
import { pruneCalls } from './usage.service.ts'

let world: ModelWorld

before(async () => {
  world = await openModelWorld()
})
after(() => world.close())

const maxOutputTokens = 100
const question = {
  system: 'Answer.',
  messages: [{ role: 'user' as const, content: 'Hello' }],
  maxOutputTokens,
}
/** What one such call takes at the most: its bytes, its frame and the longest answer. */
const most = 'Answer.'.length + 'Hello'.length + 16 + 64 + maxOutputTokens

const ask = (tenant: ModelTenant, purpose: Purpose = 'reply') =>
  callModel(tenant.ctx, { tenantId: tenant.id, purpose, ...question })

const usageOf = (tenant: ModelTenant, query = '') => tenant.api.get(200, `/ai/usage${query}`)

suite('the budget of a day', () => {
  test('50 calls at once at its edge: none is made that does not fit, and nothing is overspent', async () => {
    const budget = most * 7 + most - 1
    const tenant = await world.tenant({ daily_token_budget: budget, model: 'edge+slow' })
    world.models.clearLog()
    const ended = await Promise.allSettled(Array.from({ length: 50 }, () => ask(tenant)))
    const made = world.models.log('chat').length
    const answered = ended.filter(({ status }) => status === 'fulfilled').length
    assert.equal(made, answered)
    assert.ok(answered >= 7, `only ${answered} fit`)
    for (const each of ended)
      if (each.status === 'rejected') assert.equal((each.reason as AppError).code, 'ai_budget_spent')
    const { budget: today, total } = await usageOf(tenant)
    assert.ok(today.used_today <= budget, `${today.used_today} of ${budget} were used`)
    assert.deepEqual([today.reserved, total.calls, total.total_tokens], [0, answered, today.used_today])
  })

  test('what a call did not use is free again, until the day is really spent', async () => {
    const tenant = await world.tenant({ daily_token_budget: most + 40 })
    const first = await ask(tenant)
    assert.ok(first.tokensUsed < 40, 'a short answer takes less than was reserved')
    await ask(tenant)
    let error: unknown
    for (let count = 0; count < 40 && error === undefined; count += 1) {
      await ask(tenant).catch((thrown: unknown) => {
        error = thrown
      })
    }
    assert.ok(error instanceof AppError)
    assert.deepEqual([error.code, error.status], ['ai_budget_spent', 429])
    const { budget } = await usageOf(tenant)
    assert.ok(budget.used_today <= most + 40)
  })

  test('renews when the day of the tenant ends, not that of the server, and is told so', async () => {
    const tenant = await world.tenant({ daily_token_budget: most - 1 })
    // A key outlasts the night.
    const reader = await tenant.apiWith(['ai:read'])
    // It is 10:00 in UTC: in Tokyo the day ends in five hours, in New York in nineteen.
    for (const [zone, hours] of [
      ['Asia/Tokyo', 5],
      ['America/New_York', 19],
    ] as const) {
      await tenant.api.patch(200, '/tenant/settings', { time_zone: zone })
      const error = await ask(tenant).catch((thrown: AppError) => thrown)
      assert.ok(error instanceof AppError)
      assert.equal(error.headers?.['retry-after'], String(hours * 3600), zone)
      assert.match(error.message, /renews at 2026-02-1/)
      // A job looks every hour: somebody may raise the budget.
      assert.deepEqual(outcomeOfAiError(error, { attempt: 99 }), {
        kind: 'retry',
        afterMs: 3_600_000,
        cause: undefined,
      })
    }
    await tenant.api.patch(200, '/ai/config', { daily_token_budget: most })
    await ask(tenant)
    await assert.rejects(ask(tenant), { code: 'ai_budget_spent' })
    world.app.clock.advance(19 * 3_600_000)
    await ask(tenant)
    const { days } = await reader.get(200, '/ai/usage')
    assert.deepEqual(
      days.map(({ date, calls }: { date: string; calls: number }) => [date, calls]),
      [
        ['2026-02-12', 1],
        ['2026-02-11', 1],
      ],
    )
  })

  test('calls that are refused or fail at once cost nothing; one whose end nobody knows counts at its longest', async () => {
    const tenant = await world.tenant({ model: 'x+overloaded' })
    await assert.rejects(ask(tenant))
    assert.equal((await usageOf(tenant)).budget.used_today, 0)
    await tenant.api.patch(200, '/ai/config', { model: 'x+hang', timeout_seconds: 1 })
    await assert.rejects(ask(tenant))
    const { budget, total } = await usageOf(tenant)
    assert.equal(budget.used_today, most)
    assert.deepEqual([total.calls, total.failed_calls], [2, 2])
  })

  test('a process that dies in a call gives its tokens to the used ones, and its row ends', async () => {
    const tenant = await world.tenant()
    const { db, clock, ids } = tenant.ctx
    const day = (await usageOf(tenant)).to
    await db.pool.query(
      'INSERT INTO ai_budget_days (tenant_id, day, reserved, used) VALUES ($1, $2, 500, 0)',
      [tenant.id, day],
    )
    await db.pool.query(
      "INSERT INTO ai_calls (id, tenant_id, day, purpose, provider, model, status, reserved_tokens, started_at) VALUES ($1, $2, $3, 'reply', 'compatible', 'm', 'open', 500, $4)",
      [ids.uuid(), tenant.id, day, new Date(clock.nowMs() - 7_200_000)],
    )
    await pruneCalls(tenant.ctx)
    await pruneCalls(tenant.ctx)
    const { budget, total } = await usageOf(tenant)
    assert.deepEqual([budget.reserved, budget.used_today, total.failed_calls], [0, 500, 1])
  })
})

suite('GET /ai/usage', () => {
  test('calls, tokens and estimated cost by day and purpose; nobody sees another tenant’s', async () => {
    const [tenant, other] = [await world.tenant({ embedding_model: 'sim-embed' }), await world.tenant()]
    await ask(other)
    await ask(tenant)
    await ask(tenant, 'group_analysis')
    await ask(tenant, 'group_analysis')
    await embed(tenant.ctx, { tenantId: tenant.id, texts: ['a bicycle'], kind: 'document' })
    const told = await usageOf(tenant)
    const figures = told.days.map(({ purpose, calls }: { purpose: string; calls: number }) => [
      purpose,
      calls,
    ])
    assert.deepEqual(figures, [
      ['embedding', 1],
      ['group_analysis', 2],
      ['reply', 1],
    ])
    assert.deepEqual([told.total.calls, told.total.cost_estimate, told.total.unpriced_calls], [4, null, 4])
    assert.equal(told.total.total_tokens, told.total.input_tokens + told.total.output_tokens)
    await tenant.api.patch(200, '/ai/config', { prices: { input: 10, output: 20 } })
    await ask(tenant, 'preview')
    const [priced] = (await usageOf(tenant)).days.filter(
      ({ purpose }: { purpose: string }) => purpose === 'preview',
    )
    const cost = (priced.input_tokens * 10 + priced.output_tokens * 20) / 1_000_000
    assert.equal(priced.cost_estimate, cost)
    const reader = await tenant.apiWith(['ai:read'])
    assert.deepEqual(await reader.get(200, '/ai/usage'), await usageOf(tenant))
  })

  test('the days that are asked for; 422 for others', async () => {
    const tenant = await world.tenant()
    await ask(tenant)
    const { to } = await usageOf(tenant)
    assert.equal((await usageOf(tenant, `?from=${to}&to=${to}`)).total.calls, 1)
    assert.equal((await usageOf(tenant, '?to=2026-01-01')).from, '2025-12-03')
    for (const query of ['?from=2026-02-02&to=2026-02-01', '?from=yesterday', '?to=2026-02-30'])
      await tenant.api.get(422, `/ai/usage${query}`)
  })

  test('single calls are kept for 30 days, what they add up to for 400', async () => {
    const tenant = await world.tenant()
    await ask(tenant)
    const { to } = await usageOf(tenant)
    const count = async () => {
      const sql = 'SELECT count(*)::int AS n FROM ai_calls WHERE tenant_id = $1'
      return (await tenant.ctx.db.pool.query(sql, [tenant.id])).rows[0].n
    }
    const kept = { ...tenant.ctx, clock: { ...tenant.ctx.clock, now: () => new Date(), nowMs: () => 0 } }
    const after = (days: number) =>
      pruneCalls({ ...kept, clock: { ...kept.clock, nowMs: () => Date.parse(to) + days * 86_400_000 } })
    await after(29)
    assert.equal(await count(), 1)
    await after(33)
    assert.equal(await count(), 0)
    assert.equal((await usageOf(tenant, `?from=${to}&to=${to}`)).total.calls, 1)
    await after(402)
    assert.equal((await usageOf(tenant, `?from=${to}&to=${to}`)).total.calls, 0)
  })
})

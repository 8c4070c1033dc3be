import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { type Identity, openIdentity, type TestAccount } from '../../../../test/identity.ts'
import type { Context } from '../../../context.ts'
import { limitNames } from '../../account/plans/plans.schema.ts'
import { getLimits, requireBelowLimit } from '../../account/plans/plans.service.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { countSent } from '../../account/usage/usage.service.ts'
import { checkGate } from './limits.service.ts'

let identity: Identity

before(async () => {
  identity = await openIdentity()
})

after(() => identity.close())

function contextOf(account: TestAccount): Context {
  return { ...identity.ctx, caller: { kind: 'system', tenantId: account.tenantId } }
}

suite('GET /billing/plans', () => {
  test('200 without a credential: the five plans with all limits, unlimited ones as null', async () => {
    const { status, body } = await identity.call('GET', '/billing/plans')
    assert.equal(status, 200)
    assert.deepEqual(
      body.plans.map(({ id }: { id: string }) => id),
      ['free', 'starter', 'pro', 'business', 'unlimited'],
    )
    const pro = body.plans[2]
    assert.equal(pro.price_monthly, 29.9)
    assert.equal(pro.limits.max_messages_per_month, 1500)
    assert.ok(pro.features.includes('bulk_send'))
    for (const plan of body.plans) assert.deepEqual(Object.keys(plan.limits).sort(), [...limitNames].sort())
    assert.equal(body.plans[3].limits.max_reports, null)
    assert.equal(body.plans[4].limits.api_requests_per_minute, 600)
    assert.equal(body.plans[4].limits.max_sessions, null)
  })
})

suite('GET /usage/current', () => {
  test('200 with period, percentage of sent messages and the end of the month', async () => {
    const account = await identity.createAccount({ plan: 'pro' })
    const { ctx } = identity
    const { tenantId } = account
    await countSent(ctx.db.sql, [
      { tenantId, sessionId: ctx.ids.uuid(), atMs: ctx.clock.nowMs(), count: 900 },
    ])
    const { status, body } = await identity.call('GET', '/usage/current', { token: account.token })
    assert.equal(status, 200)
    assert.equal(body.period, monthOf(ctx.clock.nowMs()))
    assert.deepEqual(
      [body.messages_sent, body.messages_received, body.total_messages, body.usage_percentage],
      [900, 0, 900, 60],
    )
    assert.deepEqual([body.limit_messages, body.plan, body.limits.max_sessions], [1500, 'pro', 5])
    assert.deepEqual(body.usage, {
      sessions: 0,
      messages_this_month: 900,
      groups: 0,
      labels: 0,
      channels: 0,
      channel_posts_this_month: 0,
      ai_replies_this_month: 0,
    })
    assert.equal(body.resets_at, '2026-03-01T00:00:00Z')
  })

  test('200 on an unlimited plan: no limit and no percentage', async () => {
    const { token } = await identity.createAccount()
    const { body } = await identity.call('GET', '/usage/current', { token })
    assert.deepEqual([body.limit_messages, body.usage_percentage], [null, 0])
  })

  test('403 with X-Required-Scopes without usage:read', async () => {
    const { token } = await identity.createAccount()
    const made = await identity.call('POST', '/api-keys', {
      token,
      body: { name: 'x', scopes: ['messages:send'] },
    })
    const reply = await identity.call('GET', '/usage/current', { key: made.body.raw_key })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-required-scopes'], 'usage:read')
  })
})

suite('plan gates', () => {
  test('a feature the plan lacks is refused by name', async () => {
    const free = contextOf(await identity.createAccount({ plan: 'free' }))
    await assert.rejects(checkGate(free, { feature: 'bulk_send' }), /Free does not include bulk_send/)
    await checkGate(contextOf(await identity.createAccount({ plan: 'starter' })), { feature: 'bulk_send' })
    await checkGate(contextOf(await identity.createAccount()), {
      feature: 'analytics',
      limit: 'max_sessions',
    })
  })

  test('a limit without room is refused by name, an override wins over the plan at once', async () => {
    const account = await identity.createAccount({ plan: 'free' })
    const ctx = contextOf(account)
    const refusal = { code: 'plan_limit_reached', message: /max_style_profiles/ }
    await assert.rejects(checkGate(ctx, { limit: 'max_style_profiles' }), refusal)
    assert.equal((await getLimits(ctx, account.tenantId)).max_style_profiles, 0)
    await ctx.db.transaction(async (sql) => {
      const limitOverrides = { max_style_profiles: null, max_sessions: 2 }
      await sql.update(tenants).set({ limitOverrides }).where(eq(tenants.id, account.tenantId))
      await publishChange(ctx, sql, [`tenant:${account.tenantId}`])
    })
    await checkGate(ctx, { limit: 'max_style_profiles' })
    const limits = await getLimits(ctx, account.tenantId)
    assert.deepEqual([limits.max_style_profiles, limits.max_sessions, limits.max_groups], [null, 2, 2])
  })

  test('an unknown limit is a programming mistake', async () => {
    await assert.rejects(
      checkGate(contextOf(await identity.createAccount()), { limit: 'max_dreams' }),
      /no limit/,
    )
  })

  test('of 20 that add at once under the lock only as many pass as there is room', async () => {
    const account = await identity.createAccount({ plan: 'pro' })
    const ctx = contextOf(account)
    let used = 0
    const adds = Array.from({ length: 20 }, () =>
      ctx.db.transaction(async (sql) => {
        await lockTenant(sql, account.tenantId)
        const seen = used
        await requireBelowLimit(ctx, sql, 'max_sessions', seen)
        used = seen + 1
      }),
    )
    const results = await Promise.allSettled(adds)
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5)
    assert.equal(used, 5)
  })
})

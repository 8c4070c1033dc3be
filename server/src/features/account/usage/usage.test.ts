import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Identity, openIdentity } from '../../../../test/identity.ts'
import { monthOf } from './usage.schema.ts'
import {
  countReceived,
  countRequest,
  countSent,
  flushRequests,
  getMonth,
  releaseMessages,
  reserveMessages,
} from './usage.service.ts'

const month = '2026-02'
const atMs = Date.parse('2026-02-11T10:00:00Z')
let identity: Identity

before(async () => {
  identity = await openIdentity()
})

after(() => identity.close())

suite('monthly quota', () => {
  test('exactly the limit is admitted to 20 that ask at once', async () => {
    const { tenantId } = await identity.createAccount()
    const { ctx } = identity
    const asks = Array.from({ length: 20 }, () =>
      ctx.db.transaction((sql) => reserveMessages(sql, tenantId, month, 7, 50)),
    )
    const admitted = await Promise.all(asks)
    assert.equal(
      admitted.reduce((sum, n) => sum + n, 0),
      50,
    )
    assert.equal(admitted.filter((n) => n === 7).length, 7)
    assert.equal(await reserveMessages(ctx.db.sql, tenantId, month, 1, 50), 0)
  })

  test('what is released can be reserved again; another month starts anew', async () => {
    const { tenantId } = await identity.createAccount()
    const { sql } = identity.ctx.db
    assert.equal(await reserveMessages(sql, tenantId, month, 60, 50), 50)
    await releaseMessages(sql, tenantId, month, 3)
    assert.equal(await reserveMessages(sql, tenantId, month, 5, 50), 3)
    assert.equal(await reserveMessages(sql, tenantId, '2026-03', 5, 50), 5)
  })

  test('without a limit everything is admitted; a lowered limit admits nothing more', async () => {
    const { tenantId } = await identity.createAccount()
    const { sql } = identity.ctx.db
    assert.equal(await reserveMessages(sql, tenantId, month, 1000, null), 1000)
    assert.equal(await reserveMessages(sql, tenantId, month, 1, 50), 0)
    assert.equal(await reserveMessages(sql, tenantId, month, 0, null), 0)
  })

  test('a reservation that rolls back leaves the quota alone', async () => {
    const { tenantId } = await identity.createAccount()
    const { ctx } = identity
    await assert.rejects(
      ctx.db.transaction(async (sql) => {
        await reserveMessages(sql, tenantId, month, 50, 50)
        throw new Error('no')
      }),
    )
    assert.equal(await reserveMessages(ctx.db.sql, tenantId, month, 50, 50), 50)
  })
})

suite('counters', () => {
  test('a batch counts per session and UTC day, and adds to what is there', async () => {
    const a = await identity.createAccount()
    const b = await identity.createAccount()
    const { ctx } = identity
    const sessionId = ctx.ids.uuid()
    const lastDay = Date.parse('2026-02-28T23:59:59Z')
    const nextMonth = Date.parse('2026-03-01T00:00:00Z')
    const item = (tenantId: string, at: number, count = 1) => ({ tenantId, sessionId, atMs: at, count })
    const batch = [
      item(a.tenantId, atMs),
      item(a.tenantId, atMs, 2),
      item(a.tenantId, lastDay),
      item(b.tenantId, atMs),
    ]
    await countSent(ctx.db.sql, batch)
    await countSent(ctx.db.sql, [item(a.tenantId, nextMonth)])
    await Promise.all(Array.from({ length: 10 }, () => countReceived(ctx.db.sql, [...batch].reverse())))
    const totals = await getMonth(ctx, a.tenantId, month)
    assert.deepEqual([totals.messagesSent, totals.messagesReceived], [4, 40])
    assert.equal((await getMonth(ctx, b.tenantId, month)).messagesSent, 1)
    assert.equal((await getMonth(ctx, a.tenantId, '2026-03')).messagesSent, 1)
  })

  test('an empty batch does nothing', async () => {
    await countSent(identity.ctx.db.sql, [])
  })

  test('API calls are counted in memory and written later, also without a session', async () => {
    const { token, tenantId } = await identity.createAccount()
    for (let i = 0; i < 3; i += 1) await identity.call('GET', '/users/me', { token })
    const before = await identity.call('GET', '/usage/current', { token })
    assert.equal(before.body.api_calls, 4)
    await flushRequests(identity.ctx)
    await identity.call('GET', '/users/me', { token })
    await flushRequests(identity.ctx)
    assert.equal((await getMonth(identity.ctx, tenantId, month)).apiCalls, 5)
  })

  test('calls of a tenant that is gone cost the others nothing', async () => {
    const { tenantId } = await identity.createAccount()
    countRequest(identity.ctx, '0196f0f0-0000-7000-8000-000000000000')
    countRequest(identity.ctx, tenantId)
    await flushRequests(identity.ctx)
    await flushRequests(identity.ctx)
    assert.equal((await getMonth(identity.ctx, tenantId, month)).apiCalls, 1)
  })

  test('months end in UTC', () => {
    assert.equal(monthOf(Date.parse('2026-03-01T00:59:59+01:00')), '2026-02')
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { until, untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { outsideTransaction } from '../../../platform/database/transaction.ts'
import { forgetLookupsJob } from './accounts.schema.ts'
import { forgetLookups, resolveNumbers } from './accounts.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let ctx: Context

const dayMs = 86_400_000

/** Numbers that look-ups were made of so far. */
const questions = () => app.simulator.state().queries.usync ?? 0

/** How many questions something takes. */
async function asks(work: () => Promise<unknown>): Promise<number> {
  const before = questions()
  await work()
  return questions() - before
}

const resolve = (...phones: string[]) => resolveNumbers(ctx, session.id, phones)

/** Makes what was asked older. */
async function age(ms: number): Promise<void> {
  await ctx.db.sql.execute(text`
    UPDATE number_lookups SET asked_at = asked_at - ${`${ms} milliseconds`}::interval WHERE tenant_id = ${tenant.id}`)
}

function person(): string {
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name: 'Sample Contact' })
  return phone
}

suite('who is on WhatsApp', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
  })
  after(() => app.close())

  // Baileys #1997, evolution-api #357, waha #1261.
  test('one account under two numbers: the ninth digit of Brazil, the 9 of Argentina, the 1 of Mexico', async () => {
    const pairs = [
      ['551187654321', '5511987654321'],
      ['5491123456789', '541123456789'],
      ['5215512345678', '525512345678'],
    ] as const
    for (const [phone, alias] of pairs)
      app.simulator.createAccount({ phone, name: 'Sample Contact', aliases: [alias] })
    const found = await resolve(...pairs.flat())
    for (const [phone, alias] of pairs) {
      assert.deepEqual(found.get(phone), { isOnWhatsApp: true, account: phone })
      assert.deepEqual(found.get(alias), { isOnWhatsApp: true, account: phone })
    }
    // No rule of digits: the same pattern without a word of WhatsApp is nobody.
    assert.deepEqual((await resolve('5511912345678')).get('5511912345678'), {
      isOnWhatsApp: false,
      account: null,
    })
  })

  test('answers are kept: that somebody is there for 30 days, that nobody is for one', async () => {
    const [anna, nobody] = [person(), buildPhone()]
    const both = () => resolve(anna, nobody)
    assert.equal(await asks(both), 1)
    assert.equal(await asks(both), 0)
    await age(dayMs + 1000)
    app.simulator.createAccount({ phone: nobody, name: 'New here' })
    assert.equal(await asks(() => resolve(anna)), 0)
    assert.equal(await asks(both), 1)
    assert.deepEqual((await both()).get(nobody), { isOnWhatsApp: true, account: nobody })
    await age(29 * dayMs)
    assert.equal(await asks(() => resolve(anna)), 1)
  })

  test('who wrote lately is there: nobody asks, and no older answer counts', async () => {
    const phone = buildPhone()
    assert.deepEqual((await resolve(phone)).get(phone), { isOnWhatsApp: false, account: null })
    app.simulator.createAccount({ phone, name: 'Dora' })
    await app.simulator.sendMessage(phone, { to: session.phone, text: 'Hello' })
    await untilAnswer(
      async () => (await resolve(phone)).get(phone),
      (found) => found !== 'unknown' && found?.account === phone,
    )
    await age(40 * dayMs)
    assert.equal(await asks(() => resolve(phone)), 0)
  })

  test('many are asked in batches of twenty, the same ones once for all who ask at the same time', async () => {
    const phones = Array.from({ length: 45 }, person)
    const asked = await asks(async () => {
      const all = await Promise.all([resolve(...phones), resolve(...phones), resolve(...phones.slice(30))])
      assert.deepEqual(
        all.map(({ size }) => size),
        [45, 45, 15],
      )
      for (const found of all)
        for (const [phone, answer] of found) assert.deepEqual(answer, { isOnWhatsApp: true, account: phone })
    })
    assert.equal(asked, 3)
  })

  test('asked to slow down, a session leaves WhatsApp alone for a while; what is known is still answered', async () => {
    const [anna, ben] = [person(), person()]
    await resolve(anna)
    app.simulator.setLimits(session.phone, { queriesPerMinute: { contacts: 0 } })
    const found = await resolve(anna, ben)
    assert.deepEqual(found.get(anna), { isOnWhatsApp: true, account: anna })
    assert.equal(found.get(ben), 'unknown')
    app.simulator.setLimits(session.phone, { queriesPerMinute: null })
    assert.equal(await asks(() => resolve(ben)), 0)
    app.clock.advance(61_000)
    assert.deepEqual((await resolve(ben)).get(ben), { isOnWhatsApp: true, account: ben })
  })

  test('without a connection numbers are unknown, and asked when there is one', async () => {
    const other = await linkSession(app, tenant.api)
    const phone = person()
    await tenant.api.post(200, `/sessions/${other.id}/stop`)
    assert.equal((await resolveNumbers(ctx, other.id, [phone])).get(phone), 'unknown')
    assert.deepEqual((await resolve(phone)).get(phone), { isOnWhatsApp: true, account: phone })
  })

  test('answers of one tenant are not those of another, and old ones go', async () => {
    const phone = person()
    await resolve(phone)
    const theirs = await app.tenant()
    const stranger: Context = { ...ctx, caller: { kind: 'system', tenantId: theirs.id } }
    const unlinked = ctx.ids.uuid()
    assert.equal((await resolveNumbers(stranger, unlinked, [phone])).get(phone), 'unknown')
    await age(31 * dayMs)
    await resolve(person())
    await ctx.jobs.add(ctx.db.sql, forgetLookupsJob, {})
    await app.runJobs()
    const { rows } = await ctx.db.sql.execute(text`SELECT FROM number_lookups WHERE tenant_id = ${tenant.id}`)
    assert.equal(rows.length, 1)
  })

  test('who keeps new answers is not waited for while old ones go', { skip: !isServerTest }, async () => {
    const [kept, gone] = [person(), person()]
    await resolve(kept, gone)
    await age(31 * dayMs)
    const { sql } = ctx.db
    const old = async () => {
      const { rows } = await sql.execute(text`
        SELECT phone FROM number_lookups WHERE tenant_id = ${tenant.id} AND phone IN (${kept}, ${gone})`)
      return rows.map(({ phone }) => phone)
    }
    await ctx.db.transaction(async (held) => {
      await held.execute(text`SELECT FROM number_lookups WHERE phone = ${kept} FOR UPDATE`)
      const forgetting = outsideTransaction(() => forgetLookups(ctx))
      const isSame = async () => {
        const left = await outsideTransaction(old)
        return left.length === 1 && left[0] === kept ? true : undefined
      }
      await until('the other one gone', isSame, { timeoutMs: 5000 })
      await forgetting
    })
    await forgetLookups(ctx)
    assert.deepEqual(await old(), [])
  })
})

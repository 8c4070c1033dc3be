import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'

let app: LinkedApp

before(async () => {
  app = await createLinkedApp()
})
after(() => app.close())

const defaults = {
  enabled: true,
  rate_limit: 60,
  rate_limit_window: 60,
  block_duplicates: true,
  duplicate_window: 300,
  auto_block_spammers: true,
  max_violations: 5,
  delay_seconds: 60,
  cold_budget_first_week: 20,
  cold_budget_growth: 1.3,
  cold_budget_max: 200,
}

suite('antispam settings', () => {
  test('200 with the defaults; PUT changes what is given, for this tenant alone', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    assert.deepEqual(await tenant.api.get(200, '/antispam/settings'), defaults)
    const changed = await tenant.api.put(200, '/antispam/settings', { rate_limit: 10, enabled: false })
    assert.deepEqual(changed, { ...defaults, rate_limit: 10, enabled: false })
    await tenant.api.put(200, '/antispam/settings', { max_violations: 2 })
    const { rate_limit: rate, max_violations: most } = await tenant.api.get(200, '/antispam/settings')
    assert.deepEqual([rate, most], [10, 2])
    assert.deepEqual(await other.api.get(200, '/antispam/settings'), defaults)
  })

  test('403 for the budgets of new conversations through a key, whatever its scopes', async () => {
    const tenant = await app.tenant()
    const key = await tenant.apiWith(['*'])
    assert.equal((await key.put(200, '/antispam/settings', { rate_limit: 20 })).rate_limit, 20)
    const refused = await key.put(403, '/antispam/settings', { cold_budget_max: 5000 })
    assert.match(refused.detail, /cold_budget_max/)
    assert.equal(
      (await tenant.api.put(200, '/antispam/settings', { cold_budget_max: 50 })).cold_budget_max,
      50,
    )
  })
})

suite('antispam rules', () => {
  test('201, listed, changed and deleted; another tenant’s is 404', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    const rule = await tenant.api.post(201, '/antispam/rules', { pattern: 'crypto|bitcoin', action: 'block' })
    assert.equal(rule.enabled, true)
    assert.deepEqual(await tenant.api.get(200, '/antispam/rules'), [rule])
    assert.deepEqual(await other.api.get(200, '/antispam/rules'), [])
    await other.api.put(404, `/antispam/rules/${rule.id}`, { enabled: false })
    const changed = await tenant.api.put(200, `/antispam/rules/${rule.id}`, {
      enabled: false,
      action: 'flag',
    })
    assert.deepEqual([changed.enabled, changed.action, changed.pattern], [false, 'flag', 'crypto|bitcoin'])
    assert.deepEqual(await tenant.api.delete(200, `/antispam/rules/${rule.id}`), {
      status: 'deleted',
      id: rule.id,
    })
    await tenant.api.delete(404, `/antispam/rules/${rule.id}`)
  })

  test('422 naming the field', async () => {
    const tenant = await app.tenant()
    const post = async (body: object, field: RegExp) =>
      assert.match((await tenant.api.post(422, '/antispam/rules', body)).detail, field)
    await post({ pattern: '(', action: 'block' }, /^pattern/)
    await post({ pattern: 'a', action: 'drop' }, /^action/)
    await post({ pattern: 'a' }, /^action/)
    await post({ action: 'block' }, /^pattern/)
    await post({ pattern: '(a{500}){500}', action: 'flag' }, /^pattern/)
  })
})

suite('sends', () => {
  let tenant: TestTenant
  let session: LinkedSession
  const to = (phone: string, message: string) => ({
    session_id: session.id,
    chat_id: `${phone}@c.us`,
    message,
  })
  const send = (status: number, phone: string, message: string) =>
    tenant.api.post(status, '/messages/send', to(phone, message))

  before(async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })

  test('block refuses, flag marks, delay puts off; the statistics tell', async () => {
    const phone = await addWarmContact(app, session)
    const add = (pattern: string, action: string) =>
      tenant.api.post(201, '/antispam/rules', { pattern, action })
    const block = await add('crypto|bitcoin', 'block')
    const flag = await add('discount', 'flag')
    const delay = await add('newsletter', 'delay')
    const refused = await send(403, phone, 'Buy BITCOIN now')
    assert.deepEqual([refused.code, refused.rule_id], ['spam_refused', block.id])
    const sent = nextEvent(app, 'message.sent', (told) => told.text === 'a discount')
    assert.equal((await send(201, phone, 'a discount')).status, 'sent')
    assert.deepEqual((await sent).metadata, { flags: [`antispam:${flag.id}`] })
    const later = nextEvent(app, 'message.sent', (told) => told.text === 'our newsletter')
    const waiting = await send(201, phone, 'our newsletter')
    assert.equal(waiting.status, 'pending')
    app.clock.advance(59_000)
    assert.equal((await tenant.api.get(200, `/messages/${waiting.id}`)).status, 'pending')
    app.clock.advance(2_000)
    await later
    const stats = await tenant.api.get(200, '/antispam/stats')
    assert.deepEqual([stats.blocked, stats.flagged, stats.delayed, stats.violations], [1, 1, 1, 3])
    assert.deepEqual(
      stats.by_rule.map((rule: { rule_id: string; hits: number }) => [rule.rule_id, rule.hits]).sort(),
      [block.id, flag.id, delay.id].sort().map((id) => [id, 1]),
    )
    await tenant.api.put(200, '/antispam/settings', { enabled: false })
    await send(201, phone, 'bitcoin after all')
    await tenant.api.put(200, '/antispam/settings', { enabled: true })
  })

  test('the same text to the same chat is refused within the window, not after it, nor once the contact wrote', async () => {
    const [phone, other] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    await tenant.api.put(200, '/antispam/settings', { duplicate_window: 58 })
    await send(201, phone, 'We open at nine')
    assert.equal((await send(403, phone, '  we OPEN at   nine ')).code, 'duplicate_refused')
    await send(201, phone, 'We open at ten')
    await send(201, other, 'We open at nine')
    const received = nextEvent(app, 'message.received', (told) => told.chatId === `${phone}@c.us`)
    await app.simulator.sendMessage(phone, { to: session.phone, text: 'When?' })
    await received
    await send(201, phone, 'We open at nine')
    await send(403, phone, 'We open at nine')
    app.clock.advance(58_000)
    await send(201, phone, 'We open at nine')
    await tenant.api.put(200, '/antispam/settings', { block_duplicates: false })
    await send(201, phone, 'We open at nine')
    await tenant.api.put(200, '/antispam/settings', { block_duplicates: true })
  })

  test('20 equal messages at once: one leaves; what failed does not count', async () => {
    const phone = await addWarmContact(app, session)
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        tenant.api.call('POST', '/messages/send', { body: to(phone, 'All at once') }),
      ),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [
      201,
      ...Array.from({ length: 19 }, () => 403),
    ])
    app.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 479, count: 1 })
    await send(500, phone, 'Does not arrive')
    await send(201, phone, 'Does not arrive')
  })

  test('a refused duplicate costs no quota', async () => {
    const small = await app.tenant({ plan: 'free' })
    const own = await linkSession(app, small.api)
    const phone = await addWarmContact(app, own)
    const body = { session_id: own.id, chat_id: `${phone}@c.us`, message: 'Once' }
    await small.api.post(201, '/messages/send', body)
    for (let round = 0; round < 5; round += 1) await small.api.post(403, '/messages/send', body)
    const { rows } = await app.database.db.pool.query(
      'SELECT reserved FROM usage_quota WHERE tenant_id = $1',
      [small.id],
    )
    assert.equal(rows[0].reserved, 1)
  })
})

suite('spammers', () => {
  let tenant: TestTenant
  let session: LinkedSession

  before(async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })

  async function hear(phone: string, text: string): Promise<void> {
    const received = nextEvent(app, 'message.received', (told) => told.chatId === `${phone}@c.us`)
    await app.simulator.sendMessage(phone, { to: session.phone, text })
    await received
  }

  test('whoever floods a session is blocked, recorded, and can be forgiven', async () => {
    await tenant.api.put(200, '/antispam/settings', {
      rate_limit: 3,
      rate_limit_window: 3600,
      max_violations: 2,
    })
    await tenant.api.post(201, '/antispam/rules', { pattern: 'casino', action: 'block' })
    const phone = addContact(app)
    for (const text of ['one', 'two', 'three']) await hear(phone, text)
    assert.equal((await tenant.api.get(200, '/antispam/blocks')).total, 0)
    await hear(phone, 'four')
    assert.equal((await tenant.api.get(200, '/antispam/blocks')).total, 0)
    const blocked = nextEvent(app, 'antispam.blocked')
    await hear(phone, 'a casino for you')
    await blocked
    await app.runJobs()
    const { blocks, total } = await tenant.api.get(200, '/antispam/blocks?active=true')
    const { id, created_at, applied_at, ...block } = blocks[0]
    assert.equal(total, 1)
    assert.ok(created_at)
    assert.ok(applied_at, 'WhatsApp was told')
    assert.deepEqual(block, {
      session_id: session.id,
      chat_id: `${phone}@c.us`,
      reason: 'pattern',
      violations: 2,
      lifted_at: null,
      lifted_by: null,
    })
    const other = await app.tenant()
    await other.api.post(404, `/antispam/blocks/${id}/lift`)
    assert.equal((await other.api.get(200, '/antispam/blocks')).total, 0)
    const lifted = await tenant.api.post(200, `/antispam/blocks/${id}/lift`)
    assert.equal(lifted.lifted_by, tenant.userId)
    await app.runJobs()
    assert.equal((await tenant.api.get(200, '/antispam/blocks?active=true')).total, 0)
    const [again] = (await tenant.api.get(200, '/antispam/blocks?active=false')).blocks
    assert.deepEqual([again.id, again.applied_at], [id, null])
    await hear(phone, 'sorry')
    assert.equal((await tenant.api.get(200, '/antispam/stats')).violations, 2)
  })

  test('nobody is blocked when the tenant does not want it', async () => {
    await tenant.api.put(200, '/antispam/settings', {
      auto_block_spammers: false,
      max_violations: 1,
      rate_limit: 1,
    })
    const phone = addContact(app)
    for (const text of ['one', 'two', 'three']) await hear(phone, text)
    assert.equal((await tenant.api.get(200, '/antispam/blocks?active=true')).total, 0)
  })
})

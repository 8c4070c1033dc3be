import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Identity, openIdentity, type TestAccount, untilStatus } from '../../../../test/identity.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { updateUser } from '../users/users.store.ts'
import { updateSettingsBody } from './settings.schema.ts'
import { changeAntispam, getSettings } from './settings.service.ts'
import { listConsents } from './settings.store.ts'

let identity: Identity

before(async () => {
  identity = await openIdentity()
})

after(() => identity.close())

function patch(account: TestAccount, body: object) {
  return identity.call('PATCH', '/tenant/settings', { token: account.token, body })
}

async function keyOf(account: TestAccount, scopes: string[]): Promise<string> {
  const body = { name: 'x', scopes }
  return (await identity.call('POST', '/api-keys', { token: account.token, body })).body.raw_key
}

const defaults = {
  allowed_numbers: [],
  require_approval: false,
  ai_consent_enabled: false,
  chat_history_access_enabled: false,
  message_retention_days: 90,
  store_full_text: false,
  store_media: false,
  media_retention_days: 30,
  cold_contacts: 'budget',
  opt_out_words: null,
  opt_in_words: null,
  approval_expiry_hours: 72,
  audit_retention_days: 365,
  time_zone: 'UTC',
}

suite('tenant settings', () => {
  test('200 with the defaults, to any credential', async () => {
    const account = await identity.createAccount()
    const key = await keyOf(account, ['messages:send'])
    assert.deepEqual(
      (await identity.call('GET', '/tenant/settings', { token: account.token })).body,
      defaults,
    )
    assert.deepEqual((await identity.call('GET', '/tenant/settings', { key })).body, defaults)
  })

  test('200 changes what is given, writes phones one way and leaves the rest', async () => {
    const account = await identity.createAccount()
    const numbers = ['+1 555 012-3456', '15550123456@c.us', '+44 20 7946 0000']
    const { status, body } = await patch(account, { allowed_numbers: numbers, message_retention_days: 30 })
    assert.equal(status, 200)
    const expected = {
      ...defaults,
      allowed_numbers: ['+15550123456', '+442079460000'],
      message_retention_days: 30,
    }
    assert.deepEqual(body, expected)
    assert.equal((await patch(account, { store_full_text: true })).body.message_retention_days, 30)
  })

  test('older names are accepted; 422 when both names contradict each other', async () => {
    const account = await identity.createAccount()
    const { body } = await patch(account, { require_approval_before_send: true, ai_consent: true })
    assert.equal(body.require_approval, true)
    assert.equal(body.ai_consent_enabled, true)
    assert.equal(
      (await patch(account, { require_approval: true, require_approval_before_send: true })).status,
      200,
    )
    assert.equal(
      (await patch(account, { require_approval: true, require_approval_before_send: false })).status,
      422,
    )
    assert.equal((await patch(account, { ai_consent_enabled: false, ai_consent: true })).status, 422)
  })

  test('422 for a bad phone, retention out of bounds and an unknown mode', async () => {
    const account = await identity.createAccount()
    const bodies = [
      { allowed_numbers: ['12'] },
      { allowed_numbers: 'all' },
      { message_retention_days: 0 },
      { message_retention_days: 366 },
      { cold_contacts: 'never' },
      { require_approval: 'yes' },
    ]
    for (const body of bodies) assert.equal((await patch(account, body)).status, 422, JSON.stringify(body))
  })

  test('switching a consent is recorded, saying it again is not', async () => {
    const account = await identity.createAccount()
    await patch(account, { ai_consent_enabled: true, chat_history_access_enabled: true })
    await patch(account, { ai_consent_enabled: true })
    await patch(account, { ai_consent_enabled: false })
    const rows = await listConsents(identity.ctx.db.sql, account.tenantId)
    const seen = rows.map(({ type, granted, version, userId }) => ({ type, granted, version, userId }))
    const by = { version: '1.0', userId: account.userId }
    assert.deepEqual(
      seen.sort((a, b) => a.type.localeCompare(b.type) || Number(b.granted) - Number(a.granted)),
      [
        { type: 'ai_processing', granted: true, ...by },
        { type: 'ai_processing', granted: false, ...by },
        { type: 'chat_history_access', granted: true, ...by },
      ],
    )
    assert.equal(rows[0]?.ip, '127.0.0.1')
  })

  test('403 for a member; a key without the scope also learns which one', async () => {
    const account = await identity.createAccount()
    const reply = await identity.call('PATCH', '/tenant/settings', {
      key: await keyOf(account, ['messages:send']),
      body: {},
    })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-required-scopes'], 'settings:manage')
    const { ctx } = identity
    await updateUser(ctx.db.sql, account.tenantId, account.userId, { role: 'member' })
    await publishChange(ctx, ctx.db.sql, [`user:${account.userId}`])
    assert.equal((await patch(account, { require_approval: true })).status, 403)
  })

  test('403 for cold_contacts through a key, whatever its scopes', async () => {
    const account = await identity.createAccount()
    const key = await keyOf(account, ['*'])
    const change = (body: object) => identity.call('PATCH', '/tenant/settings', { key, body })
    assert.equal((await change({ store_full_text: true })).status, 200)
    assert.equal((await change({ cold_contacts: 'warn' })).status, 403)
    assert.equal((await patch(account, { cold_contacts: 'warn' })).body.cold_contacts, 'warn')
  })

  test('403 for chat_history_access_enabled through a key: opening chats to programs is a person’s word', async () => {
    const account = await identity.createAccount()
    const key = await keyOf(account, ['*'])
    for (const value of [true, false]) {
      const body = { chat_history_access_enabled: value, store_full_text: true }
      const refused = await identity.call('PATCH', '/tenant/settings', { key, body })
      assert.equal(refused.status, 403)
      assert.equal(refused.body.code, 'user_required')
      assert.equal(refused.body.field, 'chat_history_access_enabled')
      assert.match(refused.body.detail, /^chat_history_access_enabled: /)
      assert.equal(refused.headers['x-required-scopes'], undefined)
    }
    assert.deepEqual((await identity.call('GET', '/tenant/settings', { key })).body, defaults)
    assert.deepEqual(await listConsents(identity.ctx.db.sql, account.tenantId), [])
    assert.equal(
      (await patch(account, { chat_history_access_enabled: true })).body.chat_history_access_enabled,
      true,
    )
  })

  /** Every field that can be written, with a value: whether an API key may write it. */
  const writable: Record<string, [value: unknown, isForKeys: boolean]> = {
    allowed_numbers: [['+15550123456'], true],
    require_approval: [true, true],
    require_approval_before_send: [true, true],
    ai_consent_enabled: [true, true],
    ai_consent: [true, true],
    chat_history_access_enabled: [true, false],
    message_retention_days: [30, true],
    store_full_text: [true, true],
    store_media: [true, true],
    media_retention_days: [10, true],
    cold_contacts: ['warn', false],
    opt_out_words: [['HALT'], false],
    opt_in_words: [['GO'], false],
    approval_expiry_hours: [24, true],
    audit_retention_days: [1, false],
    time_zone: ['Europe/Berlin', true],
  }

  test('which fields an API key may write, whatever its scopes: a table of all of them', async () => {
    const parts = updateSettingsBody.def.in as typeof updateSettingsBody.in
    assert.deepEqual(Object.keys(parts.shape).sort(), Object.keys(writable).sort())
    for (const [field, [value, isForKeys]] of Object.entries(writable)) {
      const account = await identity.createAccount()
      const key = await keyOf(account, ['*'])
      const refused = await identity.call('PATCH', '/tenant/settings', { key, body: { [field]: value } })
      assert.equal(refused.status, isForKeys ? 200 : 403, field)
      if (isForKeys) continue
      assert.deepEqual([refused.body.code, refused.body.field], ['user_required', field])
      const withOthers = { [field]: value, store_full_text: true }
      assert.equal((await identity.call('PATCH', '/tenant/settings', { key, body: withOthers })).status, 403)
      assert.deepEqual((await identity.call('GET', '/tenant/settings', { key })).body, defaults)
      const changed = await patch(account, { [field]: value })
      assert.deepEqual(changed.body[field], value, field)
      if (Array.isArray(value))
        assert.equal(
          (await identity.call('PATCH', '/tenant/settings', { key, body: { [field]: null } })).status,
          403,
        )
    }
  })

  test('a key may ask for approval, and only a person ends it', async () => {
    const account = await identity.createAccount()
    const key = await keyOf(account, ['*'])
    const change = (body: object) => identity.call('PATCH', '/tenant/settings', { key, body })
    assert.equal((await change({ require_approval: false })).status, 200)
    assert.equal((await change({ require_approval: true })).status, 200)
    for (const field of ['require_approval', 'require_approval_before_send'])
      assert.equal((await change({ [field]: false })).body.field, 'require_approval')
    assert.equal((await patch(account, { require_approval: false })).body.require_approval, false)
  })

  test('a change counts at once here, and on another process with its notification', async () => {
    const account = await identity.createAccount()
    const second = await identity.addProcess()
    const read = () => second.call('GET', '/tenant/settings', { token: account.token })
    assert.equal((await read()).body.require_approval, false)
    await patch(account, { require_approval: true })
    assert.equal((await getSettings(identity.ctx, account.tenantId)).requireApproval, true)
    const reply = await untilStatus(200, async () => {
      const answer = await read()
      return answer.body.require_approval ? answer : { ...answer, status: 0 }
    })
    assert.equal(reply.body.require_approval, true)
  })

  test('two changes at once both last', async () => {
    const account = await identity.createAccount()
    await Promise.all([
      patch(account, { require_approval: true }),
      patch(account, { message_retention_days: 7 }),
    ])
    const settings = await getSettings(identity.ctx, account.tenantId)
    assert.deepEqual([settings.requireApproval, settings.messageRetentionDays], [true, 7])
  })

  test('anti-spam figures have defaults and change one by one', async () => {
    const { tenantId } = await identity.createAccount()
    const { ctx } = identity
    assert.equal((await getSettings(ctx, tenantId)).antispam.coldBudgetFirstWeek, 20)
    await ctx.db.transaction((sql) => changeAntispam(ctx, sql, tenantId, { rateLimit: 5 }))
    const { antispam } = await getSettings(ctx, tenantId)
    assert.deepEqual([antispam.rateLimit, antispam.rateLimitWindow, antispam.coldBudgetGrowth], [5, 60, 1.3])
  })
})

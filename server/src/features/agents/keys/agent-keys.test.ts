import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { findOpeningKey, getSealingKey } from './agent-keys.service.ts'
import { agentKeys } from './agent-keys.tables.ts'
import { generateKeyPair } from './sealing.service.ts'

const day = 24 * 60 * 60_000
let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

suite('keys of agents', () => {
  test('one for each tenant, made once however many ask at once', async () => {
    const [one, other] = [await app.tenant(), await app.tenant()]
    const answers = await Promise.all(Array.from({ length: 8 }, () => one.api.get(200, '/agent/public-key')))
    for (const answer of answers) assert.deepEqual(answer, answers[0])
    assert.equal(Buffer.from(answers[0].public_key, 'base64').length, 32)
    assert.notEqual((await other.api.get(200, '/agent/public-key')).public_key, answers[0].public_key)
    const made = await one.api.post(200, '/agent/initialize', { agent_name: 'Desk' })
    assert.deepEqual(
      [made.public_key, made.agent_name, made.discoverable],
      [answers[0].public_key, 'Desk', false],
    )
    assert.deepEqual(await one.api.post(200, '/agent/initialize'), made)
  })

  test('a replaced key opens for 24 hours, and is gone after', async () => {
    const { id, api } = await app.tenant()
    const ctx = app.app.ctx
    const { public_key: old } = await api.get(200, '/agent/public-key')
    const rotated = await api.post(200, '/agent/rotate-keys')
    assert.notEqual(rotated.public_key, old)
    assert.equal(Date.parse(rotated.previous_key_valid_until) - Date.parse(rotated.created_at), day)
    assert.equal((await getSealingKey(ctx, id)).publicText, rotated.public_key)
    assert.equal((await findOpeningKey(ctx, id, old))?.publicText, old)
    app.clock.advance(day - 1000)
    assert.notEqual(await findOpeningKey(ctx, id, old), undefined)
    app.clock.advance(2000)
    assert.equal(await findOpeningKey(ctx, id, old), undefined)
  })

  test('rotations at once leave one key in use, and all before it within their grace', async () => {
    const { id, api } = await app.tenant()
    const answers = await Promise.all(Array.from({ length: 6 }, () => api.post(200, '/agent/rotate-keys')))
    const last = await api.get(200, '/agent/public-key')
    const keys = new Set(answers.map(({ public_key }) => public_key))
    assert.deepEqual([keys.size, keys.has(last.public_key)], [6, true])
    for (const key of keys) assert.notEqual(await findOpeningKey(app.app.ctx, id, key), undefined)
  })

  test('private keys are sealed at rest', async () => {
    const { id, api } = await app.tenant()
    await api.get(200, '/agent/public-key')
    const { privateKey } = await getSealingKey(app.app.ctx, id)
    const rows = await app.app.ctx.db.sql.select().from(agentKeys)
    assert.equal(
      rows.some((row) => row.privateKey.includes(privateKey)),
      false,
    )
  })

  test('leave and enter only where that is switched on, by an owner and no key', async () => {
    const { api, signIn, apiWith } = await app.tenant()
    const { publicKey, privateKey } = generateKeyPair()
    const pair = { public_key: publicKey.toString('base64'), private_key: privateKey.toString('base64') }
    assert.match((await api.post(403, '/agent/import-keypair', pair)).detail, /MOLTFLOW_AGENT_KEY_TRANSFER/)
    assert.equal((await api.post(403, '/agent/export-keypair', { password: 'x' })).code, 'key_transfer_off')
    const { agents } = app.app.ctx.config
    agents.isKeyTransferOn = true
    try {
      assert.equal((await api.post(200, '/agent/import-keypair', pair)).public_key, pair.public_key)
      assert.equal((await api.get(200, '/agent/public-key')).public_key, pair.public_key)
      const half = { ...pair, private_key: generateKeyPair().privateKey.toString('base64') }
      assert.equal((await api.post(422, '/agent/import-keypair', half)).code, 'key_pair_mismatch')
      const rotated = await api.post(200, '/agent/rotate-keys')
      assert.notEqual(rotated.public_key, pair.public_key)
      assert.equal((await api.post(200, '/agent/import-keypair', pair)).public_key, pair.public_key)
      await api.post(400, '/agent/export-keypair', { password: 'a wrong one' })
      await (await apiWith(['*'])).post(403, '/agent/import-keypair', pair)
      const admin = { authorization: `Bearer ${await signIn('admin')}` }
      await app.api.with(admin).post(403, '/agent/import-keypair', pair)
    } finally {
      agents.isKeyTransferOn = false
    }
  })

  test('plans without A2A have none', async () => {
    const { api } = await app.tenant({ plan: 'starter' })
    assert.match((await api.get(403, '/agent/public-key')).detail, /plan|include/i)
  })
})

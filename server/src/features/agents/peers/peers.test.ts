import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createWebhook } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import type { Context } from '../../../context.ts'
import type { AppError } from '../../../platform/errors.ts'
import { sessions } from '../../sessions/lifecycle/sessions.tables.ts'
import { graceMs } from '../keys/agent-keys.schema.ts'
import type { Envelope } from './envelopes.schema.ts'
import { sealMessage } from './envelopes.service.ts'
import { findPeer, sendToPeer } from './peers.service.ts'

const text = { text: 'Twelve boxes are ready', metadata: { order: 7 } }
let one: TestApp
let two: TestApp
let port: number

before(async () => {
  one = await createTestApp()
  two = await createTestApp({ config: { secretKey: Buffer.alloc(32, 9).toString('base64') } })
  port = await two.app.listen()
})
after(async () => {
  await one.close()
  await two.close()
})

const actingFor = (app: TestApp, tenantId: string): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId },
})

/** A tenant that is found by the phone of a session, with a webhook that keeps what arrives. */
async function findable(app: TestApp, phone: string): Promise<TestTenant> {
  const tenant = await app.tenant()
  await tenant.api.post(200, '/agent/initialize', { agent_name: `Agent ${phone}`, discoverable: true })
  const { ids, clock, db } = app.app.ctx
  const at = clock.now()
  const row = { id: ids.uuid(), tenantId: tenant.id, name: 'Desk', createdAt: at, updatedAt: at }
  await db.sql.insert(sessions).values({ ...row, status: 'working', phoneNumber: phone })
  return tenant
}

/** The deliveries of agent messages to a tenant so far. */
async function inboxOf(tenant: TestTenant) {
  const hook = await createWebhook(tenant.api, {
    url: 'https://example.com/agents',
    events: ['agent.message.received'],
  })
  return async (): Promise<number> => (await tenant.api.get(200, `/webhooks/${hook.id}/deliveries`)).total
}

const refusedAs = (code: string) => (error: AppError) => error.code === code

suite('peers', () => {
  test('are found only when they want to be, by their phone, and keep the trust they were given', async () => {
    const [me, hidden] = [await one.tenant(), await one.tenant()]
    const other = await findable(one, '15550100401')
    for (const phone of ['+15550100401', '%2B15550100401', '15550100401']) {
      const found = await me.api.get(200, `/agents/resolve/${phone}`)
      assert.deepEqual(
        [found.phone, found.tenant_id, found.agent_name, found.trust_level],
        ['+15550100401', other.id, 'Agent 15550100401', 'discovered'],
      )
    }
    await me.api.get(404, '/agents/resolve/+15550100499')
    await other.api.get(404, '/agents/resolve/+15550100401')
    await me.api.get(422, '/agents/resolve/anna')
    const { peers, total } = await me.api.get(200, '/agents/peers?trust_level=discovered')
    assert.deepEqual([total, peers[0].peer_phone, peers[0].last_message_at], [1, '+15550100401', null])
    const path = `/agents/peers/${peers[0].id}/trust`
    assert.equal((await me.api.patch(200, path, { trust_level: 'verified' })).trust_level, 'verified')
    await me.api.patch(422, path, { trust_level: 'loved' })
    await hidden.api.patch(404, path, { trust_level: 'blocked' })
    assert.equal((await me.api.get(200, '/agents/resolve/+15550100401')).trust_level, 'verified')
    await me.api.get(404, `/agent/peer/${hidden.id}/public-key`)
    assert.equal((await me.api.get(200, `/agent/peer/${other.id}/public-key`)).tenant_id, other.id)
    assert.deepEqual(await hidden.api.get(200, '/agents/peers'), { peers: [], total: 0 })
  })

  test('two tenants write to each other through rotations, and whoever is blocked does not', async () => {
    const [ann, bob] = [await findable(one, '15550100411'), await findable(one, '15550100412')]
    await ann.api.get(200, '/agents/resolve/+15550100412')
    const received = await inboxOf(bob)
    const write = async () => {
      const ctx = actingFor(one, ann.id)
      const peer = await findPeer(ctx, '15550100412')
      assert.ok(peer)
      return sendToPeer(ctx, peer, text, '15550100411')
    }
    await write()
    await ann.api.post(200, '/agent/rotate-keys')
    await bob.api.post(200, '/agent/rotate-keys')
    await write()
    assert.equal(await received(), 2)
    const { peers } = await bob.api.get(200, '/agents/peers')
    assert.deepEqual([peers[0].tenant_id, peers[0].peer_phone], [ann.id, '+15550100411'])
    assert.notEqual(peers[0].last_message_at, null)
    await bob.api.patch(200, `/agents/peers/${peers[0].id}/trust`, { trust_level: 'blocked' })
    await assert.rejects(write(), refusedAs('agent_message_refused'))
    await ann.api.get(403, `/agent/peer/${bob.id}/public-key`)
    await bob.api.patch(200, `/agents/peers/${peers[0].id}/trust`, { trust_level: 'discovered' })
    await bob.api.put(200, '/a2a-policy/settings', { min_trust_level: 'verified' })
    await assert.rejects(write(), refusedAs('agent_message_refused'))
    assert.equal(await received(), 2)
  })

  test('two installations do, and neither a stranger, a replay, a change nor an old one gets in', async () => {
    const [ann, bob] = [await one.tenant(), await two.tenant()]
    const keys = await Promise.all([ann, bob].map(({ api }) => api.get(200, '/agent/public-key')))
    const inbox = `http://127.0.0.1:${port}/api/v2/agent/inbox`
    const entry = (tenant: TestTenant, key: number) => ({
      tenant_id: tenant.id,
      peer_phone: '+15550100421',
      public_key: keys[key].public_key,
      inbox_url: inbox,
    })
    await ann.api.post(201, '/agents/peers', entry(bob, 1))
    const ctx = actingFor(one, ann.id)
    const write = async () => {
      const peer = await findPeer(ctx, '15550100421')
      assert.ok(peer)
      return sendToPeer(ctx, peer, text, null)
    }
    await assert.rejects(write(), refusedAs('agent_message_refused'), 'not registered there')
    await bob.api.post(201, '/agents/peers', entry(ann, 0))
    const received = await inboxOf(bob)
    await write()
    await ann.api.post(200, '/agent/rotate-keys')
    await write()
    await ann.api.post(200, '/agent/rotate-keys')
    await bob.api.post(200, '/agent/rotate-keys')
    await write()
    assert.equal(await received(), 3)

    const eve = await one.tenant()
    const to = { tenantId: bob.id, publicKey: keys[1].public_key }
    const post = (body: Envelope) => two.api.call('POST', '/agent/inbox', { body, address: '10.7.0.1' })
    const good = await sealMessage(ctx, ann.id, to, text)
    assert.equal((await post(good)).status, 200)
    assert.equal((await post(good)).body.code, 'agent_message_replayed')
    const fresh = await sealMessage(ctx, ann.id, to, text)
    const forged = await sealMessage(actingFor(one, eve.id), eve.id, to, text)
    const attempts: Record<string, Envelope> = {
      'a stranger': forged,
      'a stranger under a known name': { ...forged, from: ann.id },
      'a stranger under a known key': { ...forged, from: ann.id, sender_key: fresh.sender_key },
      'a new name for a replay': { ...good, message_id: fresh.message_id },
      'a later date': { ...fresh, sent_at: fresh.sent_at + 1 },
      'another text': { ...fresh, ciphertext: good.ciphertext },
      'another recipient': { ...fresh, to: eve.id },
    }
    for (const [name, envelope] of Object.entries(attempts)) {
      const reply = await post(envelope)
      assert.deepEqual([reply.status, reply.body.code], [403, 'agent_message_refused'], name)
    }
    await two.api.post(422, '/agent/inbox', { ...fresh, suite: { ...fresh.suite, mode: 'base' } })
    assert.equal(await received(), 4)
    two.clock.advance(graceMs + 1000)
    assert.equal((await post(fresh)).status, 403, 'old, and for a key that is gone')
  })
})

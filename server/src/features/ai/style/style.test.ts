import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, createSession, nextNumber } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { chooseStyle } from './style.service.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const anna = '15550142001@c.us'
const ben = '15550142002@c.us'

async function consenting(plan = 'unlimited'): Promise<TestTenant> {
  const tenant = await app.tenant({ plan })
  await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
  return tenant
}

const contextOf = ({ id: tenantId }: TestTenant) => ({
  ...app.app.ctx,
  caller: { kind: 'system' as const, tenantId },
})

/** Texts that the phone itself wrote, one a minute. */
async function write(tenant: TestTenant, sessionId: string, chatId: string, texts: readonly string[]) {
  const phone = chatId.split('@')[0] ?? ''
  await storeInbound(
    contextOf(tenant),
    texts.map((text, index) =>
      buildInboundMessage(
        { tenantId: tenant.id, sessionId },
        {
          chatId,
          isFromMe: true,
          sender: { phone, lid: null, pushName: null },
          content: { kind: 'text', text, mentions: [] },
          waTimestamp: new Date(Date.parse('2026-02-11T09:00:00Z') + index * 60_000),
        },
      ),
    ),
  )
}

const repeat = (text: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${text} ${index}`)

async function train(tenant: TestTenant, body: Record<string, unknown> = {}) {
  const { task_id: taskId } = await tenant.api.post(200, '/ai/style/train', body)
  await app.runJobs()
  return tenant.api.get(200, `/ai/style/status/${taskId}`)
}

suite('style profiles', () => {
  test('a chat, a session and everything have profiles of their own; training again replaces one', async () => {
    const tenant = await consenting()
    const session = await createSession(tenant.api)
    await write(tenant, session.id, anna, repeat('hey 😀 sure thing', 20))
    await write(
      tenant,
      session.id,
      ben,
      repeat('Dear Sir, we thank you for your letter and remain yours sincerely.', 20),
    )
    const queued = await tenant.api.post(200, '/ai/style/train', { contact_id: anna, name: 'Anna' })
    assert.deepEqual(queued, {
      task_id: queued.task_id,
      tenant_id: tenant.id,
      contact_id: anna,
      status: 'queued',
    })
    await app.runJobs()
    const status = await tenant.api.get(200, `/ai/style/status/${queued.task_id}`)
    assert.partialDeepStrictEqual(status, { status: 'completed', progress: 100, error: null })
    const casual = await tenant.api.get(200, `/ai/style/profile?contact_id=${anna}`)
    assert.partialDeepStrictEqual(casual, {
      id: status.profile_id,
      tenant_id: tenant.id,
      name: 'Anna',
      contact_id: anna,
      wa_chat_id: anna,
      session_id: null,
      sample_count: 20,
    })
    assert.equal(casual.features.emoji_frequency, 1)
    assert.equal(casual.features.lowercase_frequency, 1)
    await train(tenant, { session_id: session.id, wa_chat_id: ben })
    const formal = await tenant.api.get(200, `/ai/style/profile?wa_chat_id=${ben}&session_id=${session.id}`)
    assert.ok(formal.features.formality_score > casual.features.formality_score + 0.4)
    await tenant.api.get(404, '/ai/style/profile')
    await train(tenant)
    assert.equal((await tenant.api.get(200, '/ai/style/profile')).sample_count, 40)
    await write(tenant, session.id, ben, repeat('ok', 5))
    await train(tenant)
    const profiles = await tenant.api.get(200, '/ai/style/profiles')
    assert.deepEqual(
      profiles.map((one: { sample_count: number }) => one.sample_count),
      [20, 20, 45],
    )
  })

  test('19 own messages are too few, 20 enough; what others, machines and campaigns wrote counts for nothing', async () => {
    const tenant = await consenting()
    const session = await createSession(tenant.api)
    await write(tenant, session.id, anna, repeat('We open at nine.', 19))
    const sender = { phone: '15550142001', lid: null, pushName: 'Anna' }
    await storeInbound(contextOf(tenant), [
      buildInboundMessage({ tenantId: tenant.id, sessionId: session.id }, { chatId: anna, sender }),
    ])
    await app.database.db.pool.query(
      `INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
         content_preview, origin, ordered_at, created_at)
       SELECT gen_random_uuid(), tenant_id, session_id, id, 'X' || origin, 'outbound', 'text', 'sent', 'Buy now', origin,
         now(), now() FROM chats, unnest(ARRAY['bulk', 'schedule', 'report', 'auto_reply', 'agent', 'tool']) AS origin
       WHERE tenant_id = $1`,
      [tenant.id],
    )
    const few = await train(tenant)
    assert.equal(few.status, 'failed')
    assert.match(few.error, /19 .*20/)
    await write(tenant, session.id, anna, [`One more ${nextNumber()}`])
    assert.equal((await train(tenant)).status, 'completed')
  })

  test('no text is kept: none of the words stands in the stored profile', async () => {
    const tenant = await consenting()
    const session = await createSession(tenant.api)
    await write(tenant, session.id, anna, repeat('Kumquat marmalade canary', 25))
    await train(tenant)
    const { rows } = await app.database.db.pool.query(
      `SELECT p::text || (SELECT string_agg(t::text, '') FROM style_tasks t WHERE t.tenant_id = p.tenant_id) AS kept
       FROM style_profiles p WHERE tenant_id = $1`,
      [tenant.id],
    )
    assert.equal(rows.length, 1)
    assert.doesNotMatch(rows[0].kept, /kumquat|marmalade|canary/i)
  })

  test('keys need the chat history opt-in, everybody the consent, and Pro has room for three', async () => {
    const tenant = await app.tenant({ plan: 'pro' })
    await tenant.api.post(403, '/ai/style/train', {})
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
    const api = await tenant.apiWith(['ai:manage'])
    const refused = await api.post(403, '/ai/style/train', {})
    assert.match(refused.detail, /chat_history_access_enabled/)
    await tenant.api.patch(200, '/tenant/settings', { chat_history_access_enabled: true })
    const session = await createSession(tenant.api)
    const chats = [1, 2, 3].map((number) => `1555014210${number}@c.us`)
    for (const chat of chats) await write(tenant, session.id, chat, repeat('Good morning', 20))
    for (const chat of chats) await api.post(200, '/ai/style/train', { wa_chat_id: chat })
    const full = await api.post(403, '/ai/style/train', {})
    assert.match(full.detail, /max_style_profiles/)
    await app.runJobs()
    await api.post(403, '/ai/style/train', {})
    await api.post(200, '/ai/style/train', { wa_chat_id: chats[0] })
    await app.runJobs()
    const [first, ...others] = await tenant.api.get(200, '/ai/style/profiles')
    assert.equal(others.length, 2)
    await app.database.db.pool.query("UPDATE tenants SET plan_id = 'free' WHERE id = $1", [tenant.id])
    assert.equal((await api.call('DELETE', `/ai/style/profile/${first.id}`)).status, 204)
    await api.call('DELETE', `/ai/style/profile/${first.id}`)
    assert.equal((await tenant.api.get(200, '/ai/style/profiles')).length, 2)
  })

  test('a consent that is withdrawn in between ends the training, saying so', async () => {
    const tenant = await consenting()
    const session = await createSession(tenant.api)
    await write(tenant, session.id, anna, repeat('Good morning', 20))
    const { task_id: taskId } = await tenant.api.post(200, '/ai/style/train', {})
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: false })
    await app.runJobs()
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
    const status = await tenant.api.get(200, `/ai/style/status/${taskId}`)
    assert.equal(status.status, 'failed')
    assert.match(status.error, /ai_consent_enabled/)
  })

  test('a reply takes the style of the chat, else of the session, else of everything, else none', async () => {
    const tenant = await consenting()
    const ctx = contextOf(tenant)
    const session = await createSession(tenant.api)
    const choose = async () =>
      (await chooseStyle(ctx, { waChatId: anna, sessionId: session.id, profileId: null }))?.profileId
    await write(tenant, session.id, anna, repeat('Good morning', 20))
    assert.equal(await choose(), undefined)
    for (const body of [
      {},
      { session_id: session.id },
      { wa_chat_id: anna },
      { session_id: session.id, wa_chat_id: anna },
    ]) {
      const { profile_id: id } = await train(tenant, body)
      assert.equal(await choose(), id)
    }
    const other = await consenting()
    await assert.rejects(
      chooseStyle(contextOf(other), { waChatId: anna, sessionId: null, profileId: (await choose()) ?? '' }),
      { status: 404 },
    )
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  nextEvent,
  scanSession,
} from '../../../../test/linked-session.ts'
import { until } from '../../../../test/until.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'

let app: LinkedApp
let tenant: TestTenant

const dayMs = 86_400_000

/**
 * A session whose phone has a chat of so many messages, one per hour. The newest five come at once, those of two days
 * after them; what is older comes on demand only.
 */
async function linkWithHistory(count: number): Promise<{ id: string; friend: string; phone: string }> {
  const phone = buildPhone()
  const friend = addContact(app, 'Old Friend')
  app.simulator.createAccount({ phone, name: 'Front desk' })
  app.simulator.history.set(phone, {
    chats: [{ with: friend, name: 'Old Friend', generate: { count, everySeconds: 3600 } }],
    transfer: { bootstrapPerChat: 5, chunkMessages: 20, recentDays: 2 },
  })
  const { id } = await tenant.api.post(201, '/sessions', { name: 'Front desk' })
  const complete = progress(id, ({ kind, isComplete }) => kind === 'recent' && isComplete)
  await scanSession(app, tenant.api, { id, phone })
  await complete
  return { id, friend, phone }
}

const progress = (sessionId: string, matches: (told: { kind: string; isComplete: boolean }) => boolean) =>
  nextEvent(app, 'history.progress', (told) => told.sessionId === sessionId && matches(told))

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
})
after(() => app.close())

suite('history', () => {
  test('what was said before linking arrives, is counted and sent to webhooks', async () => {
    await using endpoint = await openWebhookReceiver()
    const hook = await tenant.api.post(201, '/webhooks', { url: endpoint.url, events: ['history.progress'] })
    const { id, friend } = await linkWithHistory(60)
    const state = await tenant.api.get(200, `/sessions/${id}/history`)
    assert.deepEqual([state.status, state.percent], ['complete', 100])
    assert.ok(state.parts.length >= 2)
    const { messages, total } = await tenant.api.get(200, `/messages/chat/${id}/${friend}@c.us?limit=100`)
    assert.equal(state.messages, total)
    assert.ok(total > 40, String(total))
    assert.ok(Date.parse(messages[0].wa_timestamp) - Date.parse(messages.at(-1).wa_timestamp) > dayMs)
    await app.runJobs()
    const last = endpoint.received.map(({ body }) => body.data).at(-1)
    assert.equal(last.session_id, id)
    assert.deepEqual(Object.keys(last).sort(), [
      'chats',
      'contacts',
      'is_complete',
      'kind',
      'messages',
      'percent',
      'session_id',
    ])
    await tenant.api.delete(200, `/webhooks/${hook.id}`)
  })

  test('older messages of a chat come when they are asked for', async () => {
    const { id, friend } = await linkWithHistory(120)
    const path = `/messages/chat/${id}/${friend}@c.us`
    const before = await tenant.api.get(200, path)
    const arrived = progress(id, ({ kind }) => kind === 'on_demand')
    const asked = await tenant.api.post(202, `/sessions/${id}/history`, {
      chat_id: `+${friend}`,
      count: 30,
    })
    assert.deepEqual(asked, { status: 'requested', wa_chat_id: `${friend}@c.us`, count: 30 })
    await arrived
    const after = await tenant.api.get(200, path)
    assert.ok(before.total < 80, String(before.total))
    assert.equal(after.total, before.total + 30)
  })

  test('400 where nothing can be asked from, 404 for chats and sessions of others, 422 for counts out of bounds', async () => {
    const { id, friend } = await linkWithHistory(10)
    const other = await app.tenant()
    const body = { chat_id: `${friend}@c.us` }
    await other.api.get(404, `/sessions/${id}/history`)
    await other.api.post(404, `/sessions/${id}/history`, body)
    await tenant.api.post(404, `/sessions/${id}/history`, { chat_id: '15550009999@c.us' })
    for (const count of [0, 501, 1.5, 'many']) {
      const refused = await tenant.api.post(422, `/sessions/${id}/history`, { ...body, count })
      assert.match(refused.detail, /^count/)
    }
    const { id: group } = app.simulator.groups.create({
      subject: 'Silent',
      owner: friend,
      members: [(await tenant.api.get(200, `/sessions/${id}`)).phone_number],
    })
    await until('the group', async () => {
      const { status } = await tenant.api.call('GET', `/groups/wa/${group}`)
      return status === 200 || undefined
    })
    await tenant.api.post(400, `/sessions/${id}/history`, { chat_id: group })
    await tenant.api.post(200, `/sessions/${id}/stop`)
    const stopped = await tenant.api.post(400, `/sessions/${id}/history`, body)
    assert.match(stopped.detail, /stopped/)
  })

  test('a session that is linked anew begins anew', async () => {
    const { id } = await linkWithHistory(10)
    assert.equal((await tenant.api.get(200, `/sessions/${id}/history`)).status, 'complete')
    await tenant.api.post(200, `/sessions/${id}/logout`)
    const coded = nextEvent(
      app,
      'session.status',
      (told) => told.sessionId === id && told.status === 'qr_code',
    )
    await tenant.api.post(200, `/sessions/${id}/start`)
    await coded
    assert.equal((await tenant.api.get(200, `/sessions/${id}/history`)).status, 'none')
  })

  test('a session that was never linked has none', async () => {
    const { id } = await tenant.api.post(201, '/sessions', { name: 'New' })
    assert.deepEqual(await tenant.api.get(200, `/sessions/${id}/history`), {
      session_id: id,
      status: 'none',
      percent: null,
      messages: 0,
      chats: 0,
      contacts: 0,
      parts: [],
    })
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  linkSession,
  nextEvent,
  recordEvents,
  scanSession,
} from '../../../../test/linked-session.ts'
import { resumeSessions } from './session-resume.ts'

let app: LinkedApp
let tenant: TestTenant

const reaches = (id: string, status: string) =>
  nextEvent(app, 'session.status', (told) => told.sessionId === id && told.status === status)

suite('sessions', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
  })
  after(() => app.close())

  test('sessions.create: 201 with the documented keys', async () => {
    const session = await createSession(tenant.api, { name: 'Front desk' })
    assert.deepEqual(session, {
      id: session.id,
      name: 'Front desk',
      status: 'stopped',
      phone_number: null,
      is_business: false,
      created_at: session.created_at,
      config: { auto_transcribe: false, reject_calls: false, proxy_url: null },
      last_connected_at: null,
      last_error: null,
      updated_at: session.updated_at,
      status_reason: null,
      status_detail: null,
      status_until: null,
      qr_attempt: null,
      limits: { reach_out_locked_until: null, is_message_capped: false, message_cap_until: null },
    })
    assert.match(session.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.deepEqual(await tenant.api.get(200, `/sessions/${session.id}`), session)
    const list = await tenant.api.get(200, '/sessions')
    assert.ok(Array.isArray(list))
    await tenant.api.post(422, '/sessions', { name: '' })
    await tenant.api.post(422, '/sessions', { name: 'x'.repeat(256) })
    await tenant.api.post(422, '/sessions', {})
  })

  test('sessions.create: 403 naming the limit, exact for 10 at once', async () => {
    const small = await app.tenant({ plan: 'pro' })
    const calls = Array.from({ length: 10 }, () =>
      small.api.call('POST', '/sessions', { body: { name: 'One of many' } }),
    )
    const replies = await Promise.all(calls)
    assert.equal(replies.filter(({ status }) => status === 201).length, 5)
    const refused = replies.find(({ status }) => status === 403)
    assert.match(refused?.body.detail, /max_sessions/)
    const [first] = await small.api.get(200, '/sessions')
    await small.api.delete(200, `/sessions/${first.id}`)
    await createSession(small.api)
  })

  test('from stopped to working and back, published once per step', async () => {
    const recorded = recordEvents(app, ['session.status', 'session.connected', 'session.disconnected'])
    const { id, phone } = await linkSession(app, tenant.api)
    const working = await tenant.api.get(200, `/sessions/${id}`)
    assert.equal(working.status, 'working')
    assert.equal(working.phone_number, phone)
    assert.ok(working.last_connected_at)
    const again = await tenant.api.post(200, `/sessions/${id}/start`)
    assert.equal(again.status, 'working')
    const stopped = await tenant.api.post(200, `/sessions/${id}/stop`)
    assert.equal(stopped.status, 'stopped')
    assert.equal(stopped.phone_number, phone)
    assert.equal((await tenant.api.post(200, `/sessions/${id}/stop`)).status, 'stopped')
    await recorded.close()
    const own = recorded.received.filter(
      ({ payload }) => (payload as unknown as { sessionId: string }).sessionId === id,
    )
    const steps = own.map(({ name, payload }) => {
      const { status, cause } = payload as unknown as { status: string; cause: string | null }
      return name === 'session.status' ? status : `${name} ${cause}`
    })
    assert.deepEqual(
      steps.filter((step) => step.startsWith('session.')),
      ['session.connected null', 'session.disconnected stop'],
    )
    assert.equal(steps[0], 'starting')
    assert.ok(steps.includes('qr_code'))
    assert.equal(steps.filter((step) => step === 'working').length, 1)
  })

  test('sessions.restart: starting, then working without a new code', async () => {
    const { id } = await linkSession(app, tenant.api)
    const working = reaches(id, 'working')
    const left = nextEvent(app, 'session.disconnected', (told) => told.sessionId === id)
    const answer = await tenant.api.post(200, `/sessions/${id}/restart`)
    assert.equal(answer.status, 'starting')
    assert.equal((await left).cause, 'restart')
    await working
  })

  test('sessions.logout: stopped without a number; the next start needs a new scan', async () => {
    const { id } = await linkSession(app, tenant.api)
    const left = nextEvent(app, 'session.disconnected', (told) => told.sessionId === id)
    const answer = await tenant.api.post(200, `/sessions/${id}/logout`)
    assert.equal(answer.status, 'stopped')
    assert.equal(answer.phone_number, null)
    assert.equal((await left).cause, 'logout')
    assert.equal((await tenant.api.post(200, `/sessions/${id}/logout`)).status, 'stopped')
    const coded = reaches(id, 'qr_code')
    assert.equal((await tenant.api.post(200, `/sessions/${id}/start`)).status, 'starting')
    await coded
    await tenant.api.post(200, `/sessions/${id}/stop`)
  })

  test('sessions.delete: chats, messages and contacts go with it, also in the middle of linking', async () => {
    const { id, phone } = await linkSession(app, tenant.api)
    await addWarmContact(app, { id, phone })
    const gone = nextEvent(app, 'session.deleted', (told) => told.sessionId === id)
    assert.deepEqual(await tenant.api.delete(200, `/sessions/${id}`), { status: 'deleted', id })
    await gone
    for (const table of ['chats', 'messages', 'contact_sessions', 'engine_keys', 'outbox']) {
      const { rows } = await app.database.db.pool.query(`SELECT 1 FROM ${table} WHERE session_id = $1`, [id])
      assert.equal(rows.length, 0, table)
    }
    await tenant.api.get(404, `/sessions/${id}`)
    await tenant.api.delete(404, `/sessions/${id}`)
    await tenant.api.post(404, `/sessions/${id}/start`)
    const linking = await createSession(tenant.api)
    const coded = reaches(linking.id, 'qr_code')
    await tenant.api.post(200, `/sessions/${linking.id}/start`)
    await coded
    await tenant.api.delete(200, `/sessions/${linking.id}`)
  })

  test('start, stop and delete at once end in one of their states, without a leftover', async () => {
    const { id } = await createSession(tenant.api)
    const calls = ['start', 'stop', 'restart', 'stop', 'start'].map((verb) =>
      tenant.api.call('POST', `/sessions/${id}/${verb}`),
    )
    for (const { status } of await Promise.all(calls)) assert.equal(status, 200)
    await tenant.api.delete(200, `/sessions/${id}`)
    const { rows } = await app.database.db.pool.query('SELECT 1 FROM sessions WHERE id = $1', [id])
    assert.equal(rows.length, 0)
  })

  test('sessions.qr: PNG by default, JSON on request, 400 otherwise', async () => {
    const { id } = await createSession(tenant.api)
    const refused = await tenant.api.get(400, `/sessions/${id}/qr`)
    assert.match(refused.detail, /not waiting/)
    const coded = reaches(id, 'qr_code')
    await tenant.api.post(200, `/sessions/${id}/start`)
    await coded
    const image = await tenant.api.call('GET', `/sessions/${id}/qr`)
    assert.equal(image.headers['content-type'], 'image/png')
    assert.equal(image.headers['cache-control'], 'no-store')
    const json = await tenant.api.get(200, `/sessions/${id}/qr`, { accept: 'application/json' })
    assert.equal(json.session_id, id)
    assert.match(json.qr, /^data:image\/png;base64,/)
    assert.ok(json.code.length > 20)
    assert.match(json.expires_at, /Z$/)
    await tenant.api.post(200, `/sessions/${id}/stop`)
  })

  test('sessions.pairing_code: the phone types it and the session works', async () => {
    const { id } = await createSession(tenant.api)
    const phone = '15557654321'
    app.simulator.createAccount({ phone, name: 'Typist' })
    await tenant.api.post(400, `/sessions/${id}/pairing-code`, { phone })
    const coded = reaches(id, 'qr_code')
    await tenant.api.post(200, `/sessions/${id}/start`)
    await coded
    await tenant.api.post(422, `/sessions/${id}/pairing-code`, { phone: 'me' })
    const { code, expires_at } = await tenant.api.post(200, `/sessions/${id}/pairing-code`, {
      phone: `+${phone}`,
    })
    assert.match(expires_at, /Z$/)
    const working = reaches(id, 'working')
    await app.simulator.nextPairingRequest(phone)
    await app.simulator.pair(phone, code)
    await working
  })

  test('sessions.update_settings: all of them in the answer; 422 for an unknown key', async () => {
    const { id } = await createSession(tenant.api)
    const path = `/sessions/${id}/settings`
    const answer = await tenant.api.patch(200, path, { auto_transcribe: true })
    assert.deepEqual(answer, {
      status: 'ok',
      config: { auto_transcribe: true, reject_calls: false, proxy_url: null },
    })
    assert.deepEqual(await tenant.api.patch(200, path, {}), answer)
    await tenant.api.patch(422, path, { auto_transcribe: 'yes' })
    await tenant.api.patch(422, path, { transcribe: true })
  })

  test('presence: 400 unless working; online shows, a contact that types is seen', async () => {
    const { id: idle } = await createSession(tenant.api)
    await tenant.api.put(400, `/sessions/${idle}/presence`, { presence: 'online' })
    const session = await linkSession(app, tenant.api)
    const contact = await addWarmContact(app, session)
    const shown = await tenant.api.put(200, `/sessions/${session.id}/presence`, { presence: 'online' })
    assert.deepEqual(shown, { session_id: session.id, presence: 'online' })
    await tenant.api.put(422, `/sessions/${session.id}/presence`, { presence: 'away' })
    const presence = await tenant.api.get(200, `/sessions/${session.id}/presence/${contact}@c.us`)
    assert.equal(presence.chat_id, `${contact}@c.us`)
    assert.ok(['online', 'offline', 'unknown'].includes(presence.presence))
  })

  test('what somebody does is told as it happens, of chats that were asked about and no other', async () => {
    const session = await linkSession(app, tenant.api)
    const [looked, other] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    await tenant.api.put(200, `/sessions/${session.id}/presence`, { presence: 'online' })
    const told = recordEvents(app, ['chat.presence'])
    const type = (phone: string, state: 'composing' | 'recording') =>
      app.simulator.setPresence(phone, { state, to: session.phone })
    await tenant.api.get(200, `/sessions/${session.id}/presence/${looked}@c.us`)
    const typing = nextEvent(app, 'chat.presence', (chat) => chat.presence === 'typing')
    type(other, 'composing')
    type(looked, 'composing')
    assert.equal((await typing).chatId, `${looked}@c.us`)
    await tenant.api.get(200, `/sessions/${session.id}/presence/${other}@c.us`)
    const next = nextEvent(app, 'chat.presence', (chat) => chat.presence === 'recording')
    type(other, 'recording')
    assert.equal((await next).chatId, `${other}@c.us`)
    await told.close()
    const states = told.received.map(({ payload }) => payload as unknown as Record<string, unknown>)
    assert.ok(!states.some((chat) => chat['chatId'] === `${other}@c.us` && chat['presence'] === 'typing'))
  })

  test('a session comes back by itself after a restart of the process', async () => {
    const { id } = await linkSession(app, tenant.api)
    const { ctx } = app.app
    const lost = nextEvent(app, 'session.disconnected', (told) => told.sessionId === id)
    await ctx.engine.stop(id, 'restart')
    await lost
    const working = reaches(id, 'working')
    await resumeSessions(ctx)
    await working
  })

  test('what the owner stopped stays stopped, and what WhatsApp ended asks for a person', async () => {
    const stopped = await linkSession(app, tenant.api)
    await tenant.api.post(200, `/sessions/${stopped.id}/stop`)
    const ended = await linkSession(app, tenant.api)
    const failed = nextEvent(
      app,
      'session.status',
      (told) => told.sessionId === ended.id && told.status !== 'working',
    )
    app.simulator.fault({ kind: 'logout', phone: ended.phone })
    await failed
    const shown = await tenant.api.get(200, `/sessions/${ended.id}`)
    assert.equal(shown.status_reason, 'logged_out')
    assert.match(shown.status_detail, /scan a new code/)
    await resumeSessions(app.app.ctx)
    assert.equal((await tenant.api.get(200, `/sessions/${stopped.id}`)).status, 'stopped')
    assert.equal(app.app.ctx.engine.isWorking(ended.id), false)
    await scanSession(app, tenant.api, ended)
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { type SecondProcess, startSecondProcess } from '../../../../test/second-process.ts'
import type { App } from '../../../app.ts'
import { resumeSessions, stopResuming } from './session-resume.ts'

let first: LinkedApp
let tenant: TestTenant
let other: SecondProcess
let second: App
/** The API of the process that holds no session. */
let api: ApiClient

const reaches = (id: string, status: string) =>
  nextEvent(first, 'session.status', (told) => told.sessionId === id && told.status === status)

const isHere = (app: App, { id }: LinkedSession) => app.ctx.engine.isWorking(id)

// An embedded database belongs to one process, so there is nobody to forward to.
suite('sessions held by another process', { skip: !isServerTest }, () => {
  before(async () => {
    first = await createLinkedApp()
    tenant = await first.tenant()
    other = await startSecondProcess(first)
    second = other.app
    api = other.apiOf(tenant)
  })
  after(async () => {
    await other.close()
    await first.close()
  })

  test('a code is shown, and a code to type given, by whichever process is asked', async () => {
    const { id } = await tenant.api.post(201, '/sessions', { name: 'Desk' })
    const coded = reaches(id, 'qr_code')
    await tenant.api.post(200, `/sessions/${id}/start`)
    await coded
    const { code } = await api.get(200, `/sessions/${id}/qr`, { accept: 'application/json' })
    assert.ok(code.length > 20)
    const pairing = await api.post(200, `/sessions/${id}/pairing-code`, { phone: '15550001234' })
    assert.match(pairing.code, /^[A-Z0-9]{8}$/)
    assert.equal((await api.post(200, `/sessions/${id}/stop`)).status, 'stopped')
  })

  test('groups, numbers and presence are asked where the session is', async () => {
    const session = await linkSession(first, tenant.api)
    const members = Array.from({ length: 120 }, () => addContact(first))
    const participants = members.map((phone) => `+${phone}`)
    const made = await api.post(201, '/groups/create', {
      session_id: session.id,
      name: 'Many',
      participants,
    })
    assert.equal(made.participants.filter(({ status }: { status: string }) => status === 'added').length, 120)
    const described = await api.get(200, `/groups/wa/${made.wa_group_id}`)
    assert.equal(described.participants.length, 121)
    assert.match(described.created_at, /Z$/)
    const [known = ''] = members
    const check = await api.get(200, `/contacts/check?session_id=${session.id}&phone=${known}`)
    assert.deepEqual(check, { phone: `+${known}`, exists: true, wa_chat_id: `${known}@c.us` })
    assert.equal(
      (await api.put(200, `/sessions/${session.id}/presence`, { presence: 'online' })).presence,
      'online',
    )
    const refused = await api.post(404, '/groups/join', {
      session_id: session.id,
      invite: 'AbCdEfGhIjKlMnOpQrStUv',
    })
    assert.equal(refused.code, 'invite_not_found')
    assert.ok(isHere(first.app, session) && !isHere(second, session))
  })

  test('stop, restart, logout and delete work from the process that does not hold the session', async () => {
    const session = await linkSession(first, tenant.api)
    const path = `/sessions/${session.id}`
    assert.equal((await api.post(200, `${path}/stop`)).status, 'stopped')
    assert.ok(!isHere(first.app, session))
    const working = reaches(session.id, 'working')
    await tenant.api.post(200, `${path}/start`)
    await working
    const moved = reaches(session.id, 'working')
    assert.equal((await api.post(200, `${path}/restart`)).status, 'starting')
    await moved
    assert.ok(isHere(second, session) && !isHere(first.app, session))
    const out = await tenant.api.post(200, `${path}/logout`)
    assert.deepEqual([out.status, out.phone_number], ['stopped', null])
    assert.ok(!isHere(second, session))
    const left = await linkSession(first, tenant.api)
    await api.delete(200, `/sessions/${left.id}`)
    assert.ok(!isHere(first.app, left))
    await tenant.api.get(404, `/sessions/${left.id}`)
  })

  test('a changed proxy makes the holder release it; the session comes back', async () => {
    const session = await linkSession(first, tenant.api)
    const path = `/sessions/${session.id}/settings`
    const left = reaches(session.id, 'starting')
    await api.patch(200, path, { proxy_url: 'http://127.0.0.1:9' })
    await left
    const working = reaches(session.id, 'working')
    await api.patch(200, path, { proxy_url: null })
    await working
  })

  test('503 in bounded time when the holder is gone but its lease is not over', async () => {
    const session = await linkSession(first, tenant.api)
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    await first.database.db.pool.query(
      `UPDATE engine_sessions SET owner_id = 'gone', lease_until = now() + interval '1 minute' WHERE session_id = $1`,
      [session.id],
    )
    await first.database.db.pool.query(`UPDATE sessions SET status = 'working' WHERE id = $1`, [session.id])
    const refused = await api.get(503, `/contacts/check?session_id=${session.id}&phone=15550123456`)
    assert.match(refused.detail, /another process/)
    await api.post(503, `/sessions/${session.id}/stop`)
  })

  test('who is asked to start a session has a moment to do so before another process takes it', async () => {
    // Nobody looks but this test.
    await Promise.all([stopResuming(first.app.ctx), stopResuming(second.ctx)])
    const session = await linkSession(first, tenant.api)
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    // As a restart does between the end of one life and the next.
    await first.app.ctx.db.pool.query(
      `UPDATE sessions SET desired_state = 'running', updated_at = $2 WHERE id = $1`,
      [session.id, first.app.ctx.clock.now()],
    )
    const working = reaches(session.id, 'working')
    await resumeSessions(second.ctx)
    assert.equal((await tenant.api.get(200, `/sessions/${session.id}`)).status, 'stopped')
    await resumeSessions(second.ctx)
    await working
    assert.ok(isHere(second, session))
    await api.delete(200, `/sessions/${session.id}`)
  })
})

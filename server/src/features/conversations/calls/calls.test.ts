import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import type { CallUpdate } from '../../../engine/events.ts'
import { applyCalls, pruneCalls } from './calls.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const told = (status: string, matches: (call: { callId: string }) => boolean = () => true) =>
  nextEvent(app, 'call.received', (call) => call.status === status && matches(call))

/** Somebody calls the session; resolves when the product heard it ring. */
async function ring(
  options: { video?: boolean } = {},
  to = session,
): Promise<{ id: string; caller: string }> {
  const caller = addContact(app)
  const ringing = told('ringing')
  const { id } = app.simulator.call(caller, { to: to.phone, ...options })
  await ringing
  return { id, caller }
}

/** What the caller's phone shows. */
const callerSees = (caller: string, state: string) =>
  app.simulator.nextEvent(caller, (event) => event.type === 'call' && event.state === state)

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

suite('calls', () => {
  test('a call reaches webhooks as it rings and as it ends, and the list', async () => {
    await using endpoint = await openWebhookReceiver()
    const hook = await tenant.api.post(201, '/webhooks', { url: endpoint.url, events: ['call.received'] })
    const { id, caller } = await ring({ video: true })
    const over = told('missed', ({ callId }) => callId === id)
    app.simulator.endCall(caller, id)
    await over
    await app.runJobs()
    const data = endpoint.received.map(({ body }) => body.data).find(({ status }) => status === 'ringing')
    assert.deepEqual(data, {
      session_id: session.id,
      call_id: id,
      caller_phone: `+${caller}`,
      caller_chat_id: `${caller}@c.us`,
      is_video: true,
      is_group: false,
      wa_group_id: null,
      status: 'ringing',
      timestamp: data.timestamp,
    })
    assert.deepEqual(endpoint.received.map(({ body }) => body.data.status).sort(), ['missed', 'ringing'])
    const { calls, total } = await tenant.api.get(200, `/calls?session_id=${session.id}`)
    assert.equal(total, 1)
    assert.deepEqual([calls[0].call_id, calls[0].status], [id, 'missed'])
    await tenant.api.delete(200, `/webhooks/${hook.id}`)
  })

  test('calls.reject: 200, the caller sees it; 400 once it is over', async () => {
    const { id, caller } = await ring()
    const path = `/calls/${id}/reject`
    const answer = await tenant.api.post(200, path, { session_id: session.id })
    assert.deepEqual([answer.status, answer.caller_phone], ['rejected', `+${caller}`])
    await callerSees(caller, 'rejected')
    await tenant.api.post(400, path, { session_id: session.id })
  })

  test('calls.reject: 404 for unknown calls, calls of other sessions and other tenants; 400 when stopped', async () => {
    const { id } = await ring()
    const other = await app.tenant()
    const theirs = await linkSession(app, other.api)
    await tenant.api.post(404, '/calls/NOSUCHCALL/reject', { session_id: session.id })
    await other.api.post(404, `/calls/${id}/reject`, { session_id: session.id })
    await other.api.post(404, `/calls/${id}/reject`, { session_id: theirs.id })
    await other.api.get(404, `/calls?session_id=${session.id}`)
    assert.equal((await other.api.get(200, '/calls')).total, 0)
    await tenant.api.post(422, `/calls/${id}/reject`, {})
    const quiet = await linkSession(app, other.api)
    const late = await ring({}, quiet)
    await other.api.post(200, `/sessions/${quiet.id}/stop`)
    await other.api.post(400, `/calls/${late.id}/reject`, { session_id: quiet.id })
  })

  test('a session that wants no calls turns them down by itself', async () => {
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { reject_calls: true })
    const rejected = told('rejected')
    const { id, caller } = await ring()
    assert.equal((await rejected).callId, id)
    await callerSees(caller, 'rejected')
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { reject_calls: false })
  })

  test('updates that come again or late are not published again; old calls are removed', async () => {
    const heard: string[] = []
    const subscription = app.app.ctx.events.subscribe({ names: ['call.received'] })
    const listening = (async () => {
      for await (const event of subscription)
        if (!('lost' in event)) heard.push((event.payload as unknown as { status: string }).status)
    })()
    const call = (status: CallUpdate['status']): CallUpdate => ({
      tenantId: tenant.id,
      sessionId: session.id,
      callId: 'AGAIN',
      caller: { phone: null, lid: '987654321012345', pushName: null },
      groupId: null,
      isVideo: false,
      status,
      isOffline: true,
      at: new Date(app.clock.nowMs() - 31 * 86_400_000),
    })
    // What somebody's phone names so cannot be kept as it is, and must not come again for ever.
    const odd = `N\0\udc00${'x'.repeat(5000)}`
    await applyCalls(app.app.ctx, [{ ...call('missed'), callId: odd }])
    for (const status of ['ringing', 'ringing', 'accepted', 'ringing', 'ended', 'accepted', 'ended'] as const)
      await applyCalls(app.app.ctx, [call(status)])
    await new Promise((resolve) => setImmediate(resolve))
    subscription.close()
    await listening
    assert.deepEqual(heard, ['missed', 'ringing', 'accepted', 'ended'])
    const { calls } = await tenant.api.get(200, '/calls?limit=100')
    const kept = calls.find((each: { call_id: string }) => each.call_id === 'AGAIN')
    assert.deepEqual([kept.caller_phone, kept.caller_chat_id], [null, '987654321012345@c.us'])
    await pruneCalls(app.app.ctx)
    const left = (await tenant.api.get(200, '/calls?limit=100')).calls
    assert.ok(left.length > 0)
    assert.ok(left.every((each: { call_id: string }) => each.call_id !== 'AGAIN'))
  })
})

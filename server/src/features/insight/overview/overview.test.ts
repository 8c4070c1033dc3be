import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import {
  buildInboundMessage,
  buildPhone,
  buildStateChange,
  createSession,
} from '../../../../test/builders.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import { openWebhooks, type Webhooks } from '../../../../test/webhooks.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { applyState } from '../../sessions/lifecycle/sessions.service.ts'
import { flushNotedChanges } from '../rollups/noted-changes.ts'

let app: Webhooks

before(async () => {
  app = await openWebhooks()
})
after(() => app.close())

const hourMs = 60 * 60_000

/** What somebody said to a session, or the session to them, so many hours ago. */
async function say(
  owner: { tenantId: string; sessionId: string },
  phone: string,
  side: 'in' | 'out',
  hoursAgo: number,
  more: Partial<InboundMessage> = {},
): Promise<void> {
  const message = buildInboundMessage(owner, {
    chatId: `${phone}@c.us`,
    sender: { phone, lid: null, pushName: 'Ada' },
    isFromMe: side === 'out',
    waTimestamp: new Date(app.clock.nowMs() - hoursAgo * hourMs),
    ...more,
  })
  await storeInbound(app.ctx, [message])
}

const codesOf = ({ attention }: { attention: { code: string }[] }) => attention.map(({ code }) => code)

suite('GET /overview', () => {
  test('200 with zeros for a tenant without anything; nothing needs anybody', async () => {
    const { api } = await app.tenant()
    const overview = await api.get(200, '/overview')
    assert.deepEqual(overview.attention, [])
    assert.deepEqual(overview.sessions, {
      total: 0,
      by_status: { working: 0, starting: 0, qr_code: 0, stopped: 0, failed: 0 },
    })
    assert.deepEqual(overview.conversations, {
      unread_chats: 0,
      unread_messages: 0,
      unanswered: 0,
      unanswered_since: null,
    })
    assert.deepEqual(overview.webhooks, { active: 0, failing: 0, switched_off: 0, failed_deliveries: 0 })
    assert.deepEqual([overview.today.received, overview.today.first_reply_seconds], [0, null])
  })

  test('401 without a credential; a key sees the parts that it may read, of its own tenant', async () => {
    await app.api.get(401, '/overview')
    const tenant = await app.tenant()
    await createSession((await app.tenant()).api)
    await createSession(tenant.api)
    const overview = await (await tenant.apiWith(['sessions:read'])).get(200, '/overview')
    const { attention: _, timezone: __, sessions, ...others } = overview
    assert.equal(sessions.total, 1)
    assert.deepEqual([...new Set(Object.values(others))], [null])
    const reading = await tenant.apiWith(['messages:read'])
    assert.equal((await reading.get(200, '/overview')).conversations, null, 'chats are closed to programs')
    await tenant.api.patch(200, '/tenant/settings', { chat_history_access_enabled: true })
    assert.equal((await reading.get(200, '/overview')).conversations.unanswered, 0)
  })

  test('counts what is unread and who waits for an answer, as the list of chats does', async () => {
    const tenant = await app.tenant()
    const { id: sessionId } = await createSession(tenant.api)
    const owner = { tenantId: tenant.id, sessionId }
    const [waits, longer, answered, old, group] = [1, 2, 3, 4, 5].map(() => buildPhone())
    await say(owner, waits ?? '', 'in', 1)
    await say(owner, longer ?? '', 'in', 5)
    await say(owner, longer ?? '', 'in', 4)
    await say(owner, answered ?? '', 'in', 3)
    await say(owner, answered ?? '', 'out', 2)
    await say(owner, old ?? '', 'in', 8 * 24)
    await say(owner, group ?? '', 'in', 1, { chatId: '120363000000000777@g.us', isGroup: true })
    const { conversations } = await tenant.api.get(200, '/overview')
    const list = `/messages/chats/${sessionId}`
    const unread = await tenant.api.get(200, `${list}?unread=true`)
    assert.equal(conversations.unread_chats, unread.total)
    assert.equal(
      conversations.unread_messages,
      unread.chats.reduce((sum: number, chat: { unread_count: number }) => sum + chat.unread_count, 0),
    )
    const unanswered = await tenant.api.get(200, `${list}?unanswered=true`)
    assert.deepEqual([conversations.unanswered, unanswered.total], [2, 2])
    assert.deepEqual(
      unanswered.chats.map((chat: { wa_chat_id: string }) => chat.wa_chat_id),
      [`${waits}@c.us`, `${longer}@c.us`],
    )
    assert.equal(conversations.unanswered_since, unanswered.chats[1].last_inbound_at)
  })

  test('a session that failed, lost its phone, waits for a scan or is limited needs somebody; a stopped one does not', async () => {
    const tenant = await app.tenant()
    const make = async (change: Parameters<typeof buildStateChange>[1]) => {
      const { id: sessionId } = await createSession(tenant.api)
      if (change !== undefined)
        await applyState(app.ctx, buildStateChange({ tenantId: tenant.id, sessionId }, change))
      return sessionId
    }
    await make(undefined)
    await make({ status: 'working' })
    const until = new Date(app.clock.nowMs() + hourMs)
    const limited = await make({ status: 'working', reason: 'reach_out_locked', until })
    const lost = await make({ status: 'starting', reason: 'reconnecting' })
    const scanning = await make({ status: 'qr_code' })
    const unlinked = await make({ status: 'stopped', reason: 'logged_out' })
    const failed = await make({ status: 'failed', reason: 'passkey_required' })
    const overview = await tenant.api.get(200, '/overview')
    assert.deepEqual(
      overview.attention.map((one: { code: string; session_id: string }) => [one.code, one.session_id]),
      [
        ['session_failed', failed],
        ['session_unlinked', scanning],
        ['session_unlinked', unlinked],
        ['session_reconnecting', lost],
        ['session_limited', limited],
      ],
    )
    const [first, , third, , last] = overview.attention
    assert.match(first.text, /passkey/)
    assert.equal(first.reason, 'passkey_required')
    assert.ok(first.since !== null && third.name !== null)
    assert.equal(Date.parse(last.until), Math.floor(until.getTime() / 1000) * 1000)
    assert.deepEqual(overview.sessions, {
      total: 7,
      by_status: { working: 2, starting: 1, qr_code: 1, stopped: 2, failed: 1 },
    })
  })

  test('an endpoint that fails is told with what waits for it, and given up deliveries are counted', async () => {
    await using hook = await app.setUp({ name: 'Orders' })
    hook.endpoint.answer({ status: 502 })
    await app.receive(hook.tenantId, 'one', 'two')
    await app.runJobs()
    const overview = await hook.api.get(200, '/overview')
    assert.deepEqual(codesOf(overview), ['webhook_failing'])
    const [failing] = overview.attention
    assert.deepEqual([failing.webhook_id, failing.name, failing.count], [hook.id, 'Orders', 2])
    assert.match(failing.text, /502/)
    assert.deepEqual(overview.webhooks, { active: 1, failing: 1, switched_off: 0, failed_deliveries: 0 })
    hook.endpoint.answer({ status: 410 })
    await app.receive(hook.tenantId, 'three')
    await app.runJobs({ includeDelayed: true })
    const after = await hook.api.get(200, '/overview')
    assert.deepEqual(codesOf(after), ['webhook_switched_off'])
    const { failed_deliveries: givenUp, ...counts } = after.webhooks
    assert.deepEqual(counts, { active: 0, failing: 0, switched_off: 1 })
    assert.ok(givenUp > 0)
  })

  test('leads nobody looked at, and those of today in the tenant’s zone', async () => {
    const tenant = await app.tenant()
    const world = new LeadsWorld(app, tenant)
    const looked = await world.lead(await world.person())
    await world.lead(await world.person(), { at: new Date(app.clock.nowMs() - 30 * hourMs) })
    await world.lead(await world.person())
    await tenant.api.patch(200, `/leads/${looked}/status`, { status: 'contacted' })
    const { leads } = await tenant.api.get(200, '/overview')
    assert.deepEqual(leads, { new: 2, detected_today: 2 })
  })

  test('today’s figures stand beside those of the same weekday before, by hour of the tenant’s zone', async () => {
    const tenant = await app.tenant()
    await tenant.api.patch(200, '/tenant/settings', { time_zone: 'Asia/Kolkata' })
    const { id: sessionId } = await createSession(tenant.api)
    const owner = { tenantId: tenant.id, sessionId }
    const [earlier, phone] = [buildPhone(), buildPhone()]
    const week = 7 * 24
    for (const hoursAgo of [week + 1, week + 0.5, 2 * week + 1, 2 * week - 1])
      await say(owner, earlier, 'in', hoursAgo)
    await say(owner, phone, 'in', 1)
    await say(owner, phone, 'out', 0.9)
    await flushNotedChanges(app.ctx)
    await app.runJobs({ includeDelayed: true })
    const { today, timezone } = await tenant.api.get(200, '/overview')
    assert.equal(timezone, 'Asia/Kolkata')
    assert.deepEqual([today.received, today.sent, today.failed, today.first_reply_seconds], [1, 1, 0, 360])
    assert.equal(today.usual.received, 2, 'three by now on two days, rounded')
    const local = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Kolkata',
      hour: '2-digit',
      hour12: false,
    })
    const hour = Number(local.format(new Date(app.clock.nowMs() - hourMs)))
    const then = today.hours.find((one: { hour: number }) => one.hour === hour)
    assert.deepEqual([then.received, then.sent], [1, 1])
  })
})

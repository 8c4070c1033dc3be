import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Reply } from '../../../../test/api-client.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { changeAntispam } from '../../account/settings/settings.service.ts'

const day = 86_400_000

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const to = (phone: string, message = 'Hello', more: Record<string, unknown> = {}) => ({
  session_id: session.id,
  chat_id: `${phone}@c.us`,
  message,
  ...more,
})

const shownTo = (phone: string): string[] => app.simulator.messages(phone).map(({ text }) => text ?? '')

async function statusesOf(replies: readonly Promise<Reply>[]): Promise<number[]> {
  return (await Promise.all(replies)).map(({ status }) => status).sort()
}

suite('messages.send', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })
  after(() => app.close())

  test('201 with status sent after WhatsApp took it, and the phone shows it', async () => {
    const phone = await addWarmContact(app, session)
    const sent = nextEvent(app, 'message.sent', (told) => told.chatId === `${phone}@c.us`)
    const message = await tenant.api.post(201, '/messages/send', to(phone, 'Good morning'))
    assert.equal(message.status, 'sent')
    assert.equal(message.direction, 'outbound')
    assert.equal(message.message_type, 'text')
    assert.equal(message.content_preview, 'Good morning')
    assert.equal(message.wa_chat_id, `${phone}@c.us`)
    assert.equal(message.session_id, session.id)
    assert.equal(message.requires_approval, false)
    assert.equal((await app.simulator.nextMessage(phone)).id, message.wa_message_id)
    assert.equal((await sent).messageId, message.id)
    const stored = await tenant.api.get(200, `/messages/${message.id}`)
    assert.deepEqual({ ...stored, status: 'sent', delivered_at: null, read_at: null }, message)
  })

  test('delivered and read are published once each and never taken back', async () => {
    const phone = await addWarmContact(app, session)
    const recorded = recordEvents(app, ['message.sent', 'message.delivered', 'message.read'])
    const isMine = (told: { chatId: string }) => told.chatId === `${phone}@c.us`
    const read = nextEvent(app, 'message.read', isMine)
    const sent = nextEvent(app, 'message.sent', isMine)
    const { id } = await tenant.api.post(201, '/messages/send', to(phone))
    await Promise.all([sent, read])
    await recorded.close()
    const names = recorded.received.filter(({ payload }) => isMine(payload as never)).map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)])
    // A receipt may overtake the answer to the send: each is told, in whatever order.
    assert.ok(names.includes('message.sent') && names.includes('message.read'))
    const stored = await tenant.api.get(200, `/messages/${id}`)
    assert.equal(stored.status, 'read')
    assert.ok(stored.read_at)
  })

  test('a number in any spelling reaches the same chat', async () => {
    const phone = await addWarmContact(app, session)
    const spellings = [`+${phone}`, phone, `+${phone.slice(0, 4)} ${phone.slice(4, 7)}-${phone.slice(7)}`]
    for (const chat_id of spellings)
      await tenant.api.post(201, '/messages/send', { ...to(phone, `To ${chat_id}`), chat_id })
    const chats = await tenant.api.get(200, `/messages/chats/${session.id}?search=${phone}`)
    assert.equal(chats.total, 1)
    assert.equal(chats.chats[0].message_count, 4)
    assert.equal(chats.chats[0].unread_count, 0)
  })

  test('a group and the own chat need no earlier message', async () => {
    const member = addContact(app)
    const { id } = app.simulator.createGroup({ subject: 'Team', owner: session.phone, members: [member] })
    const inGroup = await tenant.api.post(201, '/messages/send', { ...to(member), chat_id: id })
    assert.equal(inGroup.is_cold, false)
    const own = await tenant.api.post(201, '/messages/send', to(session.phone, 'Note to self'))
    assert.equal(own.is_cold, false)
    assert.equal(own.status, 'sent')
  })

  test('a reply quotes a message of the same chat', async () => {
    const phone = await addWarmContact(app, session)
    const { chats } = await tenant.api.get(200, `/messages/chats/${session.id}?search=${phone}`)
    const { messages } = await tenant.api.get(200, `/messages/chat/${session.id}/${chats[0].id}`)
    const reply = await tenant.api.post(201, '/messages/send', to(phone, 'Yes', { reply_to: messages[0].id }))
    assert.equal(reply.reply_to_id, messages[0].id)
    const shown = await app.simulator.nextMessage(phone)
    assert.equal(shown.quoted?.id, messages[0].wa_message_id)
    const other = await addWarmContact(app, session)
    await tenant.api.post(422, '/messages/send', to(other, 'No', { reply_to: messages[0].id }))
    await tenant.api.post(404, '/messages/send', to(phone, 'No', { reply_to: crypto.randomUUID() }))
    assert.deepEqual(shownTo(other), [])
  })

  test('202 with Prefer: respond-async, and the events follow', async () => {
    const phone = await addWarmContact(app, session)
    const sent = nextEvent(app, 'message.sent', (told) => told.chatId === `${phone}@c.us`)
    const message = await tenant.api.post(202, '/messages/send', to(phone), { prefer: 'respond-async' })
    assert.equal(message.status, 'pending')
    assert.equal((await sent).messageId, message.id)
  })

  test('a text of 4,096 characters arrives whole and is kept as 500', async () => {
    const phone = await addWarmContact(app, session)
    const text = '👩‍👩‍👧'.repeat(512)
    assert.equal(text.length, 4096)
    const message = await tenant.api.post(201, '/messages/send', to(phone, text))
    assert.ok(message.content_preview.length <= 500)
    assert.equal(message.content_preview.replaceAll('👩‍👩‍👧', ''), '')
    assert.equal(message.text, null)
    assert.equal((await app.simulator.nextMessage(phone)).text, text)
    await tenant.api.post(422, '/messages/send', to(phone, 'x'.repeat(4097)))
    await tenant.api.post(422, '/messages/send', to(phone, ''))
  })

  suite('refusals', () => {
    test('404 for another tenant, 400 for a session that is not connected, 422 for no chat id', async () => {
      const phone = await addWarmContact(app, session)
      const other = await app.tenant()
      await other.api.post(404, '/messages/send', to(phone))
      const idle = await tenant.api.post(201, '/sessions', { name: 'Idle' })
      const refused = await tenant.api.post(400, '/messages/send', { ...to(phone), session_id: idle.id })
      assert.match(refused.detail, /not connected/)
      await tenant.api.post(422, '/messages/send', { ...to(phone), chat_id: 'nobody' })
      await tenant.api.post(404, '/messages/send', { ...to(phone), session_id: crypto.randomUUID() })
      assert.deepEqual(shownTo(phone), [])
    })

    test('500 with the code when WhatsApp refuses; the message is failed, the quota given back', async () => {
      const phone = await addWarmContact(app, session)
      app.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 479, count: 1 })
      const failed = nextEvent(app, 'message.failed', (told) => told.chatId === `${phone}@c.us`)
      const before = await tenant.api.get(200, '/usage/current')
      const refused = await tenant.api.post(500, '/messages/send', to(phone))
      assert.match(refused.detail, /479/)
      const event = await failed
      assert.equal(event.error, 'ack_479')
      const stored = await tenant.api.get(200, `/messages/${event.messageId}`)
      assert.equal(stored.status, 'failed')
      assert.equal(stored.error, 'ack_479')
      const now = await tenant.api.get(200, '/usage/current')
      assert.equal(now.messages_sent, before.messages_sent)
    })

    test('403 for a number that is not on the list', async () => {
      const own = await app.tenant()
      const line = await linkSession(app, own.api)
      const [listed, unlisted] = [await addWarmContact(app, line), await addWarmContact(app, line)]
      await own.api.patch(200, '/tenant/settings', { allowed_numbers: [`+${listed}`] })
      await own.api.post(201, '/messages/send', { ...to(listed), session_id: line.id })
      const refused = await own.api.post(403, '/messages/send', { ...to(unlisted), session_id: line.id })
      assert.match(refused.detail, /allowed_numbers/)
    })

    test('20 at once with one message of quota left: one goes, 19 get 403 naming the limit', async () => {
      await app.database.db.pool.query(
        `INSERT INTO plans (id, name, sort, features, limits) SELECT 'three', 'Three', 99, '[]',
           limits || '{"max_messages_per_month": 3, "api_requests_per_minute": 1000}' FROM plans WHERE id = 'free'`,
      )
      const own = await app.tenant({ plan: 'three' })
      const line = await linkSession(app, own.api)
      const phone = await addWarmContact(app, line)
      for (let sent = 0; sent < 2; sent += 1) {
        await own.api.post(201, '/messages/send', { ...to(phone, `Sent ${sent}`), session_id: line.id })
      }
      const calls = Array.from({ length: 20 }, (_, n) =>
        own.api.call('POST', '/messages/send', {
          body: { ...to(phone, `One of ${n}`), session_id: line.id },
        }),
      )
      assert.deepEqual(await statusesOf(calls), [201, ...Array(19).fill(403)])
      const refused = (await Promise.all(calls)).find(({ status }) => status === 403)
      assert.match(refused?.body.detail, /max_messages_per_month/)
      assert.equal(shownTo(phone).length, 3)
      const { rows } = await app.database.db.pool.query(
        "SELECT count(*)::int AS n FROM messages WHERE tenant_id = $1 AND direction = 'outbound'",
        [own.id],
      )
      assert.equal(rows[0].n, 3)
    })
  })

  suite('cold contacts', () => {
    let own: TestTenant
    let line: LinkedSession
    const cold = (phone: string) => ({ ...to(phone), session_id: line.id })

    before(async () => {
      own = await app.tenant()
      line = await linkSession(app, own.api)
    })

    test('strict: 403 until the contact has written', async () => {
      await own.api.patch(200, '/tenant/settings', { cold_contacts: 'strict' })
      const phone = addContact(app)
      const refused = await own.api.post(403, '/messages/send', cold(phone))
      assert.match(refused.detail, /strict/)
      const received = nextEvent(app, 'message.received', (told) => told.chatId === `${phone}@c.us`)
      await app.simulator.sendMessage(phone, { to: line.phone, text: 'Hi' })
      await received
      await own.api.post(201, '/messages/send', cold(phone))
    })

    test('warn: sent and marked', async () => {
      await own.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
      const message = await own.api.post(201, '/messages/send', cold(addContact(app)))
      assert.equal(message.is_cold, true)
    })

    test('budget: 403 naming the time of renewal when it is used up; a chat counts once a day', async () => {
      await own.api.patch(200, '/tenant/settings', { cold_contacts: 'budget' })
      const { ctx } = app.app
      await ctx.db.transaction((sql) => changeAntispam(ctx, sql, own.id, { coldBudgetFirstWeek: 2 }))
      const [first, second, third] = [addContact(app), addContact(app), addContact(app)]
      await own.api.post(201, '/messages/send', cold(first))
      await own.api.post(201, '/messages/send', { ...cold(first), message: 'Hello again' })
      await own.api.post(201, '/messages/send', cold(second))
      const refused = await own.api.post(403, '/messages/send', cold(third))
      assert.match(refused.detail, /renews at 20\d\d-\d\d-\d\dT00:00:00Z/)
    })

    test('463 names the lock, stops new conversations and lets replies flow', async () => {
      const locked = await app.tenant()
      line = await linkSession(app, locked.api)
      const phone = await addWarmContact(app, line)
      app.simulator.fault({ kind: 'ack_error', phone: line.phone, code: 463, count: 1 })
      const refused = await locked.api.post(403, '/messages/send', cold(addContact(app)))
      assert.equal(refused.error, 'ack_463')
      const stopped = await locked.api.post(403, '/messages/send', cold(addContact(app)))
      assert.match(stopped.detail, /until 20/)
      await locked.api.post(201, '/messages/send', cold(phone))
    })
  })

  suite('Idempotency-Key', () => {
    const key = (text: string) => ({ 'idempotency-key': text })

    test('the same key and body answer the first message, sent once; another body is 422', async () => {
      const phone = await addWarmContact(app, session)
      const first = await tenant.api.post(201, '/messages/send', to(phone, 'Once'), key('order-1'))
      const again = await tenant.api.post(201, '/messages/send', to(phone, 'Once'), key('order-1'))
      assert.deepEqual(again, first)
      await tenant.api.post(422, '/messages/send', to(phone, 'Twice'), key('order-1'))
      assert.deepEqual(shownTo(phone), ['Once'])
    })

    test('20 at once under one key: one message, one answer', async () => {
      const phone = await addWarmContact(app, session)
      const body = to(phone, 'Only once')
      const calls = Array.from({ length: 20 }, () =>
        tenant.api.call('POST', '/messages/send', { body, headers: key('order-2') }),
      )
      const replies = await Promise.all(calls)
      assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([201]))
      assert.equal(new Set(replies.map(({ body: message }) => message.id)).size, 1)
      assert.equal(shownTo(phone).length, 1)
    })

    test('a refusal by WhatsApp is repeated, not sent again', async () => {
      const phone = await addWarmContact(app, session)
      app.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 479, count: 1 })
      await tenant.api.post(500, '/messages/send', to(phone), key('order-3'))
      await tenant.api.post(500, '/messages/send', to(phone), key('order-3'))
      assert.deepEqual(shownTo(phone), [])
    })

    test('another tenant has keys of its own', async () => {
      const phone = await addWarmContact(app, session)
      await tenant.api.post(201, '/messages/send', to(phone), key('order-4'))
      const other = await app.tenant()
      await other.api.post(404, '/messages/send', to(phone), key('order-4'))
    })
  })

  test('a day later there is a new budget, and an idempotency key is free again', async () => {
    const own = await app.tenant()
    const line = await linkSession(app, own.api)
    const api = await own.apiWith(['messages:send', 'sessions:manage'])
    // Nothing of the connection's own timing is wanted here, so it rests while the day passes.
    const sleep = async () => {
      await api.post(200, `/sessions/${line.id}/stop`)
      app.clock.advance(day)
      const working = nextEvent(app, 'session.connected', (told) => told.sessionId === line.id)
      await api.post(200, `/sessions/${line.id}/start`)
      await working
    }
    const { ctx } = app.app
    await ctx.db.transaction((sql) => changeAntispam(ctx, sql, own.id, { coldBudgetFirstWeek: 1 }))
    const [first, second] = [addContact(app), addContact(app)]
    const send = (status: number, phone: string) =>
      api.post(status, '/messages/send', { ...to(phone), session_id: line.id }, { 'idempotency-key': phone })
    const { id } = await send(201, first)
    await send(403, second)
    await sleep()
    await send(201, second)
    await sleep()
    assert.notEqual((await send(201, first)).id, id)
    assert.equal(shownTo(first).length, 2)
  })
})

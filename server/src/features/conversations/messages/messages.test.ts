import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { recordEvents } from '../../../../test/linked-session.ts'
import type { Context } from '../../../context.ts'
import type { InboundMessage, StatusUpdate } from '../../../engine/events.ts'
import { applyGroups } from '../chats/chats.service.ts'
import { applyStatuses } from '../inbound/apply-statuses.service.ts'
import { applyMappings } from '../inbound/merge-contacts.service.ts'
import { storeInbound } from '../inbound/store-inbound.service.ts'
import { expireMessages } from './messages.jobs.ts'
import { findProto } from './messages.service.ts'

let app: TestApp
let tenant: TestTenant
let sessionId: string

const arrive = (...messages: Partial<InboundMessage>[]): Promise<void> =>
  storeInbound(
    app.app.ctx,
    messages.map((message) => build(message)),
  )

function build(overrides: Partial<InboundMessage>): InboundMessage {
  return buildInboundMessage({ tenantId: tenant.id, sessionId }, overrides)
}

const ownCtx = (tenantId = tenant.id): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId },
})

const chatsOf = async (search = '') =>
  (await tenant.api.get(200, `/messages/chats/${sessionId}?search=${search}`)).chats

const messagesOf = async (chatId: string) =>
  (await tenant.api.get(200, `/messages/chat/${sessionId}/${encodeURIComponent(chatId)}`)).messages

async function countRows(table: string, where: string, values: unknown[]): Promise<number> {
  const { rows } = await app.database.db.pool.query(
    `SELECT count(*)::int AS n FROM ${table} WHERE ${where}`,
    values,
  )
  return rows[0].n
}

suite('messages', () => {
  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
    sessionId = (await createSession(tenant.api)).id
  })
  after(() => app.close())

  suite('storeInbound', () => {
    test('a message is stored with contact and chat, counted and published once, however often it is delivered', async () => {
      const recorded = recordEvents(app, ['message.received'])
      const message = build({ content: { kind: 'text', text: 'First', mentions: [] } })
      await storeInbound(app.app.ctx, [message, message])
      await storeInbound(app.app.ctx, [message])
      await Promise.all(Array.from({ length: 5 }, () => storeInbound(app.app.ctx, [message])))
      await recorded.close()
      const [chat] = await chatsOf(message.sender.phone ?? '')
      assert.equal(chat.message_count, 1)
      assert.equal(chat.unread_count, 1)
      assert.equal(chat.contact_phone, `+${message.sender.phone}`)
      assert.equal(chat.name, 'Sample Contact')
      assert.deepEqual(chat.last_message, {
        direction: 'inbound',
        content_preview: 'First',
        status: 'received',
      })
      assert.equal(recorded.received.length, 1)
      const [stored] = await messagesOf(chat.id)
      assert.equal(stored.sender_phone, `+${message.sender.phone}`)
      assert.equal(stored.status, 'received')
      assert.equal(stored.wa_timestamp, '2026-02-11T10:00:00Z')
      assert.equal((await tenant.api.get(200, `/messages/${message.waMessageId}`)).id, stored.id)
      assert.deepEqual(
        new Uint8Array((await findProto(ownCtx(), sessionId, message.waMessageId)) ?? []),
        message.proto,
      )
    })

    test('a thousand of many people at once, in parallel batches that share people', async () => {
      const phones = Array.from({ length: 50 }, buildPhone)
      const messages = Array.from({ length: 1000 }, (_, index) => {
        const phone = phones[index % 50] as string
        return build({
          chatId: `${phone}@c.us`,
          sender: { phone, lid: `9${phone}`, pushName: `Person ${index % 50}` },
        })
      })
      const batches = Array.from({ length: 10 }, (_, index) => messages.filter((_m, at) => at % 10 === index))
      await Promise.all(batches.map((batch) => storeInbound(app.app.ctx, batch)))
      const [chat] = await chatsOf(phones[0])
      assert.equal(chat.message_count, 20)
      const contacts = await countRows('contacts', 'tenant_id = $1 AND phone = ANY($2)', [tenant.id, phones])
      assert.equal(contacts, 50)
    })

    test('whatever bytes a stranger sends are stored', async () => {
      const phone = buildPhone()
      const text = `a\0b\ud800c ${'\u202e'}`
      await arrive({
        chatId: `${phone}@c.us`,
        sender: { phone, lid: null, pushName: `N\0\udc00` },
        content: { kind: 'text', text, mentions: [] },
      })
      const [chat] = await chatsOf(phone)
      assert.equal(chat.last_message.content_preview, 'ab\ufffdc \u202e')
      const unknown = build({
        chatId: `${phone}@c.us`,
        sender: { phone, lid: null, pushName: null },
        content: { kind: 'unknown', type: 'x' },
      })
      await storeInbound(app.app.ctx, [unknown])
      assert.equal((await messagesOf(chat.id)).length, 2)
    })

    test('what the own phone writes is outbound, read, and not published to webhooks of received messages', async () => {
      const recorded = recordEvents(app, ['message.received', 'message.sent'])
      const phone = buildPhone()
      const chatId = `${phone}@c.us`
      const sender = { phone, lid: null, pushName: null }
      await arrive({ chatId, sender })
      await arrive({ chatId, sender, isFromMe: true, content: { kind: 'text', text: 'Mine', mentions: [] } })
      await recorded.close()
      const [chat] = await chatsOf(phone)
      assert.equal(chat.unread_count, 0)
      assert.equal(chat.last_message.direction, 'outbound')
      assert.deepEqual(
        recorded.received.map(({ name }) => name),
        ['message.received', 'message.sent'],
      )
    })

    test('a group is one chat of many senders, called by its subject', async () => {
      const chatId = '120363000000000001@g.us'
      await applyGroups(app.app.ctx, [{ tenantId: tenant.id, sessionId, chatId, subject: 'Neighbours' }])
      assert.deepEqual(await chatsOf('Neighbours'), [])
      await arrive({ chatId, isGroup: true }, { chatId, isGroup: true })
      const [chat] = await chatsOf('Neighbours')
      assert.equal(chat.is_group, true)
      assert.equal(chat.message_count, 2)
      assert.equal(chat.contact_phone, null)
      const senders = (await messagesOf(chatId)).map(
        (message: { sender_phone: string }) => message.sender_phone,
      )
      assert.equal(new Set(senders).size, 2)
      const { total } = await tenant.api.get(200, `/messages/chats/${sessionId}?is_group=True`)
      assert.equal(total, 1)
    })

    test('messages of a session that was deleted meanwhile are dropped', async () => {
      const { id } = await createSession(tenant.api)
      await tenant.api.delete(200, `/sessions/${id}`)
      await storeInbound(app.app.ctx, [build({ sessionId: id })])
      assert.equal(await countRows('messages', 'session_id = $1', [id]), 0)
    })
  })

  suite('applyStatuses', () => {
    const update = (waMessageId: string, status: StatusUpdate['status']): StatusUpdate => ({
      tenantId: tenant.id,
      sessionId,
      chatId: '15550000000@c.us',
      waMessageId,
      status,
      error: status === 'failed' ? 'ack_479' : null,
      at: app.clock.now(),
    })

    test('only forward, each step published once, in one batch or many; strangers and other tenants ignored', async () => {
      const recorded = recordEvents(app, [
        'message.sent',
        'message.delivered',
        'message.read',
        'message.failed',
      ])
      const own = [build({ isFromMe: true }), build({ isFromMe: true })] as const
      await storeInbound(app.app.ctx, own)
      const [first, second] = own.map((message) => message.waMessageId) as [string, string]
      await applyStatuses(app.app.ctx, [
        update(first, 'delivered'),
        update(first, 'read'),
        update(first, 'delivered'),
        update('UNKNOWN', 'read'),
      ])
      await applyStatuses(app.app.ctx, [update(second, 'read')])
      const late = [update(second, 'delivered'), update(first, 'delivered'), update(first, 'read')]
      await Promise.all([applyStatuses(app.app.ctx, late), applyStatuses(app.app.ctx, late)])
      await applyStatuses(app.app.ctx, [update(first, 'failed'), update(second, 'sent')])
      const foreign = { ...update(first, 'read'), tenantId: (await app.tenant()).id }
      await applyStatuses(app.app.ctx, [foreign])
      await recorded.close()
      assert.deepEqual(
        recorded.received.map(({ name }) => name),
        ['message.sent', 'message.sent', 'message.delivered', 'message.read', 'message.read'],
      )
      for (const id of [first, second]) {
        const stored = await tenant.api.get(200, `/messages/${id}`)
        assert.equal(stored.status, 'read')
        assert.equal(stored.error, null)
      }
    })

    test('a receipt that overtakes the answer to the send counts as both', async () => {
      const message = build({ isFromMe: true })
      await storeInbound(app.app.ctx, [message])
      await app.database.db.pool.query(
        "UPDATE messages SET status = 'pending', sent_at = NULL WHERE wa_message_id = $1",
        [message.waMessageId],
      )
      const recorded = recordEvents(app, ['message.sent', 'message.delivered', 'message.read'])
      await applyStatuses(app.app.ctx, [update(message.waMessageId, 'delivered')])
      await recorded.close()
      assert.deepEqual(
        recorded.received.map(({ name }) => name),
        ['message.sent', 'message.delivered'],
      )
      const stored = await tenant.api.get(200, `/messages/${message.waMessageId}`)
      assert.ok(stored.sent_at)
    })
  })

  suite('two addresses of one person', () => {
    const both = (phone: string, lid: string) => ({ tenantId: tenant.id, sessionId, phone, lid })

    test('chats under both become one: no message lost or doubled, counters add up', async () => {
      const [phone, lid] = [buildPhone(), `88${buildPhone()}`]
      await arrive({ chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: 'Anna' } })
      await arrive(
        { chatId: `${lid}@c.us`, sender: { phone: null, lid, pushName: 'Anna' } },
        { chatId: `${lid}@c.us`, sender: { phone: null, lid, pushName: 'Anna' }, waMessageId: 'TWICE' },
      )
      assert.equal((await chatsOf('Anna')).length, 2)
      await applyMappings(app.app.ctx, [both(phone, lid), both(phone, lid)])
      await applyMappings(app.app.ctx, [both(phone, lid)])
      const chats = await chatsOf('Anna')
      assert.equal(chats.length, 1)
      assert.equal(chats[0].wa_chat_id, `${phone}@c.us`)
      assert.equal(chats[0].message_count, 3)
      assert.equal(chats[0].unread_count, 3)
      // Delivered once more, now under the other address: still the same message.
      await arrive({
        chatId: `${phone}@c.us`,
        sender: { phone, lid, pushName: 'Anna' },
        waMessageId: 'TWICE',
      })
      assert.equal((await messagesOf(`${phone}@c.us`)).length, 3)
      assert.equal((await messagesOf(`${lid}@c.us`)).length, 3)
    })

    test('a message that carries both addresses merges by itself, and a chat under the LID gets the phone', async () => {
      const [phone, lid] = [buildPhone(), `88${buildPhone()}`]
      await arrive({ chatId: `${lid}@c.us`, sender: { phone: null, lid, pushName: 'Ben' } })
      assert.equal((await chatsOf('Ben'))[0].wa_chat_id, `${lid}@c.us`)
      assert.equal((await chatsOf('Ben'))[0].contact_phone, null)
      await arrive({ chatId: `${phone}@c.us`, sender: { phone, lid, pushName: 'Ben' } })
      const chats = await chatsOf('Ben')
      assert.equal(chats.length, 1)
      assert.equal(chats[0].wa_chat_id, `${phone}@c.us`)
      assert.equal(chats[0].message_count, 2)
    })

    test('messages that arrive while their contact is merged are all kept', async () => {
      const [phone, lid] = [buildPhone(), `88${buildPhone()}`]
      const ofPhone = { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: 'Cleo' } }
      const ofLid = { chatId: `${lid}@c.us`, sender: { phone: null, lid, pushName: 'Cleo' } }
      await arrive(ofPhone, ofLid)
      const work = Array.from({ length: 20 }, (_, index) => arrive(index % 2 === 0 ? ofPhone : ofLid))
      work.splice(7, 0, applyMappings(app.app.ctx, [both(phone, lid)]))
      await Promise.all(work)
      const chats = await chatsOf('Cleo')
      assert.equal(chats.length, 1)
      assert.equal((await messagesOf(chats[0].id)).length, 22)
      assert.equal(chats[0].message_count, 22)
    })

    test('a mapping of strangers makes no contact', async () => {
      const [phone, lid] = [buildPhone(), `88${buildPhone()}`]
      await applyMappings(app.app.ctx, [both(phone, lid)])
      assert.equal(await countRows('contacts', 'phone = $1', [phone]), 0)
    })
  })

  suite('reading', () => {
    test('pages, newest first, with an exact total; 422 outside the limits', async () => {
      const phone = buildPhone()
      const chatId = `${phone}@c.us`
      const sender = { phone, lid: null, pushName: null }
      for (let n = 0; n < 5; n += 1) {
        const waTimestamp = new Date(Date.parse('2026-02-10T10:00:00Z') + n * 1000)
        await arrive({ chatId, sender, waTimestamp, content: { kind: 'text', text: `${n}`, mentions: [] } })
      }
      const path = `/messages/chat/${sessionId}/${chatId}`
      const page = await tenant.api.get(200, `${path}?limit=2&offset=1`)
      assert.deepEqual(
        page.messages.map((message: { content_preview: string }) => message.content_preview),
        ['3', '2'],
      )
      assert.deepEqual([page.total, page.limit, page.offset, page.has_more], [5, 2, 1, true])
      for (const query of ['limit=0', 'limit=101', 'limit=x', 'offset=-1'])
        await tenant.api.get(422, `${path}?${query}`)
      await tenant.api.get(422, `/messages/chats/${sessionId}?is_group=maybe`)
      await tenant.api.get(404, `/messages/chat/${sessionId}/15550009999@c.us`)
      await tenant.api.get(404, `/messages/chat/${sessionId}/nonsense`)
      const other = await app.tenant()
      await other.api.get(404, path)
      await other.api.get(404, `/messages/chats/${sessionId}`)
      await other.api.get(404, `/messages/${page.messages[0].id}`)
      await other.api.get(404, `/messages/${page.messages[0].wa_message_id}`)
    })

    test('pages from a message stay where they are while others come in', async () => {
      const phone = buildPhone()
      const say = (text: string, minute: number) =>
        arrive({
          chatId: `${phone}@c.us`,
          sender: { phone, lid: null, pushName: 'Ada' },
          content: { kind: 'text', text, mentions: [] },
          waTimestamp: new Date(Date.UTC(2026, 1, 11, 9, minute)),
        })
      for (let n = 0; n < 10; n += 1) await say(`m${n}`, n)
      const path = `/messages/chat/${sessionId}/${phone}@c.us`
      const read = async (query: string) => {
        const { messages, has_more: older, has_newer: newer } = await tenant.api.get(200, `${path}?${query}`)
        const texts = messages.map((one: { content_preview: string }) => one.content_preview).join(' ')
        return { ids: messages.map((one: { id: string }) => one.id), told: [texts, older, newer] }
      }
      const newest = await read('limit=3')
      assert.deepEqual(newest.told, ['m9 m8 m7', true, false])
      await say('m10', 10)
      const next = await read(`limit=3&before=${newest.ids.at(-1)}`)
      assert.deepEqual(next.told, ['m6 m5 m4', true, true])
      assert.deepEqual((await read(`limit=9&before=${next.ids.at(-1)}`)).told, ['m3 m2 m1 m0', false, true])
      assert.deepEqual((await read(`limit=2&after=${next.ids[0]}`)).told, ['m8 m7', true, true])
      assert.deepEqual((await read(`limit=9&after=${next.ids[0]}`)).told, ['m10 m9 m8 m7', true, false])
      assert.deepEqual((await read(`limit=5&around=${next.ids[0]}`)).told, ['m8 m7 m6 m5 m4', true, true])
      await tenant.api.get(404, `${path}?before=${crypto.randomUUID()}`)
      await tenant.api.get(422, `${path}?before=${next.ids[0]}&after=${next.ids[0]}`)
    })

    test('403 for an API key until the tenant opts in, in the words of the contract', async () => {
      const closed = await app.tenant()
      const { id } = await createSession(closed.api)
      const program = await closed.apiWith(['messages:read'])
      for (const path of [`/messages/chats/${id}`, `/messages/chat/${id}/15550001111`, '/messages/ABC']) {
        assert.match((await program.get(403, path)).detail, /Chat history access requires opt-in/)
      }
      await closed.api.get(200, `/messages/chats/${id}`)
      await closed.api.patch(200, '/tenant/settings', { chat_history_access_enabled: true })
      await program.get(200, `/messages/chats/${id}`)
    })

    test('whole texts only for a tenant that keeps them, encrypted', async () => {
      const keeper = await app.tenant()
      const { id } = await createSession(keeper.api)
      await keeper.api.patch(200, '/tenant/settings', { store_full_text: true })
      const text = 'long '.repeat(300)
      const message = buildInboundMessage(
        { tenantId: keeper.id, sessionId: id },
        { content: { kind: 'text', text, mentions: [] } },
      )
      await storeInbound(app.app.ctx, [message])
      const stored = await keeper.api.get(200, `/messages/${message.waMessageId}`)
      assert.equal(stored.text, text)
      assert.equal(stored.content_preview, text.slice(0, 500))
      const { rows } = await app.database.db.pool.query('SELECT * FROM messages WHERE id = $1', [stored.id])
      assert.ok(!rows[0].content_full.toString().includes('long long'))
    })

    test('texts go after the retention of the tenant, protobufs after 7 days', async () => {
      const old = await app.tenant()
      const { id } = await createSession(old.api)
      await old.api.patch(200, '/tenant/settings', { message_retention_days: 30 })
      const message = buildInboundMessage({ tenantId: old.id, sessionId: id })
      await storeInbound(app.app.ctx, [message])
      const age = (days: number) =>
        app.database.db.pool.query(
          `UPDATE messages SET created_at = $2::timestamptz - make_interval(days => $3) WHERE session_id = $1`,
          [id, app.clock.now().toISOString(), days],
        )
      await age(6)
      await expireMessages(app.app.ctx)
      assert.ok(await findProto(ownCtx(old.id), id, message.waMessageId))
      await age(8)
      await expireMessages(app.app.ctx)
      assert.equal(await findProto(ownCtx(old.id), id, message.waMessageId), undefined)
      const path = `/messages/${message.waMessageId}`
      assert.equal((await old.api.get(200, path)).content_preview, 'Hello')
      await age(31)
      await expireMessages(app.app.ctx)
      assert.equal((await old.api.get(200, path)).content_preview, null)
    })
  })
})

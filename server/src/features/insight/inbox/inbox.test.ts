import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { buildLead } from '../../../../test/leads-world.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { toTimestamp } from '../../../wire.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

// biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape
type Chat = any

/** Two sessions of a tenant, and what was said in them. */
class Inbox {
  readonly tenant: TestTenant
  readonly sessions: string[]

  constructor(tenant: TestTenant, sessions: string[]) {
    this.tenant = tenant
    this.sessions = sessions
  }

  async say(
    phone: string,
    minutesAgo: number,
    session = 0,
    more: Partial<InboundMessage> = {},
  ): Promise<void> {
    const owner = { tenantId: this.tenant.id, sessionId: this.sessions[session] ?? '' }
    const message = buildInboundMessage(owner, {
      chatId: `${phone}@c.us`,
      sender: { phone, lid: null, pushName: `P${phone.slice(-4)}` },
      waTimestamp: new Date(app.clock.nowMs() - minutesAgo * 60_000),
      ...more,
    })
    await storeInbound(app.app.ctx, [message])
  }

  async list(query = ''): Promise<{ chats: Chat[]; total: number; next: string | null }> {
    return this.tenant.api.get(200, `/chats?${query}`)
  }

  async phones(query = ''): Promise<string[]> {
    return (await this.list(query)).chats.map((chat: Chat) => chat.contact_phone?.slice(1) ?? chat.wa_chat_id)
  }
}

async function inbox(): Promise<Inbox> {
  const tenant = await app.tenant()
  return new Inbox(tenant, [(await createSession(tenant.api)).id, (await createSession(tenant.api)).id])
}

suite('GET /chats', () => {
  test('200 with the chats of all sessions, the most recent first, of this tenant alone', async () => {
    const [own, other] = [await inbox(), await inbox()]
    const [a, b, c, foreign] = [buildPhone(), buildPhone(), buildPhone(), buildPhone()]
    await own.say(a, 30)
    await own.say(b, 10, 1)
    await own.say(c, 20)
    await other.say(foreign, 1)
    assert.deepEqual(await own.phones(), [b, c, a])
    assert.deepEqual(await own.phones(`session_id=${own.sessions[1]}`), [b])
    await own.tenant.api.get(404, `/chats?session_id=${other.sessions[0]}`)
    const [first] = (await own.list()).chats
    assert.equal(first.session_id, own.sessions[1])
    assert.deepEqual(await own.tenant.api.get(200, `/chats/${first.id}`), first)
    await other.tenant.api.get(404, `/chats/${first.id}`)
    const listed = await own.tenant.api.get(200, `/messages/chats/${own.sessions[1]}`)
    for (const [field, value] of Object.entries(listed.chats[0]))
      if (field !== 'last_message') assert.deepEqual(first[field], value, field)
  })

  test('pages by next have every chat once, whatever comes in meanwhile', async () => {
    const own = await inbox()
    const phones = Array.from({ length: 7 }, () => buildPhone())
    for (const [index, phone] of phones.entries()) await own.say(phone, 10 * index + 10, index % 2)
    const seen: string[] = []
    let page = await own.list('limit=3')
    assert.equal(page.total, 7)
    for (;;) {
      seen.push(...page.chats.map((chat: Chat) => chat.contact_phone.slice(1)))
      if (page.next === null) break
      await own.say(buildPhone(), 0)
      page = await own.list(`limit=3&after=${page.next}`)
    }
    assert.deepEqual(seen, phones)
    // A window into the list: from there on, across sessions, and never past the end.
    const all = await own.phones()
    assert.deepEqual(await own.phones('limit=2&offset=3'), all.slice(3, 5))
    assert.deepEqual(await own.phones('offset=500'), [])
    for (const wrong of ['x', '%20', Buffer.from('2026-01-01 00:00:00+00 nothing').toString('base64url')])
      await own.tenant.api.get(422, `/chats?after=${wrong}`)
  })

  test('a chat carries the last message, labels, lead and opt-out of the person', async () => {
    const own = await inbox()
    const phone = buildPhone()
    await own.say(phone, 5, 0, { content: { kind: 'text', text: 'Is it open?', mentions: [] } })
    const [plain] = (await own.list()).chats
    assert.deepEqual([plain.lead, plain.is_opted_out, plain.is_unanswered], [null, false, true])
    const lead = await buildLead(app.app.ctx, {
      tenantId: own.tenant.id,
      sessionId: own.sessions[0] ?? '',
      contactId: plain.contact_id,
    })
    await own.tenant.api.put(200, `/opt-outs/+${phone}`)
    const label = await own.tenant.api.post(201, '/labels', { name: 'VIP', color: '#ff0000' })
    await own.tenant.api.put(200, `/labels/chat/${plain.id}`, { label_ids: [label.id] })
    const [chat] = (await own.list()).chats
    assert.deepEqual([chat.lead.id, chat.lead.status, chat.is_opted_out], [lead, 'new', true])
    assert.deepEqual(chat.labels, [{ id: label.id, name: 'VIP', color: '#ff0000' }])
    const { id: _, at, ...last } = chat.last_message
    assert.deepEqual(last, {
      direction: 'inbound',
      message_type: 'text',
      content_preview: 'Is it open?',
      status: 'received',
      error: null,
      sender_name: null,
    })
    assert.equal(at, chat.last_message_at)
    assert.deepEqual(await own.phones(`label_id=${label.id}`), [phone])
    await own.tenant.api.patch(200, '/tenant/settings', { chat_history_access_enabled: true })
    const reader = await own.tenant.apiWith(['messages:read'])
    const [seen] = (await reader.get(200, '/chats')).chats
    assert.deepEqual([seen.lead, seen.is_opted_out], [null, true], 'contacts can be read with messages')
  })

  test('filters: unread, unanswered, groups, search by name and by number', async () => {
    const own = await inbox()
    const [waits, answered] = [buildPhone(), buildPhone()]
    const groupId = '120363000000000901@g.us'
    await own.say(waits, 10)
    await own.say(answered, 9)
    await own.say(answered, 8, 0, { isFromMe: true })
    await own.say(waits, 7, 0, { chatId: groupId, isGroup: true })
    assert.deepEqual(await own.phones('unanswered=true'), [waits])
    assert.deepEqual(await own.phones('unanswered=false'), [groupId, answered])
    assert.deepEqual((await own.phones('unread=true')).sort(), [groupId, waits].sort())
    assert.deepEqual(await own.phones('unread=false'), [answered])
    assert.deepEqual(await own.phones('is_group=true'), [groupId])
    const [group] = (await own.list('is_group=true')).chats
    assert.equal(group.last_message.sender_name, `P${waits.slice(-4)}`)
    assert.deepEqual(await own.phones(`search=${encodeURIComponent(`+${answered}`)}`), [answered])
    assert.deepEqual(await own.phones(`search=p${answered.slice(-4)}`), [answered])
    assert.equal((await own.list('search=nobody')).total, 0)
  })

  test('401, 403 without the scope, 403 for a program until chats are opened', async () => {
    const own = await inbox()
    await app.api.get(401, '/chats')
    await (await own.tenant.apiWith(['leads:read'])).get(403, '/chats')
    const closed = await (await own.tenant.apiWith(['messages:read'])).get(403, '/chats')
    assert.equal(closed.code, 'chat_history_closed')
  })
})

suite('GET /contacts/{id}', () => {
  test('has time zones, language and when the person wrote first, of all their chats', async () => {
    const box = await inbox()
    const phone = '48512345678'
    await box.say(phone, 50)
    await box.say(phone, 90, 1)
    await box.say(phone, 10)
    const { contacts } = await box.tenant.api.get(200, '/contacts')
    const path = `/contacts/${contacts[0].id}`
    const contact = await box.tenant.api.get(200, path)
    const first = toTimestamp(new Date(app.clock.nowMs() - 90 * 60_000))
    assert.deepEqual(contact, {
      ...contacts[0],
      time_zones: ['Europe/Warsaw'],
      language: null,
      first_inbound_at: first,
    })
    await app.app.ctx.db.pool.query(
      `INSERT INTO person_languages (contact_id, tenant_id, language, read_until) VALUES ($1, $2, 'pl', now())`,
      [contact.id, box.tenant.id],
    )
    assert.equal((await box.tenant.api.get(200, path)).language, 'pl')
    await (await app.tenant()).api.get(404, path)
    await app.api.get(401, path)
    await (await box.tenant.apiWith(['leads:read'])).get(403, path)
  })
})

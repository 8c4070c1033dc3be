import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createWebhook } from '../../../../test/builders.ts'
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
import type { Context } from '../../../context.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { applyMappings } from '../../conversations/inbound/merge-contacts.service.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let ctx: Context

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
})
after(() => app.close())

interface Group {
  id: string
  wa: string
  owner: string
}

async function monitor(body: Record<string, unknown>, members: string[] = []): Promise<Group> {
  const owner = addContact(app)
  const { id: wa } = app.simulator.groups.create({
    subject: 'Neighbourhood',
    owner,
    members: [...members, session.phone],
  })
  const made = await tenant.api.post(201, '/groups', { session_id: session.id, wa_group_id: wa, ...body })
  return { id: made.id, wa, owner }
}

const person = (phone: string, lid: string | null = null) => ({ phone, lid, pushName: 'Sample Contact' })

/** A message in a group as the engine tells it. */
function said(group: Group, phone: string, text: string, overrides: Partial<InboundMessage> = {}) {
  return buildInboundMessage(
    { tenantId: tenant.id, sessionId: session.id },
    {
      chatId: group.wa,
      isGroup: true,
      sender: person(phone),
      content: { kind: 'text', text, mentions: [] },
      ...overrides,
    },
  )
}

const selectMonitored = (...messages: InboundMessage[]) => storeInbound(ctx, messages)
const captured = async ({ id }: Group) => (await tenant.api.get(200, `/groups/${id}/messages`)).items
const textsOf = async (group: Group) =>
  (await captured(group)).map((item: { content_preview: string }) => item.content_preview).sort()
const countsOf = async ({ id }: Group) => {
  const group = await tenant.api.get(200, `/groups/${id}`)
  return [group.messages_processed, group.leads_detected]
}

suite('modes', () => {
  test('all: every message, no lead; reactions, unreadable and own messages say nothing', async () => {
    const group = await monitor({ monitor_mode: 'all' })
    const phone = buildPhone()
    await selectMonitored(
      said(group, phone, 'one'),
      said(group, phone, 'two'),
      said(group, phone, 'own', { isFromMe: true }),
      said(group, phone, 'old', { isHistory: true }),
      said(group, phone, '', { content: { kind: 'unknown', type: 'new' } }),
      said(group, phone, '', {
        content: {
          kind: 'reaction',
          emoji: '👍',
          target: { waMessageId: 'X', isFromMe: false, sender: null },
        },
      }),
    )
    assert.deepEqual(await textsOf(group), ['one', 'two'])
    assert.deepEqual(await countsOf(group), [2, 0])
  })

  test('keywords: what holds one, in any script, with the keyword as configured', async () => {
    const group = await monitor({ monitor_keywords: ['Wohnung', 'דירה', '公寓', 'ห้องเช่า', 'شقة'] })
    const phones = Array.from({ length: 5 }, buildPhone)
    const texts = ['WOHNUNG gesucht', 'מחפש את הדירה', '有没有公寓出租', 'หาห้องเช่าราคาถูก', 'أبحث عن الشقة']
    await selectMonitored(...texts.map((text, index) => said(group, phones[index] ?? '', text)))
    await selectMonitored(said(group, buildPhone(), 'Mietwohnungen'), said(group, buildPhone(), 'nothing'))
    const items = await captured(group)
    const found = items.map((item: Record<string, string>) => [item.content_preview, item.matched_keyword])
    assert.deepEqual(
      found.sort(),
      texts.map((text, index) => [text, ['Wohnung', 'דירה', '公寓', 'ห้องเช่า', 'شقة'][index]]).sort(),
    )
    assert.deepEqual(await countsOf(group), [7, 5])
    const { leads } = await leadsOf(group)
    assert.equal(leads, 5)
  })

  test('mentions: of the account itself, by phone and by LID, through the simulator', async () => {
    const anna = addContact(app, 'Anna')
    const group = await monitor({ monitor_mode: 'mentions' }, [anna])
    const tell = async (text: string, mentions: string[]) => {
      const seen = nextEvent(app, 'message.received', (told) => told.text === text)
      await app.simulator.sendMessage(anna, { to: group.wa, text, mentions })
      await seen
    }
    await tell('for you', [session.phone])
    await tell('for the owner', [group.owner])
    await tell('to Anna herself', [anna])
    assert.deepEqual(await textsOf(group), ['for you'])
    assert.deepEqual(await countsOf(group), [3, 1])
    const own = { kind: 'text' as const, text: 'by phone', mentions: [`${session.phone}@c.us`] }
    await selectMonitored(said(group, anna, '', { content: own }))
    assert.deepEqual(await textsOf(group), ['by phone', 'for you'])
  })

  test('first_message: the first of each member that is new, also when two addresses become one', async () => {
    const known = buildPhone()
    const owner = addContact(app)
    const { id: wa } = app.simulator.groups.create({ subject: 'New', owner, members: [session.phone] })
    await selectMonitored(said({ id: '', wa, owner }, known, 'before'))
    const body = { session_id: session.id, wa_group_id: wa }
    const group = { id: (await tenant.api.post(201, '/groups', body)).id, wa, owner }
    const fresh = buildPhone()
    await selectMonitored(
      said(group, known, 'known'),
      said(group, fresh, 'first'),
      said(group, fresh, 'second'),
    )
    await selectMonitored(said(group, fresh, 'third'))
    const [lid, phone] = ['77700000000001', buildPhone()]
    await selectMonitored(said(group, '', 'by lid', { sender: { phone: null, lid, pushName: 'L' } }))
    await applyMappings(ctx, [{ tenantId: tenant.id, sessionId: session.id, phone, lid }])
    await selectMonitored(said(group, phone, 'by phone', { sender: person(phone, lid) }))
    assert.deepEqual(await textsOf(group), ['by lid', 'first'])
    assert.deepEqual(await countsOf(group), [6, 2])
  })

  test('ai_analysis: every message waits for its analysis, no lead yet', async () => {
    const group = await monitor({ monitor_mode: 'ai_analysis', monitor_prompt: 'Who buys?' })
    await selectMonitored(said(group, buildPhone(), 'I buy'), said(group, buildPhone(), 'Good morning'))
    const items = await captured(group)
    assert.deepEqual(
      items.map((item: Record<string, unknown>) => [item.awaiting_analysis, item.ai_analysis]),
      [
        [true, null],
        [true, null],
      ],
    )
    assert.deepEqual(await countsOf(group), [2, 0])
  })

  test('skip_admins and skip_existing_contacts leave people out; a switched-off group captures nothing', async () => {
    const [admin, member, friend] = [addContact(app), addContact(app), addContact(app)]
    const group = await monitor({ monitor_mode: 'all', skip_admins: true, skip_existing_contacts: true }, [
      member,
      friend,
    ])
    app.simulator.groups.changeMembers(group.wa, { action: 'add', members: [admin] })
    const promoted = nextEvent(
      app,
      'group.updated',
      (told) => told.waGroupId === group.wa && told.change === 'promote',
    )
    app.simulator.groups.changeMembers(group.wa, { action: 'promote', members: [admin] })
    await promoted
    await selectMonitored(
      buildInboundMessage(
        { tenantId: tenant.id, sessionId: session.id },
        { chatId: `${friend}@c.us`, sender: person(friend) },
      ),
    )
    await selectMonitored(
      said(group, admin, 'admin'),
      said(group, group.owner, 'owner'),
      said(group, friend, 'friend'),
      said(group, member, 'member'),
    )
    assert.deepEqual(await textsOf(group), ['member'])
    await tenant.api.patch(200, `/groups/${group.id}`, { is_active: false })
    await selectMonitored(said(group, member, 'unheard'))
    assert.deepEqual(await countsOf(group), [4, 0])
    await tenant.api.patch(200, `/groups/${group.id}`, { is_active: true, skip_admins: false })
    await selectMonitored(said(group, admin, 'admin again'))
    assert.deepEqual(await textsOf(group), ['admin again', 'member'])
  })
})

async function leadsOf({ id }: Group): Promise<{ leads: number; signals: number }> {
  const { rows } = await app.database.db.pool.query(
    `SELECT (SELECT count(*)::int FROM leads WHERE group_id = $1) AS leads,
      (SELECT count(*)::int FROM lead_signals WHERE group_id = $1) AS signals`,
    [id],
  )
  return rows[0]
}

suite('messages and events', () => {
  test('the list is newest first in pages with the contract’s fields', async () => {
    const group = await monitor({ monitor_mode: 'all' })
    const phone = buildPhone()
    for (const second of [1, 3, 2]) {
      const waTimestamp = new Date(`2026-02-20T14:30:0${second}Z`)
      await selectMonitored(said(group, phone, `text ${second}`, { waTimestamp }))
    }
    const page = await tenant.api.get(200, `/groups/${group.id}/messages?limit=2`)
    assert.deepEqual([page.total, page.limit, page.offset, page.has_more], [3, 2, 0, true])
    const [first] = page.items
    assert.deepEqual(
      [first.sender_phone, first.sender_name, first.content_preview, first.wa_timestamp, first.ai_analysis],
      [`+${phone}`, 'Sample Contact', 'text 3', '2026-02-20T14:30:03Z', null],
    )
    const rest = await tenant.api.get(200, `/groups/${group.id}/messages?limit=2&offset=2`)
    assert.deepEqual([rest.items.length, rest.has_more], [1, false])
    for (const query of ['limit=0', 'limit=101', 'offset=-1'])
      await tenant.api.get(422, `/groups/${group.id}/messages?${query}`)
  })

  test('group.message and lead.detected reach the tenant’s webhooks and the group’s own address, unsigned', async () => {
    await using all = await openWebhookReceiver()
    await using own = await openWebhookReceiver()
    const events = ['group.message', 'lead.detected']
    const webhook = await createWebhook(tenant.api, { url: all.url, events, secret: 'signed' })
    const group = await monitor({ monitor_keywords: ['flat'], webhook_url: own.url })
    const quiet = await monitor({ monitor_mode: 'all' })
    const phone = buildPhone()
    await selectMonitored(said(group, phone, 'a flat, please'), said(quiet, phone, 'hello'))
    await app.runJobs()
    const at = (deliveries: typeof own.received) =>
      deliveries
        .map(({ body }) => `${body.event} ${body.data.message ?? body.data.trigger.message_preview}`)
        .sort()
    assert.deepEqual(at(own.received), ['group.message a flat, please', 'lead.detected a flat, please'])
    assert.deepEqual(at(all.received), [
      'group.message a flat, please',
      'group.message hello',
      'lead.detected a flat, please',
    ])
    const told = own.received.find(({ body }) => body.event === 'group.message')
    assert.equal(told?.headers['x-webhook-signature'], undefined)
    const { message_id: messageId, ...data } = told?.body.data ?? {}
    assert.match(messageId, /^[\da-f-]{36}$/)
    assert.deepEqual(data, {
      session_id: session.id,
      group_id: group.id,
      wa_group_id: group.wa,
      sender_phone: `+${phone}`,
      sender_name: 'Sample Contact',
      message: 'a flat, please',
      matched_keyword: 'flat',
      mentions: [],
      reply_to_id: null,
      reply_to_wa_message_id: null,
      wa_timestamp: '2026-02-11T10:00:00Z',
    })
    await tenant.api.patch(200, `/groups/${group.id}`, { webhook_url: null })
    await selectMonitored(said(group, phone, 'another flat'))
    await app.runJobs()
    assert.equal(own.received.length, 2)
    await tenant.api.delete(200, `/webhooks/${webhook.id}`)
  })

  test('a group’s address that fails is tried again; one that is gone is called again after a change', async () => {
    await using own = await openWebhookReceiver()
    const group = await monitor({ monitor_mode: 'all', webhook_url: own.url })
    own.answer(() => ({ status: own.received.length === 0 ? 503 : 410 }))
    await selectMonitored(said(group, buildPhone(), 'hello'))
    await app.runJobs()
    app.clock.advance(10_000)
    await app.runJobs({ includeDelayed: true })
    assert.equal(own.received.length, 2)
    own.answer({ status: 200 })
    await selectMonitored(said(group, buildPhone(), 'nobody hears'))
    await app.runJobs()
    assert.equal(own.received.length, 2)
    await tenant.api.patch(200, `/groups/${group.id}`, { webhook_url: own.url })
    await selectMonitored(said(group, buildPhone(), 'heard'))
    await app.runJobs()
    assert.equal(own.received.at(-1)?.body.data.message, 'heard')
  })

  test('a group’s new address gets what the old one failed to take, at once', async () => {
    await using own = await openWebhookReceiver()
    await using other = await openWebhookReceiver()
    const group = await monitor({ monitor_mode: 'all', webhook_url: own.url })
    own.answer({ status: 503 })
    await selectMonitored(said(group, buildPhone(), 'hello'))
    for (let tries = 0; tries < 2; tries += 1) {
      await app.runJobs()
      app.clock.advance(10_000)
    }
    await app.runJobs()
    await tenant.api.patch(200, `/groups/${group.id}`, { webhook_url: other.url })
    await app.runJobs()
    app.clock.advance(6000)
    await app.runJobs()
    assert.deepEqual(
      other.received.map(({ body }) => body.data.message),
      ['hello'],
    )
  })

  test('a deleted group captures nothing more and its leads stay', async () => {
    const group = await monitor({ monitor_keywords: ['flat'] })
    await selectMonitored(said(group, buildPhone(), 'flat'))
    await tenant.api.delete(200, `/groups/${group.id}`)
    await selectMonitored(said(group, buildPhone(), 'flat'))
    assert.deepEqual(await leadsOf(group), { leads: 1, signals: 1 })
  })
})

suite('at once', () => {
  test('50 batches side by side: counters, leads and first messages are exact', async () => {
    const groups = [
      await monitor({ monitor_keywords: ['flat'] }),
      await monitor({ monitor_mode: 'first_message' }),
      await monitor({ monitor_mode: 'all' }),
    ]
    const phones = Array.from({ length: 10 }, buildPhone)
    const batches = Array.from({ length: 50 }, (_, batch) =>
      phones.flatMap((phone, place) => {
        // Every batch comes in another order, so that the rows are met in every order.
        const order = (batch + place) % 2 === 0 ? groups : groups.toReversed()
        return order.map((group) => said(group, phone, place % 2 === 0 ? 'a flat' : 'a room'))
      }),
    )
    await Promise.all(batches.map((batch) => selectMonitored(...batch)))
    const [byWord, first, all] = groups as [Group, Group, Group]
    const total = async ({ id }: Group) => (await tenant.api.get(200, `/groups/${id}/messages?limit=1`)).total
    assert.deepEqual([await total(byWord), await total(first), await total(all)], [250, 10, 500])
    const [words, firsts] = [await leadsOf(byWord), await leadsOf(first)]
    assert.deepEqual([words.signals, firsts.signals], [250, 10])
    // A person is one lead, whichever group it was heard in first, and each group that heard it counts it.
    assert.equal(words.leads + firsts.leads, 10)
    assert.deepEqual(await countsOf(byWord), [500, 5])
    assert.deepEqual(await countsOf(first), [500, 10])
    assert.deepEqual(await countsOf(all), [500, 0])
  })

  test('two leads that turn out to be one person are one in the list and in the count of each group', async () => {
    const [both, other] = [
      await monitor({ monitor_keywords: ['flat'] }),
      await monitor({ monitor_keywords: ['flat'] }),
    ] as [Group, Group]
    const [lid, phone] = ['77700000000002', buildPhone()]
    const hidden = { phone: null, lid, pushName: 'Hidden' }
    await selectMonitored(said(both, phone, 'a flat'), said(both, '', 'flats', { sender: hidden }))
    await selectMonitored(said(other, '', 'any flat', { sender: hidden }))
    assert.deepEqual(
      [await countsOf(both), await countsOf(other)],
      [
        [2, 2],
        [1, 1],
      ],
    )
    await applyMappings(ctx, [{ tenantId: tenant.id, sessionId: session.id, phone, lid }])
    assert.deepEqual(
      [await countsOf(both), await countsOf(other)],
      [
        [2, 1],
        [1, 1],
      ],
    )
    for (const { id } of [both, other]) {
      const { leads, total } = await tenant.api.get(200, `/leads?source_group_id=${id}`)
      assert.deepEqual([total, leads[0].contact_phone], [1, `+${phone}`])
    }
  })

  test('what comes twice is captured once', async () => {
    const group = await monitor({ monitor_mode: 'all' })
    const message = said(group, buildPhone(), 'once')
    await Promise.all(Array.from({ length: 5 }, () => selectMonitored(message)))
    assert.deepEqual(await textsOf(group), ['once'])
    assert.deepEqual(await countsOf(group), [1, 0])
  })
})

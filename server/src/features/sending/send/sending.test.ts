import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const to = (phone: string, more: Record<string, unknown>) => ({
  session_id: session.id,
  chat_id: `${phone}@c.us`,
  ...more,
})

suite('sends without files', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })
  after(() => app.close())

  test('messages.send_poll: 201, the phone shows the poll, votes are counted and published once each', async () => {
    const phone = await addWarmContact(app, session)
    const body = to(phone, { question: 'Lunch?', options: ['Soup', 'Salad'], allow_multiple: true })
    const sent = await tenant.api.post(201, '/messages/send/poll', body)
    assert.equal(sent.message_type, 'poll')
    assert.equal(sent.content_preview, 'Lunch?')
    const options = [
      { text: 'Soup', votes: 0 },
      { text: 'Salad', votes: 0 },
    ]
    assert.deepEqual(sent.poll, { title: 'Lunch?', options, allow_multiple: true })
    const shown = await app.simulator.nextMessage(phone, (it) => it.kind === 'poll')
    assert.deepEqual(shown.poll?.options, ['Soup', 'Salad'])
    for (const [chosen, votes] of [
      [
        ['Soup', 'Salad'],
        [1, 1],
      ],
      [['Salad'], [0, 1]],
      [[], [0, 0]],
    ] as const) {
      const told = nextEvent(app, 'poll.vote', (vote) => vote.messageId === sent.id)
      await app.simulator.sendMessage(phone, {
        to: session.phone,
        vote: { poll: shown.id, options: [...chosen] },
      })
      const vote = await told
      assert.deepEqual(vote.chosen, chosen)
      assert.equal(vote.voterPhone, `+${phone}`)
      const { poll } = await tenant.api.get(200, `/messages/${sent.id}`)
      assert.deepEqual(
        poll.options.map((option: { votes: number }) => option.votes),
        votes,
      )
      const named = await tenant.api.get(200, `/messages/${sent.id}/votes`)
      assert.deepEqual(
        named.votes.map((one: { phone: string; options: string[] }) => [one.phone, one.options]),
        chosen.length === 0 ? [] : [[`+${phone}`, [...chosen]]],
      )
      assert.equal(named.total, named.votes.length)
    }
  })

  test('messages.send_location and messages.send_vcard: 201, shown as they are', async () => {
    const phone = await addWarmContact(app, session)
    const place = { latitude: 52.52, longitude: 13.405, name: 'Office', address: '1 Main Street' }
    const sent = await tenant.api.post(201, '/messages/send/location', to(phone, place))
    assert.equal((await tenant.api.get(400, `/messages/${sent.id}/votes`)).code, 'not_a_poll')
    await (await app.tenant()).api.get(404, `/messages/${sent.id}/votes`)
    assert.equal(sent.message_type, 'location')
    assert.deepEqual(sent.location, { ...place, is_live: false })
    const shown = await app.simulator.nextMessage(phone, (it) => it.kind === 'location')
    assert.deepEqual(shown.location, place)

    const contacts = [
      { name: 'Zoë; Miller, Jr.', phone: '+1 555 987-6543', organization: 'A\\B', email: 'zoe@example.com' },
    ]
    const card = await tenant.api.post(201, '/messages/send/vcard', to(phone, { contacts }))
    assert.equal(card.message_type, 'vcard')
    assert.equal(card.vcards[0].name, 'Zoë; Miller, Jr.')
    const { contacts: cards } = await app.simulator.nextMessage(phone, (it) => it.kind === 'contact')
    assert.equal(cards?.[0]?.name, 'Zoë; Miller, Jr.')
    assert.match(cards?.[0]?.vcard ?? '', /FN:Zoë\\; Miller\\, Jr\.\n/)
    assert.match(cards?.[0]?.vcard ?? '', /waid=15559876543:\+15559876543\n/)

    const vcard = (cards?.[0]?.vcard ?? '').replace('FN:Zoë', 'FN:Chloë')
    const raw = await tenant.api.post(201, '/messages/send/vcard', to(phone, { vcard }))
    assert.deepEqual(raw.vcards, [{ name: 'Chloë; Miller, Jr.', vcard }])
  })

  test('mentions name people by phone, reply_to quotes', async () => {
    const phone = await addWarmContact(app, session)
    const [friend, asked] = [addContact(app), addContact(app)]
    const { id: group } = app.simulator.createGroup({
      subject: 'Team',
      owner: phone,
      members: [session.phone, friend, asked],
    })
    const received = nextEvent(app, 'message.received', (told) => told.isGroup)
    await app.simulator.sendGroupMessage(group, { from: friend, text: 'Who comes?' })
    const { messageId } = await received
    const sent = await tenant.api.post(201, '/messages/send', {
      session_id: session.id,
      chat_id: group,
      message: `@${asked} does`,
      mentions: [`+${asked}`],
      reply_to: messageId,
    })
    assert.equal(sent.reply_to_id, messageId)
    const shown = await app.simulator.nextMessage(phone, (it) => it.text === `@${asked} does`)
    assert.deepEqual(shown.mentions, [`${asked}@c.us`])
    assert.equal(shown.quoted?.text, 'Who comes?')
    const refused = await tenant.api.post(
      422,
      '/messages/send',
      to(phone, { message: 'x', mentions: ['you'] }),
    )
    assert.match(refused.detail, /mentions/)
  })

  test('messages.reply: 201 in the chat of the message, by our id and by WhatsApp’s; 404 for others', async () => {
    const phone = await addWarmContact(app, session)
    const { messages } = await tenant.api.get(200, `/messages/chat/${session.id}/${phone}@c.us`)
    const [asked] = messages
    const sent = await tenant.api.post(201, `/messages/${asked.id}/reply`, { message: 'Hello to you' })
    assert.equal(sent.reply_to_id, asked.id)
    assert.equal(sent.wa_chat_id, `${phone}@c.us`)
    assert.equal((await app.simulator.nextMessage(phone)).quoted?.text, 'Hello')
    await tenant.api.post(201, `/messages/${asked.wa_message_id}/reply`, { message: 'Once more' })
    const other = await app.tenant()
    await other.api.post(404, `/messages/${asked.id}/reply`, { message: 'Hi' })
    await other.api.post(404, `/messages/${asked.wa_message_id}/reply`, { message: 'Hi' })
  })

  test('messages.forward: 201, marked as forwarded; 400 for what cannot be, 404 for others', async () => {
    const [phone, friend] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    const place = { latitude: 1.5, longitude: 2.5, name: 'Here' }
    const original = await tenant.api.post(201, '/messages/send/location', to(phone, place))
    const sent = await tenant.api.post(201, `/messages/${original.id}/forward`, { chat_id: friend })
    assert.equal(sent.is_forwarded, true)
    assert.equal(sent.message_type, 'location')
    assert.equal(sent.location.name, 'Here')
    const shown = await app.simulator.nextMessage(friend, (it) => it.kind === 'location')
    assert.equal(shown.forwarded, true)
    assert.equal(shown.location?.latitude, 1.5)
    const poll = await tenant.api.post(
      201,
      '/messages/send/poll',
      to(phone, { title: 'Q', options: ['a', 'b'] }),
    )
    const refused = await tenant.api.post(400, `/messages/${poll.id}/forward`, { chat_id: friend })
    assert.equal(refused.code, 'not_forwardable')
    const other = await app.tenant()
    await other.api.post(404, `/messages/${original.id}/forward`, { chat_id: friend })
    const received = nextEvent(app, 'message.received', (told) => told.text === 'Passed on')
    await app.simulator.sendMessage(friend, { to: session.phone, text: 'Passed on', forwarded: true })
    const { messageId } = await received
    assert.equal((await tenant.api.get(200, `/messages/${messageId}`)).is_forwarded, true)
  })

  test('422 names the field of every bad content', async () => {
    const phone = await addWarmContact(app, session)
    const bad: [string, Record<string, unknown>, RegExp][] = [
      ['poll', { options: ['a', 'b'] }, /^title/],
      ['poll', { title: 'Q', question: 'R', options: ['a', 'b'] }, /^question/],
      ['poll', { title: 'Q', options: ['a', 'a'] }, /^options/],
      ['poll', { title: 'Q', options: ['a'] }, /^options/],
      ['location', { latitude: 91, longitude: 0 }, /^latitude/],
      ['vcard', {}, /^contacts/],
      ['vcard', { contacts: [{ name: 'A', phone: '1' }], vcard: 'x' }, /^contacts/],
      ['vcard', { contacts: [{ name: 'A', phone: 'nobody' }] }, /^contacts\.0\.phone/],
      ['vcard', { vcard: 'BEGIN:VCARD\nFN:A\nEND:VCARD' }, /^vcard/],
      ['vcard', { vcard: 'nothing' }, /^vcard/],
    ]
    for (const [kind, content, says] of bad) {
      const { detail } = await tenant.api.post(422, `/messages/send/${kind}`, to(phone, content))
      assert.match(detail, says)
    }
  })

  test('the same Idempotency-Key sends a poll once; respond-async answers 202', async () => {
    const phone = await addWarmContact(app, session)
    const body = to(phone, { title: 'Once?', options: ['a', 'b'] })
    const key = { 'idempotency-key': 'poll-1' }
    const first = await tenant.api.post(201, '/messages/send/poll', body, key)
    assert.equal((await tenant.api.post(201, '/messages/send/poll', body, key)).id, first.id)
    await tenant.api.post(422, '/messages/send/poll', { ...body, title: 'Twice?' }, key)
    const other = { ...body, title: 'Later?' }
    const later = await tenant.api.post(202, '/messages/send/poll', other, { prefer: 'respond-async' })
    assert.equal(later.status, 'pending')
  })
})

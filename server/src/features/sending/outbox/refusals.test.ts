import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { buildPhone } from '../../../../test/builders.ts'
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
let picture: string

/** Every kind of message there is an operation for. */
const kinds = (): Record<string, [path: string, body: Record<string, unknown>]> => ({
  text: ['/messages/send', { message: 'Hello' }],
  poll: ['/messages/send/poll', { title: 'Lunch?', options: ['Soup', 'Salad'] }],
  location: ['/messages/send/location', { latitude: 52.5, longitude: 13.4 }],
  contact: ['/messages/send/vcard', { contacts: [{ name: 'Sample Contact', phone: '+15550123456' }] }],
  image: ['/messages/send/media', { media_type: 'image', media_base64: picture }],
  document: ['/messages/send/media', { media_type: 'document', media_base64: picture, filename: 'x.png' }],
  sticker: ['/messages/send/sticker', { media_base64: picture }],
})

const to = (chatId: string, more: Record<string, unknown>) => ({
  session_id: session.id,
  chat_id: chatId,
  ...more,
})

/** What WhatsApp's answers mean to the caller; 500 only where nobody can say why. */
const answers: readonly (readonly [ack: number, status: number, code: string])[] = [
  [400, 400, 'not_deliverable'],
  [401, 403, 'not_allowed_in_chat'],
  [403, 403, 'not_allowed_in_chat'],
  [404, 400, 'recipient_not_on_whatsapp'],
  [405, 400, 'not_deliverable'],
  [406, 400, 'not_deliverable'],
  [410, 400, 'not_deliverable'],
  [413, 400, 'not_deliverable'],
  [420, 429, 'whatsapp_rate_limited'],
  [429, 429, 'whatsapp_rate_limited'],
  [479, 500, 'message_refused'],
  [495, 400, 'not_deliverable'],
  [499, 400, 'not_deliverable'],
  [500, 503, 'whatsapp_fault'],
  [503, 503, 'whatsapp_fault'],
  [552, 503, 'whatsapp_fault'],
  [777, 500, 'message_refused'],
  // These two restrict the account: they come last.
  [475, 403, 'reach_out_locked'],
  [463, 403, 'reach_out_locked'],
]

suite('a message that WhatsApp does not take', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    const made = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    picture = (await made.png().toBuffer()).toString('base64')
  })
  after(() => app.close())

  test('to a number without WhatsApp: 400 recipient_not_on_whatsapp for each kind, the message is failed', async () => {
    const all = kinds()
    // As many kinds as may start conversations at once.
    for (const kind of ['text', 'poll', 'image', 'contact']) {
      const [path, body] = all[kind] as [string, Record<string, unknown>]
      const chatId = `${buildPhone()}@c.us`
      const failed = nextEvent(app, 'message.failed', (told) => told.chatId === chatId)
      const refused = await tenant.api.post(400, path, to(chatId, body))
      assert.equal(refused.code, 'recipient_not_on_whatsapp', kind)
      assert.match(refused.detail, /not on WhatsApp/)
      const event = await failed
      assert.equal(event.error, 'recipient_not_on_whatsapp')
      assert.equal(refused.message_id, event.messageId)
      const stored = await tenant.api.get(200, `/messages/${event.messageId}`)
      assert.deepEqual([stored.status, stored.error], ['failed', 'recipient_not_on_whatsapp'])
    }
  })

  test('the same for every kind and every act, when WhatsApp says it of a chat that there is', async () => {
    const phone = await addWarmContact(app, session)
    const chatId = `${phone}@c.us`
    const other = `${await addWarmContact(app, session)}@c.us`
    const { id } = await tenant.api.post(201, '/messages/send', to(chatId, { message: 'Good morning' }))
    const refuse = () => app.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 404, count: 1 })
    const calls: [string, () => Promise<{ code: string }>][] = [
      ...Object.entries(kinds()).map(([kind, [path, body]]): [string, () => Promise<{ code: string }>] => [
        kind,
        () => tenant.api.post(400, path, to(chatId, body)),
      ]),
      ['reply', () => tenant.api.post(400, `/messages/${id}/reply`, { message: 'An answer' })],
      ['forward', () => tenant.api.post(400, `/messages/${id}/forward`, { chat_id: other })],
      ['reaction', () => tenant.api.post(400, `/messages/${id}/react`, { emoji: '👍' })],
      ['edit', () => tenant.api.patch(400, `/messages/${id}`, { message: 'Hello again' })],
      ['unsend', () => tenant.api.delete(400, `/messages/${id}`)],
    ]
    for (const [kind, call] of calls) {
      refuse()
      assert.equal((await call()).code, 'recipient_not_on_whatsapp', kind)
    }
    const stored = await tenant.api.get(200, `/messages/${id}`)
    assert.deepEqual([stored.deleted_at, stored.edited_at, stored.reactions], [null, null, []])
  })

  test('asked for with 202: the message ends failed, with the reason and its event', async () => {
    const own = await app.tenant()
    const line = await linkSession(app, own.api)
    const chatId = `${buildPhone()}@c.us`
    const failed = nextEvent(app, 'message.failed', (told) => told.chatId === chatId)
    const { status, body } = await own.api.call('POST', '/messages/send', {
      body: { session_id: line.id, chat_id: chatId, message: 'Hello' },
      headers: { prefer: 'respond-async' },
    })
    assert.deepEqual([status, body.status], [202, 'pending'])
    assert.equal((await failed).error, 'recipient_not_on_whatsapp')
    const stored = await own.api.get(200, `/messages/${body.id}`)
    assert.deepEqual([stored.status, stored.error], ['failed', 'recipient_not_on_whatsapp'])
  })

  test('asked for again under its idempotency key: the same answer, nothing is sent', async () => {
    const own = await app.tenant()
    const line = await linkSession(app, own.api)
    const call = () =>
      own.api.call('POST', '/messages/send', {
        body: { session_id: line.id, chat_id: '15550007777', message: 'Hello' },
        headers: { 'idempotency-key': 'once' },
      })
    const [first, again] = [await call(), await call()]
    assert.deepEqual([first.status, first.body.code], [400, 'recipient_not_on_whatsapp'])
    assert.deepEqual(again.body, first.body)
  })

  test('to a group that is not there: 400 not_deliverable, for each kind', async () => {
    for (const [kind, [path, body]] of Object.entries(kinds())) {
      const refused = await tenant.api.post(400, path, to('120363999999999999@g.us', body))
      assert.equal(refused.code, 'not_deliverable', kind)
    }
  })

  test('to a group the account may not write in: 403 not_allowed_in_chat', async () => {
    const admin = addContact(app)
    const { id: groupId } = app.simulator.createGroup({
      owner: admin,
      subject: 'Announcements',
      members: [session.phone],
      isAnnouncement: true,
    })
    const refused = await tenant.api.post(403, '/messages/send', to(groupId, { message: 'Hello' }))
    assert.equal(refused.code, 'not_allowed_in_chat')
  })

  test('each code of WhatsApp has its status, and only what nobody can explain is a 500', async () => {
    const own = await app.tenant()
    const line = await linkSession(app, own.api)
    const phone = await addWarmContact(app, line)
    for (const [ack, status, code] of answers) {
      app.simulator.fault({ kind: 'ack_error', phone: line.phone, code: ack, count: 1 })
      const { status: got, body } = await own.api.call('POST', '/messages/send', {
        body: { session_id: line.id, chat_id: phone, message: `Hello ${ack}` },
      })
      assert.deepEqual([got, body.code], [status, code], `ack ${ack}: ${body.detail}`)
      if (got === 500) assert.match(body.detail, new RegExp(`ack_${ack}`))
    }
  })
})

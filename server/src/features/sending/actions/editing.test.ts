import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import { liftLimits } from '../../../../test/lift-limits.ts'
import {
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
let phone: string
let group: string
let friend: string

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  await liftLimits(app.database.db)
  session = await linkSession(app, tenant.api)
  phone = await addWarmContact(app, session)
  friend = await addWarmContact(app, session)
  group = app.simulator.createGroup({ subject: 'Team', owner: phone, members: [session.phone, friend] }).id
})
after(() => app.close())

const send = (chatId: string, body: object, kind = '') =>
  tenant.api.post(201, `/messages/send${kind}`, { session_id: session.id, chat_id: chatId, ...body })

/** Edits; answers what the phone got and what was published of it. */
async function edit(id: string, body: object) {
  const published = nextEvent(app, 'message.edited', ({ messageId }) => messageId === id)
  await tenant.api.patch(200, `/messages/${id}`, body)
  const shown = await app.simulator.nextMessage(phone, ({ kind }) => kind === 'edit')
  return { shown, published: await published }
}

const person = (digits: string) => `${digits}@c.us`

suite('edits of texts that mention people', () => {
  for (const where of ['person', 'group'] as const) {
    test(`in a ${where}: mentions stay while the text names them, and come with the edit`, async () => {
      const chatId = where === 'group' ? group : person(phone)
      const both = { message: `Ask @${friend} and @${phone}`, mentions: [friend, phone] }
      const sent = await send(chatId, both)
      const first = await edit(sent.id, { message: `Please ask @${friend} and @${phone}` })
      assert.deepEqual(first.shown.mentions, [person(friend), person(phone)])
      assert.deepEqual(first.published.mentions, [person(friend), person(phone)])
      const second = await edit(sent.id, { message: `Ask @${friend} only` })
      assert.deepEqual(second.shown.mentions, [person(friend)])
      // A longer number is another one.
      const third = await edit(sent.id, { message: `Ask @${friend}0` })
      assert.equal(third.shown.mentions, undefined)
      assert.deepEqual(third.published.mentions, [])
      const fourth = await edit(sent.id, { message: `Ask @${phone}`, mentions: [`+${phone}`] })
      assert.deepEqual(fourth.shown.mentions, [person(phone)])
      const fifth = await edit(sent.id, { message: `Still ask @${phone}` })
      assert.deepEqual(fifth.shown.mentions, [person(phone)])
      const last = await edit(sent.id, { message: `Not @${phone}`, mentions: [] })
      assert.equal(last.shown.mentions, undefined)
    })
  }

  test('the quote stays, and what is forwarded or quoted later has the new text', async () => {
    const asked = nextEvent(app, 'message.received')
    await app.simulator.sendMessage(phone, { to: session.phone, text: 'When?' })
    const question = await asked
    const sent = await send(person(phone), { message: 'At nein', reply_to: question.messageId })
    const { shown } = await edit(sent.id, { message: 'At nine' })
    assert.equal(shown.quoted?.id, question.waMessageId)
    await tenant.api.post(201, `/messages/${sent.id}/forward`, { chat_id: person(phone) })
    const forwarded = await app.simulator.nextMessage(phone, (it) => it.forwarded === true)
    assert.equal(forwarded.text, 'At nine')
    await tenant.api.post(201, `/messages/${sent.id}/reply`, { message: 'As I said' })
    const reply = await app.simulator.nextMessage(phone, ({ text }) => text === 'As I said')
    assert.equal(reply.quoted?.text, 'At nine')
  })

  test('edits of others too: who quotes one sees the new text, and the event says whom it mentions', async () => {
    const coming = nextEvent(app, 'message.received')
    const { id } = await app.simulator.sendGroupMessage(group, { from: phone, text: 'Helo' })
    const { messageId } = await coming
    const editing = nextEvent(app, 'message.edited', (event) => event.messageId === messageId)
    const content = { edit: { message: id, text: `Hello @${friend}` }, mentions: [friend] }
    await app.simulator.sendGroupMessage(group, { from: phone, ...content })
    assert.deepEqual((await editing).mentions, [person(friend)])
    await tenant.api.post(201, `/messages/${messageId}/reply`, { message: 'Hello yourself' })
    const reply = await app.simulator.nextMessage(phone, ({ text }) => text === 'Hello yourself')
    assert.equal(reply.quoted?.text, `Hello @${friend}`)
  })

  test('422 names mentions that are no phones', async () => {
    const sent = await send(person(phone), { message: 'Hello' })
    for (const mentions of [['you'], 'x', [1], Array.from({ length: 257 }, () => phone)]) {
      const refused = await tenant.api.patch(422, `/messages/${sent.id}`, { message: 'x', mentions })
      assert.match(refused.detail, /^mentions/)
    }
  })
})

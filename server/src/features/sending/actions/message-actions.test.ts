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
  recordEvents,
} from '../../../../test/linked-session.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const send = (phone: string, message = 'Hello') =>
  tenant.api.post(201, '/messages/send', { session_id: session.id, chat_id: phone, message })

async function receive(phone: string, text: string): Promise<{ messageId: string; waMessageId: string }> {
  const received = nextEvent(app, 'message.received', (told) => told.text === text)
  await app.simulator.sendMessage(phone, { to: session.phone, text })
  return received
}

const chatOf = async (phone: string) =>
  (await tenant.api.get(200, `/messages/chats/${session.id}?search=${phone}`)).chats[0]

suite('message actions', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })
  after(() => app.close())

  test('messages.react: one own reaction, replaced and taken back; not counted, no message of its own', async () => {
    const phone = await addWarmContact(app, session)
    const { messageId, waMessageId } = await receive(phone, 'React to this')
    const before = await chatOf(phone)
    const used = (await tenant.api.get(200, '/usage/current')).messages_sent
    const reacted = await tenant.api.post(200, `/messages/${messageId}/react`, { emoji: '👍' })
    assert.deepEqual(
      reacted.reactions.map(({ emoji, from }: { emoji: string; from: string }) => [emoji, from]),
      [['👍', `${session.phone}@c.us`]],
    )
    await app.simulator.nextMessage(phone, (it) => it.kind === 'reaction')
    assert.equal(app.simulator.message(phone, waMessageId).reactions?.[`${session.phone}@c.us`], '👍')
    const changed = await tenant.api.post(200, `/messages/${waMessageId}/react`, { emoji: '❤️' })
    assert.equal(changed.reactions.length, 1)
    assert.equal(changed.reactions[0].emoji, '❤️')
    assert.deepEqual(
      (await tenant.api.post(200, `/messages/${messageId}/react`, { emoji: '' })).reactions,
      [],
    )
    assert.deepEqual(await chatOf(phone), before)
    assert.equal((await tenant.api.get(200, '/usage/current')).messages_sent, used)
    for (const emoji of ['no', '👍👍', 17]) {
      await tenant.api.post(422, `/messages/${messageId}/react`, { emoji })
    }
  })

  test('reactions of others: one per person, published as message.received with their target, no unread message', async () => {
    const phone = await addWarmContact(app, session)
    const sent = await send(phone)
    const shown = await app.simulator.nextMessage(phone, (it) => it.text === 'Hello')
    const before = await chatOf(phone)
    for (const emoji of ['😀', '🎉', '']) {
      const told = nextEvent(app, 'message.received', (event) => event.messageType === 'reaction')
      await app.simulator.sendMessage(phone, { to: session.phone, reaction: { message: shown.id, emoji } })
      const event = await told
      assert.equal(event.text, emoji)
      assert.equal(event.targetMessageId, sent.id)
      const { reactions } = await tenant.api.get(200, `/messages/${sent.id}`)
      assert.deepEqual(
        reactions.map((reaction: { emoji: string; from: string }) => [reaction.emoji, reaction.from]),
        emoji === '' ? [] : [[emoji, `${phone}@c.us`]],
      )
    }
    const chat = await chatOf(phone)
    assert.equal(chat.unread_count, before.unread_count)
    assert.equal(chat.message_count, before.message_count)
    assert.deepEqual(chat.last_message, before.last_message)
    const listed = await tenant.api.get(200, `/messages/chat/${session.id}/${phone}`)
    assert.equal(listed.total, chat.message_count)
  })

  test('messages.edit: 200 with edited_at, the phone shows the new text, published once', async () => {
    const phone = await addWarmContact(app, session)
    const sent = await send(phone, 'Helo')
    const shown = await app.simulator.nextMessage(phone, (it) => it.text === 'Helo')
    const told = nextEvent(app, 'message.edited', (event) => event.messageId === sent.id)
    const edited = await tenant.api.patch(200, `/messages/${sent.id}`, { message: 'Hello' })
    assert.equal(edited.content_preview, 'Hello')
    assert.match(edited.edited_at, /Z$/)
    assert.equal((await told).text, 'Hello')
    await app.simulator.nextMessage(phone, (it) => it.kind === 'edit')
    assert.equal(app.simulator.message(phone, shown.id).editedText, 'Hello')
  })

  test('400 for what cannot be edited or taken back: not own, no text, too old', async () => {
    const phone = await addWarmContact(app, session)
    const { messageId } = await receive(phone, 'Not yours')
    const place = { session_id: session.id, chat_id: phone, latitude: 1, longitude: 1 }
    const location = await tenant.api.post(201, '/messages/send/location', place)
    const old = await send(phone, 'Old')
    for (const id of [messageId, location.id]) {
      assert.equal((await tenant.api.patch(400, `/messages/${id}`, { message: 'x' })).code, 'not_editable')
    }
    assert.equal((await tenant.api.delete(400, `/messages/${messageId}`)).code, 'not_unsendable')
    const age = (interval: string) =>
      app.database.db.pool.query(
        'UPDATE messages SET sent_at = $2::timestamptz - $3::interval WHERE id = $1',
        [old.id, app.clock.now().toISOString(), interval],
      )
    await age('16 minutes')
    assert.equal((await tenant.api.patch(400, `/messages/${old.id}`, { message: 'x' })).code, 'not_editable')
    await age('61 hours')
    assert.equal((await tenant.api.delete(400, `/messages/${old.id}`)).code, 'not_unsendable')
  })

  test('messages.unsend: 200, gone on the phone and here, published once; afterwards nothing can be done to it', async () => {
    const phone = await addWarmContact(app, session)
    const sent = await send(phone, 'Oops')
    const shown = await app.simulator.nextMessage(phone, (it) => it.text === 'Oops')
    const recorded = recordEvents(app, ['message.deleted'])
    const answer = await tenant.api.delete(200, `/messages/${sent.id}`)
    assert.deepEqual(answer, { status: 'deleted', id: sent.id })
    assert.deepEqual(await tenant.api.delete(200, `/messages/${sent.id}`), answer)
    await app.simulator.nextMessage(phone, (it) => it.kind === 'revoke')
    assert.equal(app.simulator.message(phone, shown.id).isRevoked, true)
    await recorded.close()
    assert.equal(recorded.received.length, 1)
    const kept = await tenant.api.get(200, `/messages/${sent.id}`)
    assert.equal(kept.content_preview, null)
    assert.match(kept.deleted_at, /Z$/)
    assert.equal(
      (await tenant.api.post(400, `/messages/${sent.id}/react`, { emoji: '👍' })).code,
      'message_gone',
    )
    assert.equal(
      (await tenant.api.post(400, `/messages/${sent.id}/forward`, { chat_id: phone })).code,
      'not_forwardable',
    )
  })

  test('edits and unsends of others are kept and published once; somebody else’s message is not theirs to change', async () => {
    const phone = await addWarmContact(app, session)
    const { messageId, waMessageId } = await receive(phone, 'Firts')
    const edited = nextEvent(app, 'message.edited', (event) => event.messageId === messageId)
    await app.simulator.sendMessage(phone, {
      to: session.phone,
      edit: { message: waMessageId, text: 'First' },
    })
    assert.equal((await edited).text, 'First')
    assert.equal((await tenant.api.get(200, `/messages/${messageId}`)).content_preview, 'First')
    const deleted = nextEvent(app, 'message.deleted', (event) => event.messageId === messageId)
    await app.simulator.sendMessage(phone, { to: session.phone, revoke: { message: waMessageId } })
    await deleted
    assert.equal((await tenant.api.get(200, `/messages/${messageId}`)).content_preview, null)
  })

  test('messages.star and messages.unstar: shown in the message and on the phone', async () => {
    const phone = await addWarmContact(app, session)
    const { messageId, waMessageId } = await receive(phone, 'Keep this')
    assert.equal((await tenant.api.post(200, `/messages/${messageId}/star`)).is_starred, true)
    const starred = () => JSON.stringify(app.simulator.appStateOf(session.phone)).includes(waMessageId)
    assert.ok(starred())
    assert.equal((await tenant.api.delete(200, `/messages/${messageId}/star`)).is_starred, false)
  })

  test('messages.read: the sender sees it, the counter goes; single messages count one by one', async () => {
    const phone = await addWarmContact(app, session)
    const first = await receive(phone, 'One')
    await receive(phone, 'Two')
    assert.equal((await chatOf(phone)).unread_count, 3)
    const path = `/messages/chat/${session.id}/${phone}@c.us/read`
    const one = await tenant.api.post(200, path, { message_ids: [first.messageId] })
    assert.deepEqual(one, { status: 'ok', marked: 1 })
    assert.equal((await chatOf(phone)).unread_count, 2)
    const seen = await app.simulator.nextEvent(phone, (it) => it.type === 'receipt' && it.receipt === 'read')
    assert.ok('ids' in seen && seen.ids.includes(first.waMessageId))
    assert.deepEqual(await tenant.api.post(200, path), { status: 'ok', marked: 2 })
    assert.equal((await chatOf(phone)).unread_count, 0)
    assert.deepEqual(await tenant.api.post(200, path), { status: 'ok', marked: 0 })
    await tenant.api.post(404, path, { message_ids: [crypto.randomUUID()] })
    await tenant.api.post(404, `/messages/chat/${session.id}/15550000001@c.us/read`)
  })

  test('messages.unread: shown so here and on the phone, told once, and read again with nothing left to tell the sender', async () => {
    const phone = addContact(app)
    await receive(phone, 'Seen already')
    const path = `/messages/chat/${session.id}/${phone}@c.us`
    await tenant.api.post(200, `${path}/read`)
    const told = nextEvent(app, 'chat.updated', (chat) => chat.unreadCount === 1)
    assert.deepEqual(await tenant.api.post(200, `${path}/unread`), { status: 'ok' })
    assert.equal((await told).chatId, `${phone}@c.us`)
    assert.equal((await chatOf(phone)).unread_count, 1)
    assert.equal((await tenant.api.get(200, `/messages/chats/${session.id}?unread=true`)).total > 0, true)
    await tenant.api.post(200, `${path}/unread`)
    assert.equal((await chatOf(phone)).unread_count, 1)
    assert.deepEqual(await tenant.api.post(200, `${path}/read`), { status: 'ok', marked: 0 })
    assert.equal((await chatOf(phone)).unread_count, 0)
    await tenant.api.post(404, `/messages/chat/${session.id}/15550000001@c.us/unread`)
  })

  test('messages.typing: shown for a while and ended; 400 in a channel, 404 for what is no chat', async () => {
    const phone = await addWarmContact(app, session)
    const path = `/messages/chat/${session.id}/${phone}@c.us/typing`
    await tenant.api.post(200, path, { state: 'recording', duration_ms: 50 })
    await app.simulator.nextEvent(phone, (it) => it.type === 'typing' && it.state === 'recording')
    await app.simulator.nextEvent(phone, (it) => it.type === 'typing' && it.state === 'paused')
    await tenant.api.post(422, path, { state: 'dancing' })
    await tenant.api.post(422, path, { state: 'typing', duration_ms: 25_001 })
    const channel = `/messages/chat/${session.id}/120363000000000001@newsletter/typing`
    assert.equal((await tenant.api.post(400, channel, { state: 'typing' })).code, 'not_in_channels')
    await tenant.api.post(404, `/messages/chat/${session.id}/nobody/typing`, { state: 'typing' })
  })

  test('404 for other tenants, 400 while the session does not work', async () => {
    const phone = await addWarmContact(app, session)
    const sent = await send(phone)
    const other = await app.tenant()
    await other.api.post(404, `/messages/${sent.id}/react`, { emoji: '👍' })
    await other.api.patch(404, `/messages/${sent.id}`, { message: 'x' })
    await other.api.delete(404, `/messages/${sent.id}`)
    await other.api.post(404, `/messages/${sent.id}/star`)
    await other.api.delete(404, `/messages/${sent.id}/star`)
    await other.api.post(404, `/messages/chat/${session.id}/${phone}/read`)
    await other.api.post(404, `/messages/chat/${session.id}/${phone}/typing`, { state: 'typing' })
    await other.api.post(404, `/messages/chat/${session.id}/${phone}/unread`)
    const idle = await tenant.api.post(201, '/sessions', { name: 'Idle' })
    await tenant.api.post(400, `/messages/chat/${idle.id}/${phone}/unread`)
    await tenant.api.post(400, `/messages/chat/${idle.id}/${phone}/typing`, { state: 'typing' })
  })

  test('a key without chat history learns nothing of what others wrote', async () => {
    const phone = addContact(app)
    const { messageId } = await receive(phone, 'Private words')
    const program = await tenant.apiWith(['messages:send'])
    const reacted = await program.post(200, `/messages/${messageId}/react`, { emoji: '👍' })
    assert.equal(reacted.content_preview, null)
    assert.equal(reacted.reactions[0].emoji, '👍')
  })
})

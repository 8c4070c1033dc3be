import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { nextEvent } from '../linked-session.ts'
import { openRoundTrip, type RoundTrip } from './round-trip.ts'

let trip: RoundTrip

before(async () => {
  trip = await openRoundTrip()
})
after(() => trip.close())

const chatOf = async (phone: string) => {
  const { chats } = await trip.tenant.api.get(200, `/messages/chats/${trip.session.id}?search=${phone}`)
  return chats[0]
}
const key = { remoteJid: '15550001@s.whatsapp.net', fromMe: false, id: '3EB0AA' }

suite('answers of people', () => {
  test('a button, a row and a form are texts that say what they answer', async () => {
    const sent = await trip.tenant.api.post(201, '/messages/send', {
      ...trip.to('person'),
      message: 'Which?',
    })
    const contextInfo = { stanzaId: sent.wa_message_id }
    const answers: [object, string][] = [
      [{ buttonsResponseMessage: { selectedDisplayText: 'The first', contextInfo } }, 'The first'],
      [{ listResponseMessage: { title: 'The second', contextInfo } }, 'The second'],
      [{ templateButtonReplyMessage: { selectedDisplayText: 'The third', contextInfo } }, 'The third'],
      [{ interactiveResponseMessage: { body: { text: 'The fourth' }, contextInfo } }, 'The fourth'],
    ]
    for (const [raw, text] of answers) {
      const { data, message } = await trip.receive('person', { raw })
      assert.deepEqual(
        [data.message_type, data.message, data.reply_to_id, data.reply_to_wa_message_id],
        ['text', text, sent.id, sent.wa_message_id],
      )
      assert.equal(message.reply_to_id, sent.id)
    }
  })

  test('an answer to a message of another chat names no message of this one', async () => {
    const elsewhere = await trip.receive('group', { text: 'In the group' })
    const raw = { extendedTextMessage: { text: 'About that', contextInfo: { stanzaId: elsewhere.id } } }
    const { data } = await trip.receive('person', { raw })
    assert.deepEqual([data.reply_to_id, data.reply_to_wa_message_id], [null, elsewhere.id])
  })

  test('whoever presses STOP is written to no more', async () => {
    const to = { session_id: trip.session.id, chat_id: trip.friend }
    const raw = { templateButtonReplyMessage: { selectedId: 'x', selectedDisplayText: 'STOP' } }
    await trip.receive('person', { raw }, trip.friend)
    const optOuts = await trip.tenant.api.get(200, '/opt-outs')
    assert.ok(JSON.stringify(optOuts).includes(trip.friend), JSON.stringify({ optOuts, to }))
  })
})

suite('what nobody sees as a message', () => {
  test('albums are announced by no message of their own, their pictures arrive; pins and calls neither', async () => {
    const before = await chatOf(trip.phone)
    const silent = [
      { albumMessage: { expectedImageCount: 2 } },
      { pinInChatMessage: { key, type: 1 } },
      { keepInChatMessage: { key, keepType: 1 } },
      { callLogMesssage: { isVideo: true } },
      { encCommentMessage: { targetMessageKey: key } },
    ]
    for (const raw of silent) {
      await trip.app.simulator.sendMessage(trip.phone, { to: trip.session.phone, raw } as never)
    }
    const associatedChildMessage = {
      message: { imageMessage: { mimetype: 'image/png', caption: 'One of two' } },
    }
    const messageContextInfo = { messageAssociation: { associationType: 1, parentMessageKey: key } }
    const { data } = await trip.receive('person', { raw: { associatedChildMessage, messageContextInfo } })
    assert.deepEqual([data.message_type, data.message], ['image', 'One of two'])
    const after = await chatOf(trip.phone)
    assert.equal(after.message_count, before.message_count + 1)
    assert.equal(after.unread_count, before.unread_count + 1)
  })
})

suite('broadcast lists', () => {
  test('what somebody sends through one is a message of the chat with them; answers go there', async () => {
    const coming = nextEvent(trip.app, 'message.received', ({ chatId }) => chatId === trip.chatId('person'))
    const { id } = await trip.app.simulator.sendBroadcast(trip.phone, {
      to: [trip.friend, trip.session.phone],
      text: 'To all of you',
    })
    const event = await coming
    assert.deepEqual([event.waMessageId, event.text, event.isGroup], [id, 'To all of you', false])
    const data = await trip.delivered('message.received', (it) => it.wa_message_id === id)
    assert.deepEqual([data.chat_id, data.sender_phone], [trip.chatId('person'), `+${trip.phone}`])
    await trip.tenant.api.post(201, `/messages/${event.messageId}/reply`, { message: 'Thanks' })
    const reply = await trip.app.simulator.nextMessage(trip.phone, ({ text }) => text === 'Thanks')
    assert.deepEqual([reply.quoted?.id, reply.quoted?.text], [id, 'To all of you'])
  })

  test('edits and unsends through one, or in the chat, change what came through it', async () => {
    const { session, phone, friend, app, tenant } = trip
    const to = [friend, session.phone]
    const through = async (text: string) => {
      const coming = nextEvent(app, 'message.received', ({ chatId }) => chatId === trip.chatId('person'))
      const { id } = await app.simulator.sendBroadcast(phone, { to, text })
      return { id, messageId: (await coming).messageId }
    }
    const { id, messageId } = await through('At nein')
    const unread = (await chatOf(phone)).unread_count
    /** What is delivered of a change, once it was stored. */
    const changed = async (event: string, change: Promise<unknown>) => {
      const stored = nextEvent(app, event, ({ waMessageId }) => waMessageId === id)
      await change
      const { text } = await stored
      return trip.delivered(event, (it) => it.wa_message_id === id && it.message === text)
    }
    const editing = app.simulator.sendBroadcast(phone, { to, edit: { message: id, text: 'At nine' } })
    const edited = await changed('message.edited', editing)
    assert.equal(edited.message, 'At nine')
    assert.deepEqual([edited.message_id, edited.chat_id], [messageId, trip.chatId('person')])
    const again = { to: session.phone, edit: { message: id, text: 'At ten' } }
    await changed('message.edited', app.simulator.sendMessage(phone, again))
    assert.equal((await trip.read(messageId)).content_preview, 'At ten')
    assert.equal((await chatOf(phone)).unread_count, unread)
    const revoking = app.simulator.sendBroadcast(phone, { to, revoke: { message: id } })
    const deleted = await changed('message.deleted', revoking)
    assert.deepEqual([deleted.message_id, deleted.chat_id], [messageId, trip.chatId('person')])
    // Whoever is in the list too cannot change what its author wrote.
    const kept = await through('Mine')
    const key = { remoteJid: `${session.phone}@s.whatsapp.net`, fromMe: true, id: kept.id }
    const raws = [
      { type: 0, key },
      { type: 14, key, editedMessage: { conversation: 'Yours' } },
    ]
    for (const protocolMessage of raws) {
      await app.simulator.sendBroadcast(friend, { to: [session.phone], raw: { protocolMessage } })
    }
    await trip.receive('person', { text: 'After it' }, friend)
    assert.equal((await tenant.api.get(200, `/messages/${kept.messageId}`)).content_preview, 'Mine')
  })

  test('files through one as well; the own lists are in no chat', async () => {
    const { session, phone, app } = trip
    const own = await app.simulator.sendBroadcast(session.phone, { to: [phone, trip.friend], text: 'Mine' })
    const coming = nextEvent(app, 'message.received', ({ chatId }) => chatId === trip.chatId('person'))
    const media = { kind: 'document' as const, bytes: Buffer.from('%PDF-1.4'), mimetype: 'application/pdf' }
    await app.simulator.sendBroadcast(phone, { to: [session.phone], media } as never)
    const { messageId, hasMedia } = await coming
    assert.equal(hasMedia, true)
    assert.equal((await trip.file(messageId)).bytes.toString(), '%PDF-1.4')
    await trip.tenant.api.get(404, `/messages/${own.id}`)
  })
})

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { useLinkedEngine } from '../../../test/harness-engine.ts'
import { until } from '../../../test/until.ts'
import type { MediaKind, OutboundContent } from '../content.ts'
import { proto } from '../library/library.ts'

const day = 86_400
const week = 7 * day
const blobs = new Map<string, Uint8Array>([['file', new Uint8Array(50).fill(7)]])
const old = '15560900001'
const world = useLinkedEngine({
  blobs,
  prepare(simulator, account) {
    simulator.createAccount({ phone: old, name: 'Old friend' })
    const messages = [{ at: new Date(Date.now() - 3_600_000).toISOString(), text: 'Before' }]
    simulator.setHistory(account, { chats: [{ with: old, ephemeralSeconds: week, messages }] })
  },
})

/** Sends; answers how the phone that gets it shows it, and what was handed over. */
async function send(chatId: string, phone: string, content: OutboundContent) {
  const { sessionId } = world.session
  const waMessageId = world.engine.newMessageId(sessionId)
  const outcome = await world.engine.send({ sessionId, chatId, waMessageId, content })
  assert.ok(outcome.kind === 'sent', JSON.stringify(outcome))
  world.listener.protos.set(waMessageId, outcome.proto)
  const shown = await world.simulator.nextMessage(phone, ({ id }) => id === waMessageId)
  return { id: waMessageId, shown, message: proto.Message.decode(outcome.proto) }
}

const text = (words = 'Hello'): OutboundContent => ({ kind: 'text', text: words })

/** Anna makes the messages of the chat disappear; resolves when the session got it. */
async function setTimer(phone: string, seconds: number) {
  await world.simulator.sendMessage(phone, { to: world.account, disappearing: { seconds } })
  const { id } = await world.simulator.sendMessage(phone, { to: world.account, text: 'Set' })
  await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
}

function file(kind: MediaKind): OutboundContent {
  const mimetype = { image: 'image/png', video: 'video/mp4', gif: 'video/mp4' }[kind as string] ?? 'audio/ogg'
  return { kind, file: { blob: 'file', mimetype, bytes: 50 } }
}

const kinds: [string, OutboundContent][] = [
  ['a text', text()],
  ['a text with mentions', { kind: 'text', text: '@15560900001 hello', mentions: [`${old}@c.us`] }],
  ...(['image', 'video', 'gif', 'audio', 'voice', 'document', 'sticker'] as const).map(
    (kind): [string, OutboundContent] => [`a ${kind}`, file(kind)],
  ),
  ['a picture to be seen once', { ...file('image'), isViewOnce: true } as OutboundContent],
  ['a place', { kind: 'location', latitude: 1, longitude: 2 }],
  ['a card', { kind: 'vcard', vcards: [{ name: 'Ann', vcard: 'BEGIN:VCARD\nEND:VCARD' }] }],
  ['cards', { kind: 'vcard', vcards: ['Ann', 'Ben'].map((name) => ({ name, vcard: 'BEGIN:VCARD' })) }],
  ['a poll', { kind: 'poll', title: 'Lunch?', options: ['a', 'b'], allowMultiple: false }],
  [
    'a poll with several answers',
    { kind: 'poll', title: 'Lunch?', options: ['a', 'b'], allowMultiple: true },
  ],
  [
    'a forwarded text',
    {
      kind: 'forward',
      messageType: 'text',
      text: 'On',
      proto: Buffer.from(proto.Message.encode({ conversation: 'On' }).finish()).toString('base64'),
    },
  ],
]

suite('chats whose messages disappear', () => {
  test('every kind into a chat of two carries the timer and since when it holds', async () => {
    const anna = world.addPerson('Anna')
    await setTimer(anna, day)
    for (const [name, content] of kinds) {
      const { shown } = await send(`${anna}@c.us`, anna, content)
      assert.equal(shown.ephemeralSeconds, day, name)
    }
    const { message } = await send(`${anna}@c.us`, anna, text())
    const context = message.extendedTextMessage?.contextInfo
    assert.ok(Math.abs(Number(context?.ephemeralSettingTimestamp) - Date.now() / 1000) < 120)
  })

  test('every kind into a group does, and follows its changes', async () => {
    const ben = world.addPerson('Ben')
    const { id: group } = world.simulator.createGroup({
      owner: ben,
      members: [world.account],
      subject: 'Brief',
    })
    assert.equal((await send(group, ben, text())).shown.ephemeralSeconds, undefined)
    world.simulator.groups.change(group, { ephemeralSeconds: week })
    const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Set' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    for (const [name, content] of kinds) {
      const { shown } = await send(group, ben, content)
      assert.equal(shown.ephemeralSeconds, week, name)
    }
    world.simulator.groups.change(group, { ephemeralSeconds: null })
    const { id: unset } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Unset' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === unset)
    assert.equal((await send(group, ben, text())).shown.ephemeralSeconds, undefined)
  })

  test('a reply and an edit carry it beside what they refer to; reactions and unsends are no messages', async () => {
    const anna = world.addPerson('Anna')
    await setTimer(anna, day)
    const chatId = `${anna}@c.us`
    const first = await send(chatId, anna, text('Frist'))
    const target = { waMessageId: first.id, isFromMe: true, sender: null }
    const edit = await send(chatId, anna, { kind: 'edit', target, text: 'First' })
    assert.equal(edit.message.extendedTextMessage?.contextInfo?.expiration, day)
    const { sessionId } = world.session
    const waMessageId = world.engine.newMessageId(sessionId)
    const quoted = {
      waMessageId: first.id,
      isFromMe: true,
      sender: null,
      proto: proto.Message.encode(first.message).finish(),
    }
    await world.engine.send({ sessionId, chatId, waMessageId, content: text('Answer'), quoted })
    const reply = await world.simulator.nextMessage(anna, ({ id }) => id === waMessageId)
    assert.deepEqual([reply.ephemeralSeconds, reply.quoted?.id], [day, first.id])
    const reaction = await send(chatId, anna, { kind: 'reaction', target, emoji: '👍' })
    assert.equal(reaction.shown.ephemeralSeconds, undefined)
    assert.equal((await send(chatId, anna, { kind: 'revoke', target })).shown.kind, 'revoke')
  })

  test('the timer is known from history, from what others and the own phone say, and after a restart', async () => {
    const [told, own] = [world.addPerson('Told'), world.addPerson('Own')]
    await until('the history', async () => {
      const { shown } = await send(`${old}@c.us`, old, text())
      return shown.ephemeralSeconds === week || undefined
    })
    const { id } = await world.simulator.sendMessage(told, {
      to: world.account,
      text: 'Brief',
      ephemeralSeconds: day,
    })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    await world.simulator.sendMessage(world.account, { to: own, disappearing: { seconds: week } })
    const { id: written } = await world.simulator.sendMessage(world.account, {
      to: own,
      text: 'From the phone',
    })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === written)
    await world.restart()
    const expected = [
      [old, week],
      [told, day],
      [own, week],
    ] as const
    for (const [phone, seconds] of expected) {
      assert.equal((await send(`${phone}@c.us`, phone, text())).shown.ephemeralSeconds, seconds)
    }
  })

  test('a timer that is switched off is none, and an older message does not bring it back', async () => {
    const anna = world.addPerson('Anna')
    await setTimer(anna, day)
    await setTimer(anna, 0)
    const { message } = await send(`${anna}@c.us`, anna, text())
    assert.equal(message.conversation, 'Hello')
    const contextInfo = { expiration: day, ephemeralSettingTimestamp: 1_600_000_000 }
    const { id } = await world.simulator.sendMessage(anna, {
      to: world.account,
      raw: { extendedTextMessage: { text: 'Late', contextInfo } },
    })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal((await send(`${anna}@c.us`, anna, text())).shown.ephemeralSeconds, undefined)
  })

  test('a timer that is said to be of a later day is of the day it came: the next one replaces it', async () => {
    const anna = world.addPerson('Anna')
    const ephemeralSettingTimestamp = 32_000_000_000
    const later = [
      { protocolMessage: { type: 3, ephemeralExpiration: week, ephemeralSettingTimestamp } },
      {
        extendedTextMessage: {
          text: 'Later',
          contextInfo: { expiration: week, ephemeralSettingTimestamp },
        },
      },
    ]
    for (const raw of later) {
      await world.simulator.sendMessage(anna, { to: world.account, raw })
      await setTimer(anna, day)
      assert.equal((await send(`${anna}@c.us`, anna, text())).shown.ephemeralSeconds, day)
      await setTimer(anna, 0)
      assert.equal((await send(`${anna}@c.us`, anna, text())).shown.ephemeralSeconds, undefined)
    }
  })
})

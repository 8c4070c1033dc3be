import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { useLinkedEngine } from '../../../test/harness-engine.ts'
import type { MediaKind, OutboundContent } from '../content.ts'
import type { Submission } from '../engine.ts'
import { proto } from '../library/library.ts'

const blobs = new Map<string, Uint8Array>()
const world = useLinkedEngine({ blobs })
let person: string | undefined

/** Somebody to write to. */
function anna(): string {
  person ??= world.addPerson('Anna')
  return person
}

/** Keeps a file to send and says what is known of it. */
function keep(bytes: Uint8Array, mimetype: string) {
  const blob = `file-${blobs.size}`
  blobs.set(blob, bytes)
  return { blob, mimetype, bytes: bytes.length }
}

/** Sends to Anna unless told otherwise; answers the id and what was handed over. */
async function send(content: OutboundContent, more: Partial<Submission> = {}) {
  const { engine, session } = world
  const waMessageId = engine.newMessageId(session.sessionId)
  const outcome = await engine.send({
    sessionId: session.sessionId,
    chatId: `${anna()}@c.us`,
    waMessageId,
    content,
    ...more,
  })
  assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
  const bytes = outcome.kind === 'sent' ? outcome.proto : new Uint8Array()
  world.listener.protos.set(waMessageId, bytes)
  return { id: waMessageId, message: proto.Message.decode(bytes) }
}

const received = (id: string, phone = anna()) =>
  world.simulator.nextMessage(phone, (message) => message.id === id)

suite('files', () => {
  const kinds: { kind: MediaKind; mimetype: string; shown: object; more?: object }[] = [
    {
      kind: 'image',
      mimetype: 'image/jpeg',
      shown: { width: 640, height: 480 },
      more: { width: 640, height: 480 },
    },
    {
      kind: 'video',
      mimetype: 'video/mp4',
      shown: { seconds: 12 },
      more: { seconds: 12, width: 320, height: 240 },
    },
    { kind: 'gif', mimetype: 'video/mp4', shown: { seconds: 2 }, more: { seconds: 2 } },
    { kind: 'audio', mimetype: 'audio/mpeg', shown: { seconds: 61 }, more: { seconds: 61 } },
    { kind: 'voice', mimetype: 'audio/ogg; codecs=opus', shown: { seconds: 4 }, more: { seconds: 4 } },
    {
      kind: 'document',
      mimetype: 'application/pdf',
      shown: { fileName: 'Offer.pdf' },
      more: { fileName: 'Offer.pdf' },
    },
    { kind: 'sticker', mimetype: 'image/webp', shown: { width: 512 }, more: { width: 512, height: 512 } },
  ]
  for (const { kind, mimetype, shown, more } of kinds) {
    test(`${kind} arrives byte for byte`, async () => {
      const bytes = randomBytes(70_001)
      const { id } = await send({ kind, file: { ...keep(bytes, mimetype), ...more } })
      const message = await received(id)
      assert.equal(message.kind, kind)
      assert.equal(message.media?.mimetype, mimetype)
      assert.equal(message.media?.bytes, bytes.length)
      for (const [field, value] of Object.entries(shown)) {
        assert.deepEqual((message.media as unknown as Record<string, unknown>)[field], value, field)
      }
      assert.ok((await world.simulator.mediaOf(anna(), id)).equals(bytes))
    })
  }

  for (const size of [1, 15, 16, 17, 65_536, 1_048_576, 1_048_577]) {
    test(`a file of ${size} bytes survives blocks and the spool`, async () => {
      const bytes = randomBytes(size)
      const { id } = await send({ kind: 'document', file: { ...keep(bytes, 'text/plain'), fileName: 'x' } })
      await received(id)
      assert.ok((await world.simulator.mediaOf(anna(), id)).equals(bytes))
    })
  }

  test('captions, mentions and quotes go with a file', async () => {
    const first = await send({ kind: 'text', text: 'What shall I bring?' })
    const ben = world.addPerson('Ben')
    for (const kind of ['image', 'video', 'document'] as const) {
      const { id, message } = await send(
        {
          kind,
          file: keep(randomBytes(100), 'application/x-any'),
          caption: `This, @${ben}`,
          mentions: [`${ben}@c.us`],
        },
        {
          quoted: {
            waMessageId: first.id,
            isFromMe: true,
            sender: null,
            proto: proto.Message.encode(first.message).finish(),
          },
        },
      )
      const shown = await received(id)
      assert.equal(shown.text, `This, @${ben}`)
      assert.deepEqual(shown.mentions, [`${ben}@c.us`])
      assert.equal(shown.quoted?.id, first.id)
      assert.equal(shown.quoted?.text, 'What shall I bring?')
      assert.equal(message.documentWithCaptionMessage !== null, kind === 'document')
    }
  })

  test('what official clients fill in is there', async () => {
    const thumbnail = randomBytes(50).toString('base64')
    const file = { ...keep(randomBytes(10), 'image/png'), thumbnail }
    const { message } = await send({ kind: 'image', file })
    const image = message.imageMessage
    assert.equal(Buffer.from(image?.jpegThumbnail ?? []).toString('base64'), thumbnail)
    assert.equal(image?.mediaKey?.length, 32)
    assert.ok(Math.abs(Number(image?.mediaKeyTimestamp) - performance.timeOrigin / 1000) < 3600)
    const bars = Array.from({ length: 64 }, (_, index) => index * 2)
    const voice = await send({
      kind: 'voice',
      file: { ...keep(randomBytes(9), 'audio/ogg'), waveform: bars },
    })
    const waveform = [...(voice.message.audioMessage?.waveform ?? [])]
    assert.deepEqual(
      waveform,
      bars.map((bar) => Math.min(100, bar)),
    )
    const sticker = await send({
      kind: 'sticker',
      file: { ...keep(randomBytes(9), 'image/webp'), isAnimated: true },
    })
    assert.equal(sticker.message.stickerMessage?.isAnimated, true)
  })

  test('what is to be seen once says so', async () => {
    for (const kind of ['image', 'video', 'voice'] as const) {
      const { id } = await send({ kind, file: keep(randomBytes(20), 'x/y'), isViewOnce: true })
      const shown = await received(id)
      assert.deepEqual([shown.kind, shown.viewOnce], [kind, true])
    }
  })

  test('a file is sent to a group', async () => {
    const { id: group } = world.simulator.groups.create({
      owner: world.account,
      members: [anna()],
      subject: 'Files',
    })
    const bytes = randomBytes(3000)
    const { id } = await send({ kind: 'image', file: keep(bytes, 'image/png') }, { chatId: group })
    assert.equal((await received(id)).chat, group)
    assert.ok((await world.simulator.mediaOf(anna(), id)).equals(bytes))
  })
})

suite('other kinds', () => {
  test('a place arrives', async () => {
    const place = { latitude: 41.0082, longitude: 28.9784, name: 'Old town', address: 'Sample street 1' }
    const { id } = await send({ kind: 'location', ...place })
    assert.deepEqual((await received(id)).location, place)
  })

  test('one card and several cards arrive', async () => {
    const card = (name: string, phone: string) => ({
      name,
      vcard: `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;waid=${phone}:+${phone}\nEND:VCARD`,
    })
    const one = await send({ kind: 'vcard', vcards: [card('Ben', '15550001111')] })
    assert.deepEqual(
      (await received(one.id)).contacts?.map(({ name, phone }) => [name, phone]),
      [['Ben', '15550001111']],
    )
    const two = await send({
      kind: 'vcard',
      vcards: [card('Ben', '15550001111'), card('Eve', '15550001112')],
    })
    assert.deepEqual(
      (await received(two.id)).contacts?.map(({ name }) => name),
      ['Ben', 'Eve'],
    )
  })

  test('polls of one and of several choices arrive, and their votes are published', async () => {
    for (const allowMultiple of [false, true]) {
      const { id } = await send({
        kind: 'poll',
        title: 'When?',
        options: ['Mon', 'Tue', 'Wed'],
        allowMultiple,
      })
      const { poll } = await received(id)
      assert.deepEqual(
        [poll?.title, poll?.options, poll?.multiple],
        ['When?', ['Mon', 'Tue', 'Wed'], allowMultiple],
      )
      const options = allowMultiple ? ['Mon', 'Wed'] : ['Tue']
      const after = world.listener.events.length
      await world.simulator.sendMessage(anna(), { to: world.account, vote: { poll: id, options } })
      const vote = await world.listener.next('change', ({ target }) => target.waMessageId === id, after)
      assert.deepEqual(vote.change, { kind: 'vote', options })
      assert.deepEqual(
        [vote.chatId, vote.actor?.phone, vote.target.isFromMe],
        [`${anna()}@c.us`, anna(), true],
      )
    }
  })

  test('a reaction is put on a message and taken back', async () => {
    const { id } = await world.simulator.sendMessage(anna(), { to: world.account, text: 'Great news' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    const target = { waMessageId: id, isFromMe: false, sender: null }
    const given = await send({ kind: 'reaction', target, emoji: '🎉' })
    await received(given.id)
    assert.deepEqual(world.simulator.message(anna(), id).reactions, { [`${world.account}@c.us`]: '🎉' })
    const taken = await send({ kind: 'reaction', target, emoji: '' })
    await received(taken.id)
    assert.deepEqual(world.simulator.message(anna(), id).reactions, {})
  })

  test('an own text and an own caption are edited', async () => {
    const text = await send({ kind: 'text', text: 'See you at nine' })
    await received(text.id)
    const target = { waMessageId: text.id, isFromMe: true, sender: null }
    const edit = await send({ kind: 'edit', target, text: 'See you at ten' })
    await received(edit.id)
    assert.equal(world.simulator.message(anna(), text.id).editedText, 'See you at ten')
    const image = await send({ kind: 'image', file: keep(randomBytes(30), 'image/png'), caption: 'Old' })
    await received(image.id)
    const changed = await send({
      kind: 'edit',
      target: { ...target, waMessageId: image.id },
      text: 'New',
    })
    assert.equal((await received(changed.id)).text, 'New')
    // What is kept of an edit is the message as it is now.
    assert.equal(changed.message.imageMessage?.caption, 'New')
    assert.equal(changed.message.imageMessage?.mediaKey?.length, 32)
    assert.equal(changed.message.messageContextInfo?.messageSecret?.length, 32)
  })

  test('an own message is taken back, and an admin takes back that of a member', async () => {
    const text = await send({ kind: 'text', text: 'Oops' })
    await received(text.id)
    const own = await send({ kind: 'revoke', target: { waMessageId: text.id, isFromMe: true, sender: null } })
    await received(own.id)
    assert.equal(world.simulator.message(anna(), text.id).isRevoked, true)
    const ben = world.addPerson('Ben')
    const { id: group } = world.simulator.groups.create({
      owner: world.account,
      members: [anna(), ben],
      subject: 'Order',
    })
    const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Buy now' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    const target = { waMessageId: id, isFromMe: false, sender: `${ben}@c.us` }
    const admin = await send({ kind: 'revoke', target }, { chatId: group })
    await received(admin.id)
    assert.equal(world.simulator.message(anna(), id).isRevoked, true)
  })

  test('texts and files are forwarded and say so, counting on', async () => {
    const text = await send({ kind: 'text', text: 'Pass it on' })
    const forward = (message: proto.Message) =>
      send({
        kind: 'forward',
        proto: Buffer.from(proto.Message.encode(message).finish()).toString('base64'),
        messageType: 'text',
        text: '',
      })
    const once = await forward(text.message)
    const shown = await received(once.id)
    assert.deepEqual([shown.text, shown.forwarded], ['Pass it on', true])
    const twice = await forward(once.message)
    assert.equal(twice.message.extendedTextMessage?.contextInfo?.forwardingScore, 2)
    const bytes = randomBytes(500)
    const image = await send({ kind: 'image', file: keep(bytes, 'image/png'), caption: 'Look' })
    const sent = await forward(image.message)
    const again = await received(sent.id)
    assert.deepEqual([again.text, again.forwarded], ['Look', true])
    assert.ok((await world.simulator.mediaOf(anna(), sent.id)).equals(bytes))
  })

  test('what is to be seen once is not forwarded, and nothing is sent', async () => {
    const once = await send({ kind: 'image', file: keep(randomBytes(9), 'x/y'), isViewOnce: true })
    const outcome = await world.engine.send({
      sessionId: world.session.sessionId,
      chatId: `${anna()}@c.us`,
      waMessageId: world.engine.newMessageId(world.session.sessionId),
      content: {
        kind: 'forward',
        proto: Buffer.from(proto.Message.encode(once.message).finish()).toString('base64'),
        messageType: 'image',
        text: '',
      },
    })
    assert.deepEqual(outcome, { kind: 'refused', error: 'view_once_not_forwardable' })
  })
})

suite('groups', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`reactions, quotes and mentions name members in a group addressed by ${addressing}`, async () => {
      const ben = world.addPerson('Ben')
      const { id: group } = world.simulator.createGroup({
        subject: 'Names',
        owner: world.account,
        members: [anna(), ben],
        addressing,
      })
      const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Who comes?' })
      const question = await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
      assert.equal(question.sender.phone, ben)
      const sender = `${ben}@c.us`
      const answer = await send(
        { kind: 'text', text: `I do, @${ben}`, mentions: [sender] },
        { chatId: group, quoted: { waMessageId: id, isFromMe: false, sender, proto: question.proto } },
      )
      const shown = await received(answer.id)
      assert.deepEqual(shown.quoted, { id, from: sender, text: 'Who comes?' })
      assert.deepEqual(shown.mentions, [sender])
      const target = { waMessageId: id, isFromMe: false, sender }
      const reaction = await send({ kind: 'reaction', target, emoji: '👍' }, { chatId: group })
      await received(reaction.id)
      const participant = reaction.message.reactionMessage?.key?.participant
      assert.match(participant ?? '', addressing === 'lid' ? /@lid$/ : /@s\.whatsapp\.net$/)
      assert.equal(world.simulator.message(anna(), id).reactions?.[`${world.account}@c.us`], '👍')
    })
  }

  test('a message to a group is delivered with the first member and read with the first', async () => {
    const ben = world.addPerson('Ben')
    const { id: group } = world.simulator.createGroup({
      subject: 'Receipts',
      owner: world.account,
      members: [anna(), ben],
    })
    const { id } = await send({ kind: 'text', text: 'Read me' }, { chatId: group })
    await world.listener.next('status', (update) => update.waMessageId === id && update.status === 'read')
    // By the time a second message is read, both members have told of the first.
    const second = await send({ kind: 'text', text: 'And me' }, { chatId: group })
    await world.listener.next(
      'status',
      (update) => update.waMessageId === second.id && update.status === 'read',
    )
    const recorded = world.listener.all('status').filter(({ waMessageId }) => waMessageId === id)
    assert.deepEqual(
      recorded.map(({ status, chatId }) => [status, chatId]),
      [
        ['delivered', group],
        ['read', group],
      ],
    )
  })
})

import assert from 'node:assert/strict'
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { FetchedFiles, useLinkedEngine } from '../../../test/harness-engine.ts'
import type { MediaKind, MessageTarget } from '../content.ts'
import type { InboundMessage } from '../events.ts'
import { proto } from '../library/library.ts'

const fetched = new FetchedFiles()
const world = useLinkedEngine({ keepFile: fetched.keep })
const limits = { maxBytes: 20_000_000, timeoutMs: 10_000 }
let person: string | undefined

/** Somebody who writes. */
function anna(): string {
  person ??= world.addPerson('Anna')
  return person
}

type Draft = Omit<Parameters<typeof world.simulator.sendMessage>[1], 'to'>

/** Anna writes; answers what the engine told of it. */
async function receive(draft: Draft): Promise<InboundMessage> {
  const { id } = await world.simulator.sendMessage(anna(), { to: world.account, ...draft } as never)
  return world.listener.next('message', ({ waMessageId }) => waMessageId === id)
}

function targetOf(message: InboundMessage): MessageTarget {
  return { waMessageId: message.waMessageId, isFromMe: message.isFromMe, sender: null }
}

function download(message: InboundMessage): Promise<Buffer> {
  return fetched.fetch(world, { ...message, target: targetOf(message) }, limits)
}

suite('files', () => {
  const kinds: { kind: MediaKind; mimetype: string; more: object; file: object; caption?: string }[] = [
    {
      kind: 'image',
      mimetype: 'image/jpeg',
      more: { width: 8, height: 6 },
      file: { width: 8, height: 6 },
      caption: 'Look',
    },
    { kind: 'video', mimetype: 'video/mp4', more: { seconds: 9 }, file: { seconds: 9 }, caption: 'Play' },
    { kind: 'gif', mimetype: 'video/mp4', more: {}, file: { isAnimated: true }, caption: 'Ha' },
    { kind: 'audio', mimetype: 'audio/mpeg', more: { seconds: 30 }, file: { seconds: 30 } },
    { kind: 'voice', mimetype: 'audio/ogg; codecs=opus', more: { seconds: 3 }, file: { seconds: 3 } },
    {
      kind: 'document',
      mimetype: 'application/pdf',
      more: { fileName: 'List.pdf' },
      file: { fileName: 'List.pdf' },
      caption: 'The list',
    },
    { kind: 'sticker', mimetype: 'image/webp', more: { animated: true }, file: { isAnimated: true } },
  ]
  for (const { kind, mimetype, more, file, caption } of kinds) {
    test(`${kind} is published and got byte for byte`, async () => {
      const bytes = randomBytes(100_003)
      const message = await receive({
        media: { kind, bytes, mimetype, ...more, ...(caption !== undefined && { caption }) },
      })
      const { content } = message
      assert.ok(content.kind === kind && 'file' in content, content.kind)
      assert.equal(content.caption, caption ?? '')
      assert.equal(content.isViewOnce, false)
      assert.deepEqual(
        { mimetype: content.file.mimetype, bytes: content.file.bytes },
        { mimetype, bytes: bytes.length },
      )
      for (const [field, value] of Object.entries(file)) {
        assert.deepEqual((content.file as unknown as Record<string, unknown>)[field], value, field)
      }
      assert.ok((await download(message)).equals(bytes))
    })
  }

  test('what is to be seen once is marked as such, and can be got', async () => {
    const bytes = randomBytes(64)
    for (const kind of ['image', 'video', 'voice'] as const) {
      const message = await receive({ media: { kind, bytes }, viewOnce: true })
      assert.ok('isViewOnce' in message.content && message.content.isViewOnce, kind)
      assert.equal(message.content.kind, kind)
      assert.ok((await download(message)).equals(bytes))
    }
  })

  test('what the phone withholds is kept as unknown', async () => {
    const message = await receive({ media: { kind: 'image', bytes: randomBytes(9) }, viewOnce: 'hidden' })
    assert.equal(message.content.kind, 'unknown')
    assert.match(message.content.kind === 'unknown' ? message.content.type : '', /navailable/)
    assert.equal(message.chatId, `${anna()}@c.us`)
  })

  test('what linked devices get later is unknown first, then comes under the same id', async () => {
    const bytes = randomBytes(77)
    const media = { kind: 'image' as const, bytes, caption: 'At last' }
    const first = await receive({ media, withheld: true })
    assert.deepEqual(first.content, { kind: 'unknown', type: 'unavailable' })
    const second = await world.listener.next(
      'message',
      ({ waMessageId, content }) => waMessageId === first.waMessageId && content.kind === 'image',
    )
    assert.equal('caption' in second.content && second.content.caption, 'At last')
    assert.deepEqual(
      [second.chatId, second.sender.phone, second.isFromMe],
      [first.chatId, first.sender.phone, false],
    )
    assert.ok((await download(second)).equals(bytes))
  })

  test('a file in a group, and one that the own phone sent', async () => {
    const { id: group } = world.simulator.createGroup({
      subject: 'Files',
      owner: world.account,
      members: [anna()],
    })
    const bytes = randomBytes(500)
    const media = { kind: 'image' as const, bytes }
    const { id } = await world.simulator.sendGroupMessage(group, { from: anna(), media })
    const message = await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.deepEqual([message.chatId, message.sender.phone], [group, anna()])
    assert.ok((await download(message)).equals(bytes))
    const own = await world.simulator.sendMessage(world.account, { to: anna(), media })
    const copy = await world.listener.next('message', ({ waMessageId }) => waMessageId === own.id)
    assert.deepEqual([copy.isFromMe, copy.chatId], [true, `${anna()}@c.us`])
    assert.ok((await download(copy)).equals(bytes))
  })
})

suite('other kinds', () => {
  test('a place and where somebody is just now', async () => {
    const place = { latitude: 52.52, longitude: 13.405, name: 'Station', address: 'Platform 1' }
    const { content } = await receive({ location: place })
    assert.deepEqual(content, { kind: 'location', ...place, isLive: false })
    const live = await receive({ location: { latitude: -33.9, longitude: 151.2, live: true } })
    assert.ok(live.content.kind === 'location' && live.content.isLive)
  })

  test('one card and several cards', async () => {
    const one = await receive({ contacts: [{ name: 'Ben', phone: '15550001111' }] })
    assert.ok(one.content.kind === 'vcard')
    assert.match(one.content.vcards[0]?.vcard ?? '', /^BEGIN:VCARD[\s\S]*15550001111/)
    const contacts = ['Ben', 'Eve', 'Max'].map((name, index) => ({ name, phone: `1555000111${index}` }))
    const many = await receive({ contacts })
    assert.ok(many.content.kind === 'vcard')
    assert.deepEqual(
      many.content.vcards.map(({ name }) => name),
      ['Ben', 'Eve', 'Max'],
    )
  })

  test('polls, and votes of others in them', async () => {
    for (const multiple of [false, true]) {
      const poll = { title: 'Lunch?', options: ['Soup', 'Bread'], multiple }
      const message = await receive({ poll })
      assert.deepEqual(message.content, {
        kind: 'poll',
        title: 'Lunch?',
        options: ['Soup', 'Bread'],
        allowMultiple: multiple,
      })
      const vote = async (options: string[]) => {
        const after = world.listener.events.length
        await world.simulator.sendMessage(anna(), {
          to: world.account,
          vote: { poll: message.waMessageId, options },
        })
        const recorded = await world.listener.next(
          'change',
          ({ target }) => target.waMessageId === message.waMessageId,
          after,
        )
        assert.deepEqual(recorded.change, { kind: 'vote', options })
        assert.deepEqual([recorded.target.isFromMe, recorded.actor?.phone], [false, anna()])
      }
      await vote(['Bread'])
      await vote([])
    }
  })

  test('votes in a group tell who voted', async () => {
    for (const addressing of ['lid', 'pn'] as const) {
      const ben = world.addPerson('Ben')
      const { id: group } = world.simulator.createGroup({
        subject: 'Votes',
        owner: world.account,
        members: [anna(), ben],
        addressing,
      })
      const poll = { title: 'Date', options: ['1st', '2nd', '3rd'], multiple: true }
      const { id } = await world.simulator.sendGroupMessage(group, { from: anna(), poll })
      for (const voter of [ben, world.account]) {
        const after = world.listener.events.length
        const options = voter === ben ? ['1st', '3rd'] : ['2nd']
        await world.simulator.sendGroupMessage(group, { from: voter, vote: { poll: id, options } })
        const recorded = await world.listener.next('change', ({ target }) => target.waMessageId === id, after)
        assert.deepEqual(recorded.change, { kind: 'vote', options })
        assert.deepEqual(recorded.target, { waMessageId: id, isFromMe: false, sender: `${anna()}@c.us` })
        assert.equal(recorded.actor?.phone ?? null, voter === ben ? ben : null)
      }
    }
  })

  test('reactions name the message and who wrote it', async () => {
    const question = await receive({ text: 'Nice?' })
    const onOwn = await receive({ reaction: { message: question.waMessageId, emoji: '😀' } })
    assert.deepEqual(onOwn.content, {
      kind: 'reaction',
      target: { waMessageId: question.waMessageId, isFromMe: false, sender: null },
      emoji: '😀',
    })
    const gone = await receive({ reaction: { message: question.waMessageId, emoji: '' } })
    assert.equal(gone.content.kind === 'reaction' && gone.content.emoji, '')
    const ben = world.addPerson('Ben')
    const { id: group } = world.simulator.createGroup({
      subject: 'Reactions',
      owner: world.account,
      members: [anna(), ben],
    })
    const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Yes' })
    const react = await world.simulator.sendGroupMessage(group, {
      from: anna(),
      reaction: { message: id, emoji: '👍' },
    })
    const inGroup = await world.listener.next('message', ({ waMessageId }) => waMessageId === react.id)
    assert.deepEqual(inGroup.content, {
      kind: 'reaction',
      target: { waMessageId: id, isFromMe: false, sender: `${ben}@c.us` },
      emoji: '👍',
    })
    assert.equal(inGroup.sender.phone, anna())
    // Their own moment counts, so that two within a second and one that is sent again keep their order.
    for (const [madeMs, isBelieved] of [
      [Date.now() - 5432, true],
      [Date.now() + 86_400_000, false],
    ] as const) {
      const key = { id: question.waMessageId, fromMe: false }
      const raw = { reactionMessage: { key, text: '😀', senderTimestampMs: madeMs } } as Draft
      const { waTimestamp } = await receive({ raw } as Draft)
      assert.equal(waTimestamp.getTime() === madeMs, isBelieved)
    }
  })

  test('quotes and mentions', async () => {
    const ben = world.addPerson('Ben')
    const first = await receive({ text: 'First' })
    const media = { kind: 'image' as const, bytes: randomBytes(5), caption: `Hi @${ben}` }
    const answer = await receive({ media, quoted: first.waMessageId, mentions: [ben] })
    assert.equal(answer.quotedWaMessageId, first.waMessageId)
    assert.ok('mentions' in answer.content)
    assert.deepEqual(answer.content.mentions, [`${ben}@c.us`])
  })

  test('messages that disappear and forwarded ones are what they are', async () => {
    const gone = await receive({ text: 'Gone soon', ephemeralSeconds: 86_400 })
    assert.deepEqual(gone.content, { kind: 'text', text: 'Gone soon', mentions: [] })
    const forwarded = await receive({ text: 'From afar', forwarded: true })
    assert.equal(forwarded.content.kind === 'text' && forwarded.content.text, 'From afar')
  })

  test('a kind nobody knows is kept, and what follows arrives', async () => {
    const message = await receive({ raw: { placeholderMessage: { type: 0 } } } as Draft)
    assert.deepEqual(message.content, { kind: 'unknown', type: 'placeholderMessage' })
    assert.ok(message.proto.length > 0)
    assert.equal((await receive({ text: 'Next' })).content.kind, 'text')
  })
})

suite('hostile messages', () => {
  let nested: object = { conversation: 'deep' }
  for (let depth = 0; depth < 45; depth += 1) nested = { ephemeralMessage: { message: nested } }
  const mentionedJid = ['', '@', 'x@', '@lid', '\0@lid', '1@lid@lid', '-1@s.whatsapp.net', 'status@broadcast']
  const raws: Record<string, object> = {
    'a reaction to nothing': { reactionMessage: { text: 'x' } },
    'a vote without a poll': { pollUpdateMessage: { vote: { encPayload: new Uint8Array(1) } } },
    'a revocation of nothing': { protocolMessage: { type: 0, key: {} } },
    'an edit without content': { protocolMessage: { type: 14, key: { id: 'X' } } },
    'an edit of an edit': {
      editedMessage: {
        message: {
          protocolMessage: {
            type: 14,
            key: { id: 'X' },
            editedMessage: { protocolMessage: { type: 0, key: { id: 'Y' } } },
          },
        },
      },
    },
    'keys for devices': { protocolMessage: { type: 6, appStateSyncKeyShare: { keys: [{}] } } },
    'a history': { protocolMessage: { type: 5, historySyncNotification: { directPath: '/x' } } },
    'many envelopes': nested,
    'strange mentions': { extendedTextMessage: { text: 'a\0b', contextInfo: { mentionedJid } } },
    'a quote of itself': {
      extendedTextMessage: { text: 'q', contextInfo: { stanzaId: 'q', quotedMessage: {} } },
    },
    'a picture of nothing': { imageMessage: { mediaKey: new Uint8Array(3), fileLength: -1, width: -5 } },
    'a place nowhere': { locationMessage: { degreesLatitude: 1e308, degreesLongitude: Number.NaN } },
    'no poll': { pollCreationMessage: {} },
    'no card': { contactsArrayMessage: {} },
  }
  for (const [name, raw] of Object.entries(raws)) {
    test(`${name} changes nothing for what follows`, async () => {
      const states = world.listener.all('state').length
      await world.simulator.sendMessage(anna(), { to: world.account, raw } as never)
      const { content } = await receive({ text: `after ${name}` })
      assert.equal(content.kind === 'text' && content.text, `after ${name}`)
      assert.equal(world.listener.all('state').length, states)
    })
  }
})

suite('changes', () => {
  /** Anna changes a message; answers what the engine told of it. */
  async function change(draft: Draft, id: string) {
    const after = world.listener.events.length
    await world.simulator.sendMessage(anna(), { to: world.account, ...draft } as never)
    return world.listener.next('change', ({ target }) => target.waMessageId === id, after)
  }

  test('an edited text and an edited caption', async () => {
    const text = await receive({ text: 'At nine' })
    const edit = await change({ edit: { message: text.waMessageId, text: 'At ten' } }, text.waMessageId)
    assert.partialDeepStrictEqual(edit.change, { kind: 'edit', text: 'At ten', mentions: [] })
    assert.deepEqual(edit.target, { waMessageId: text.waMessageId, isFromMe: false, sender: null })
    assert.deepEqual([edit.actor?.phone, edit.chatId], [anna(), `${anna()}@c.us`])
    assert.ok(Math.abs(edit.at.getTime() - performance.timeOrigin - performance.now()) < 60_000)
    const ben = world.addPerson('Ben')
    const named = { edit: { message: text.waMessageId, text: `At ten, @${ben}` }, mentions: [ben] }
    const mentioning = await change(named, text.waMessageId)
    assert.partialDeepStrictEqual(mentioning.change, { mentions: [`${ben}@c.us`] })
    const image = await receive({ media: { kind: 'image', bytes: randomBytes(9), caption: 'Old' } })
    const caption = await change({ edit: { message: image.waMessageId, text: 'New' } }, image.waMessageId)
    assert.partialDeepStrictEqual(caption.change, { kind: 'edit', text: 'New', mentions: [] })
  })

  test('an edit changes words alone: the file stays, not repeated or another one named, and a text gets none', async () => {
    const { Message } = proto
    for (const mediaKey of [undefined, new Uint8Array(32).fill(1)]) {
      const image = await receive({ media: { kind: 'image', bytes: randomBytes(9), caption: 'Old' } })
      const id = image.waMessageId
      world.listener.protos.set(id, image.proto)
      const editedMessage = { imageMessage: { caption: 'New', ...(mediaKey && { mediaKey }) } }
      const key = { remoteJid: `${world.account}@s.whatsapp.net`, fromMe: true, id }
      const raw = { protocolMessage: { type: 14, key, editedMessage } }
      const edit = await change({ raw } as Draft, id)
      assert.ok(edit.change.kind === 'edit' && edit.change.proto !== undefined)
      const now = Message.decode(Buffer.from(edit.change.proto, 'base64'))
      const before = Message.decode(image.proto).imageMessage
      assert.deepEqual({ ...now.imageMessage, caption: 'Old' }, { ...before })
      assert.equal(now.imageMessage?.caption, 'New')
    }
    const { waMessageId: id } = await receive({ text: 'Words' })
    const key = { remoteJid: `${world.account}@s.whatsapp.net`, fromMe: true, id }
    const raw = {
      protocolMessage: { type: 14, key, editedMessage: { imageMessage: { caption: 'Other words' } } },
    }
    const edit = await change({ raw } as Draft, id)
    assert.ok(edit.change.kind === 'edit')
    const now = Message.decode(Buffer.from(edit.change.proto ?? '', 'base64'))
    assert.deepEqual([now.conversation, now.imageMessage], ['Other words', null])
  })

  test('a message that is taken back', async () => {
    const text = await receive({ text: 'Wrong window' })
    const revoke = await change({ revoke: { message: text.waMessageId } }, text.waMessageId)
    assert.deepEqual(revoke.change, { kind: 'revoke' })
    assert.deepEqual([revoke.target.isFromMe, revoke.actor?.phone], [false, anna()])
  })

  test('what the own phone edits and takes back has no actor', async () => {
    const { id } = await world.simulator.sendMessage(world.account, { to: anna(), text: 'Mine' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    await world.simulator.sendMessage(world.account, { to: anna(), edit: { message: id, text: 'Mine!' } })
    const edit = await world.listener.next('change', ({ target }) => target.waMessageId === id)
    assert.deepEqual([edit.actor, edit.target.isFromMe, edit.chatId], [null, true, `${anna()}@c.us`])
    const after = world.listener.events.length
    await world.simulator.sendMessage(world.account, { to: anna(), revoke: { message: id } })
    const revoke = await world.listener.next('change', ({ target }) => target.waMessageId === id, after)
    assert.deepEqual([revoke.change, revoke.target.isFromMe], [{ kind: 'revoke' }, true])
  })

  test('an admin takes back the message of a member; a member without the right cannot', async () => {
    const [ben, eve] = [world.addPerson('Ben'), world.addPerson('Eve')]
    const { id: group } = world.simulator.groups.create({
      subject: 'Admins',
      owner: anna(),
      members: [world.account, ben, eve],
    })
    const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'Spam' })
    const spam = await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    // The phone of the simulator refuses this; a tampered one would send it.
    const key = { remoteJid: group, fromMe: false, id, participant: `${ben}@s.whatsapp.net` }
    await world.simulator.sendGroupMessage(group, {
      from: eve,
      raw: { protocolMessage: { type: 0, key } },
    } as never)
    await world.simulator.sendGroupMessage(group, { from: anna(), revoke: { message: id } })
    const revoke = await world.listener.next('change', ({ target }) => target.waMessageId === id)
    assert.deepEqual(revoke.target, { waMessageId: id, isFromMe: false, sender: `${ben}@c.us` })
    assert.equal(revoke.actor?.phone, anna())
    assert.equal(spam.sender.phone, ben)
    const recorded = world.listener.all('change').filter(({ target }) => target.waMessageId === id)
    assert.equal(recorded.length, 1)
  })

  test('nobody changes the text of somebody else', async () => {
    const ben = world.addPerson('Ben')
    const { id: group } = world.simulator.createGroup({
      subject: 'Authors',
      owner: world.account,
      members: [anna(), ben],
    })
    const { id } = await world.simulator.sendGroupMessage(group, { from: ben, text: 'I said so' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    const key = { remoteJid: group, fromMe: false, id, participant: `${ben}@s.whatsapp.net` }
    const raw = { protocolMessage: { type: 14, key, editedMessage: { conversation: 'I did not' } } }
    await world.simulator.sendGroupMessage(group, { from: anna(), raw } as never)
    const edit = await world.listener.next('change', ({ target }) => target.waMessageId === id)
    // Told as a change of a message of Anna's, which there is none of under this id.
    assert.deepEqual(edit.target, { waMessageId: id, isFromMe: false, sender: `${anna()}@c.us` })
  })

  /** Anna's phone adds something to a message under that message's own key, as newer clients do. */
  function sealed(kind: string, id: string, secret: Uint8Array, plain: Uint8Array) {
    const author = `${anna()}@s.whatsapp.net`
    const info = `${id}${author}${author}${kind}`
    const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32))
    const encIv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, encIv)
    const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return {
      targetMessageKey: { remoteJid: `${world.account}@s.whatsapp.net`, fromMe: true, id },
      encPayload,
      encIv,
    }
  }

  test('an edit and a reaction under the key of the message are opened', async () => {
    const messageSecret = randomBytes(32)
    const raw = { conversation: 'Secretly', messageContextInfo: { messageSecret } }
    const text = await receive({ raw } as Draft)
    const id = text.waMessageId
    const edited = { protocolMessage: { type: 14, key: { id }, editedMessage: { conversation: 'Openly' } } }
    const editPlain = proto.Message.encode(edited).finish()
    const secretEncryptedMessage = {
      ...sealed('Message Edit', id, messageSecret, editPlain),
      secretEncType: 2,
    }
    const edit = await change({ raw: { secretEncryptedMessage } } as Draft, id)
    assert.partialDeepStrictEqual(edit.change, { kind: 'edit', text: 'Openly', mentions: [] })
    const reactionPlain = proto.Message.ReactionMessage.encode({ text: '🔑' }).finish()
    const encReactionMessage = sealed('Enc Reaction', id, messageSecret, reactionPlain)
    const reaction = await receive({ raw: { encReactionMessage } } as Draft)
    assert.deepEqual(reaction.content, {
      kind: 'reaction',
      target: { waMessageId: id, isFromMe: false, sender: null },
      emoji: '🔑',
    })
    const wrong = sealed('Enc Reaction', id, randomBytes(32), reactionPlain)
    const messages = world.listener.all('message').length
    await world.simulator.sendMessage(anna(), { to: world.account, raw: { encReactionMessage: wrong } })
    await receive({ text: 'After the reaction that nobody can open' })
    assert.equal(world.listener.all('message').length, messages + 1)
  })

  test('a vote in a poll nobody knows is let go, and what follows arrives', async () => {
    const recorded = world.listener.all('change').length
    const pollUpdateMessage = {
      pollCreationMessageKey: {
        remoteJid: `${world.account}@s.whatsapp.net`,
        fromMe: true,
        id: 'NOSUCHPOLL',
      },
      vote: { encPayload: randomBytes(40), encIv: randomBytes(12) },
    }
    await world.simulator.sendMessage(anna(), { to: world.account, raw: { pollUpdateMessage } } as never)
    await receive({ text: 'After the vote' })
    assert.equal(world.listener.all('change').length, recorded)
  })

  test('changes are acknowledged only when they are stored', async () => {
    const text = await receive({ text: 'Before' })
    let release = () => {}
    const storing = new Promise<void>((resolve) => {
      release = resolve
    })
    const store = world.listener.onChanges.bind(world.listener)
    world.listener.onChanges = async (changes) => {
      await storing
      await store(changes)
    }
    const edit = await world.simulator.sendMessage(anna(), {
      to: world.account,
      edit: { message: text.waMessageId, text: 'After' },
    })
    let isAcknowledged = false
    const acknowledged = world.simulator
      .nextEvent(anna(), (event) => event.type === 'receipt' && event.ids.includes(edit.id))
      .then(() => {
        isAcknowledged = true
      })
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isAcknowledged, false)
    release()
    await acknowledged
    world.listener.onChanges = store
  })
})

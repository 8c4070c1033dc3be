import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { decryptPollVote, downloadMediaMessage, type proto, type WAMessage } from 'baileys'
import type { MessageInput } from '../src/index.ts'
import { bob, type Client, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { trustMedia } from './media-client.ts'
import { encryptVote } from './poll-vote.ts'
import { verifies } from './verifies.ts'

const withId = (id: string | undefined | null) => (message: WAMessage) => message.key.id === id

function optionsOf(vote: proto.Message.PollVoteMessage, options: string[]): string[] {
  const hashes = vote.selectedOptions.map((hash) => Buffer.from(hash).toString('hex'))
  return options.filter((option) => hashes.includes(encryptVote.hash(option).toString('hex')))
}

suite('contents', () => {
  test('places travel both ways', async () => {
    verifies('MSG-14')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const place = { degreesLatitude: 52.5, degreesLongitude: -13.25, name: 'Tower', address: 'Square 1' }
    await client.socket.sendMessage(jidOf(bob), { location: place })
    const expected = { latitude: 52.5, longitude: -13.25, name: 'Tower', address: 'Square 1' }
    const shown = await simulator.nextMessage(bob)
    assert.equal(shown.kind, 'location')
    assert.deepEqual(shown.location, expected)
    const { id } = await simulator.sendMessage(bob, { to: owner, location: expected })
    const { message } = await client.message(withId(id))
    assert.deepEqual({ ...message?.locationMessage }, place)
    const live = { latitude: 1.5, longitude: 2.5, live: true }
    const moving = await simulator.sendMessage(bob, { to: owner, location: live })
    const { message: liveMessage } = await client.message(withId(moving.id))
    assert.equal(liveMessage?.liveLocationMessage?.degreesLongitude, 2.5)
    assert.deepEqual(simulator.message(owner, moving.id).location, live)
  })

  test('contacts travel both ways', async () => {
    verifies('MSG-15')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const contacts = [
      { name: 'Dora; the "first", \\', phone: '15550004444' },
      { name: 'Emil', phone: '15550005555' },
    ]
    const { id } = await simulator.sendMessage(bob, { to: owner, contacts })
    const received = await client.message(withId(id))
    const cards = received.message?.contactsArrayMessage?.contacts ?? []
    assert.deepEqual(
      cards.map(({ displayName }) => displayName),
      contacts.map(({ name }) => name),
    )
    assert.match(
      cards[0]?.vcard ?? '',
      /FN:Dora\\; the "first"\\, \\\\\nitem1\.TEL;waid=15550004444:\+15550004444/,
    )
    const one = await simulator.sendMessage(bob, { to: owner, contacts: contacts.slice(1) })
    assert.equal((await client.message(withId(one.id))).message?.contactMessage?.displayName, 'Emil')
    const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Fritz\nTEL;type=CELL:+1 555 000 6666\nEND:VCARD'
    await client.socket.sendMessage(jidOf(bob), {
      contacts: { displayName: 'Fritz', contacts: [{ displayName: 'Fritz', vcard }] },
    })
    const shown = await simulator.nextMessage(bob)
    assert.deepEqual(shown.contacts, [{ name: 'Fritz', phone: '15550006666', vcard }])
  })

  test('a poll of the client is voted in on phones', async () => {
    verifies('POLL-01', 'POLL-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const options = ['tea', 'coffee', 'milk']
    const poll = await client.socket.sendMessage(jidOf(bob), {
      poll: { name: 'Drink?', values: options, selectableCount: 2 },
    })
    const pollId = poll?.key.id ?? ''
    const shown = await simulator.nextMessage(bob)
    const votes = { tea: [], coffee: [], milk: [] }
    assert.deepEqual(shown.poll, { title: 'Drink?', options, multiple: true, votes })
    for (const chosen of [['tea', 'milk'], ['coffee'], []]) {
      const { id } = await simulator.sendMessage(bob, { to: owner, vote: { poll: pollId, options: chosen } })
      const { message } = await client.message(withId(id))
      const update = message?.pollUpdateMessage
      assert.equal(update?.pollCreationMessageKey?.id, pollId)
      assert.equal(update?.pollCreationMessageKey?.fromMe, true)
      const read = decryptPollVote(update?.vote as proto.Message.IPollEncValue, {
        pollCreatorJid: jidOf(owner),
        pollMsgId: pollId,
        pollEncKey: poll?.message?.messageContextInfo?.messageSecret as Uint8Array,
        voterJid: jidOf(bob),
      })
      assert.deepEqual(optionsOf(read, options), chosen)
      assert.deepEqual(simulator.message(owner, id).vote, chosen)
      const tally = simulator.message(owner, pollId).poll?.votes ?? {}
      for (const option of options) {
        assert.deepEqual(tally[option], chosen.includes(option) ? [`${bob}@c.us`] : [])
      }
    }
    const refused: [MessageInput['vote'], string][] = [
      [{ poll: 'nothing', options: ['tea'] }, 'vote.poll'],
      [{ poll: pollId, options: ['beer'] }, 'vote.options'],
    ]
    for (const [vote, field] of refused) {
      await assert.rejects(simulator.sendMessage(bob, { to: owner, vote: vote ?? never() }), {
        status: 422,
        field,
      })
    }
  })

  test('a poll of a phone is voted in by the client, by number or by LID', async () => {
    verifies('POLL-01', 'POLL-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    const poll = { title: 'When?', options: ['now', 'later'] }
    const { id } = await simulator.sendGroupMessage(group.id, { from: bob, poll })
    const received = await client.message(withId(id))
    const creation = received.message?.pollCreationMessageV3
    assert.equal(creation?.name, 'When?')
    assert.equal(creation?.selectableOptionsCount, 1)
    const secret = received.message?.messageContextInfo?.messageSecret as Uint8Array
    const { lid: bobLid } = simulator.createAccount({ phone: bob, name: 'Bob' })
    const { lid: ownLid } = simulator.createAccount({ phone: owner, name: 'Olga' })
    const names = [
      { creator: bobLid, voter: ownLid, chosen: 'now' },
      { creator: jidOf(bob), voter: jidOf(owner), chosen: 'later' },
    ]
    for (const { creator, voter, chosen } of names) {
      const vote = encryptVote(secret, { pollId: id, creator, voter }, [chosen])
      await relay(client, group.id, {
        pollUpdateMessage: { pollCreationMessageKey: received.key, vote, senderTimestampMs: Date.now() },
      })
      const shown = await simulator.nextMessage(bob)
      assert.equal(shown.kind, 'poll_vote')
      assert.deepEqual(shown.vote, [chosen])
      const expected = { now: [] as string[], later: [] as string[], [chosen]: [`${owner}@c.us`] }
      for (const phone of [bob, carol, owner]) {
        assert.deepEqual(simulator.message(phone, id).poll?.votes, expected, phone)
      }
    }
    const wrong = encryptVote(randomBytes(32), { pollId: id, creator: bobLid, voter: ownLid }, ['now'])
    await relay(client, group.id, {
      pollUpdateMessage: { pollCreationMessageKey: received.key, vote: wrong, senderTimestampMs: Date.now() },
    })
    assert.equal((await simulator.nextMessage(bob)).vote, undefined)
    assert.deepEqual(simulator.message(bob, id).poll?.votes.later, [`${owner}@c.us`])
  })

  test('reactions, edits and revocations change what is on the screen', async () => {
    verifies('MSG-11')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'teh plan' })
    const key = sent?.key ?? never()
    const { id } = await simulator.nextMessage(bob)
    const like = await simulator.sendMessage(bob, { to: owner, reaction: { message: id, emoji: '👍' } })
    const [reaction] = await client.next('messages.reaction')
    assert.equal(reaction?.key.id, id)
    assert.equal(reaction?.key.fromMe, true)
    assert.equal(reaction?.reaction.text, '👍')
    assert.equal(reaction?.reaction.key?.id, like.id)
    assert.deepEqual(simulator.message(owner, id).reactions, { [`${bob}@c.us`]: '👍' })
    await client.socket.sendMessage(jidOf(bob), { text: 'the plan', edit: key })
    await simulator.nextMessage(bob, ({ kind }) => kind === 'edit')
    assert.equal(simulator.message(bob, id).editedText, 'the plan')
    assert.equal(simulator.message(bob, id).text, 'teh plan')
    await client.socket.sendMessage(jidOf(bob), { delete: key })
    await simulator.nextMessage(bob, ({ kind }) => kind === 'revoke')
    assert.equal(simulator.message(bob, id).isRevoked, true)
    await simulator.sendMessage(bob, { to: owner, reaction: { message: id, emoji: '' } })
    assert.deepEqual(simulator.message(bob, id).reactions, {})
  })

  test('a phone edits and revokes what it wrote, and nothing else', async () => {
    verifies('MSG-11')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'draft' })
    const { key } = await client.message(withId(id))
    await simulator.sendMessage(bob, { to: owner, edit: { message: id, text: 'final' } })
    const isAbout = (updates: { key: { id?: string | null } }[]) =>
      updates.some((one) => one.key.id === key.id)
    const [edit] = await client.next('messages.update', isAbout)
    assert.equal(edit?.update.message?.editedMessage?.message?.conversation, 'final')
    await client.socket.sendMessage(jidOf(bob), { react: { text: '🎉', key } })
    await simulator.nextMessage(bob, ({ kind }) => kind === 'reaction')
    assert.deepEqual(simulator.message(bob, id).reactions, { [`${owner}@c.us`]: '🎉' })
    assert.equal(simulator.message(bob, id).editedText, 'final')
    await simulator.sendMessage(bob, { to: owner, revoke: { message: id } })
    const [revocation] = await client.next('messages.update', isAbout)
    assert.equal(revocation?.update.message, null)
    const picture = await simulator.sendMessage(bob, {
      to: owner,
      media: { kind: 'image', bytes: randomBytes(100), caption: 'old' },
    })
    await simulator.sendMessage(bob, { to: owner, edit: { message: picture.id, text: 'new' } })
    assert.equal(simulator.message(owner, picture.id).editedText, 'new')
    const others: [MessageInput, string][] = [
      [{ to: bob, edit: { message: id, text: 'mine' } }, 'edit.message'],
      [{ to: bob, revoke: { message: id } }, 'revoke.message'],
      [{ to: bob, reaction: { message: 'nothing', emoji: 'x' } }, 'reaction.message'],
    ]
    for (const [input, field] of others) {
      await assert.rejects(simulator.sendMessage(carol, input), { status: 422, field })
    }
  })

  test('a person known by LID reacts, votes, edits and revokes', async () => {
    verifies('MSG-11', 'POLL-02')
    await using simulator = await startSimulator()
    const { lid } = simulator.createAccount({ phone: bob, name: 'Bob', addressing: 'lid' })
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'draft' })
    const { key } = await client.message(withId(id))
    assert.equal(key.remoteJid, lid)
    const poll = { name: 'Tea?', values: ['yes', 'no'], selectableCount: 1 }
    const asked = await client.socket.sendMessage(lid, { poll })
    const pollId = asked?.key.id ?? ''
    await simulator.nextMessage(bob)
    const vote = await simulator.sendMessage(bob, { to: owner, vote: { poll: pollId, options: ['no'] } })
    const { message } = await client.message(withId(vote.id))
    const read = decryptPollVote(message?.pollUpdateMessage?.vote as proto.Message.IPollEncValue, {
      pollCreatorJid: client.auth.creds.me?.lid?.replace(/:\d+/, '') ?? '',
      pollMsgId: pollId,
      pollEncKey: asked?.message?.messageContextInfo?.messageSecret as Uint8Array,
      voterJid: lid,
    })
    assert.deepEqual(optionsOf(read, poll.values), ['no'])
    assert.deepEqual(simulator.message(owner, pollId).poll?.votes, { yes: [], no: [`${bob}@c.us`] })
    await simulator.sendMessage(bob, { to: owner, reaction: { message: pollId, emoji: '☕' } })
    const [reaction] = await client.next('messages.reaction')
    assert.equal(reaction?.key.id, pollId)
    assert.equal(reaction?.key.fromMe, true)
    assert.equal(reaction?.key.remoteJid, lid)
    await simulator.sendMessage(bob, { to: owner, edit: { message: id, text: 'final' } })
    const isAbout = (updates: { key: { id?: string | null } }[]) => updates.some((one) => one.key.id === id)
    const [edit] = await client.next('messages.update', isAbout)
    assert.equal(edit?.key.remoteJid, lid)
    await simulator.sendMessage(bob, { to: owner, revoke: { message: id } })
    await client.next('messages.update', isAbout)
    assert.equal(simulator.message(owner, id).isRevoked, true)
  })

  test('what the owner does on the phone reaches the client as its own', async () => {
    verifies('MSG-05', 'MSG-11')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const bytes = randomBytes(500)
    const media = { kind: 'image' as const, bytes, caption: 'mine' }
    const { id } = await simulator.sendMessage(owner, { to: bob, media })
    const copy = await client.message(withId(id))
    assert.equal(copy.key.fromMe, true)
    assert.ok((await downloadMediaMessage(copy, 'buffer', {})).equals(bytes))
    const liked = await client.socket.sendMessage(jidOf(bob), { text: 'like me' })
    const { id: target } = await simulator.nextMessage(bob, ({ kind }) => kind === 'text')
    await simulator.sendMessage(owner, { to: bob, reaction: { message: target, emoji: '👀' } })
    const [reaction] = await client.next('messages.reaction')
    assert.equal(reaction?.key.id, liked?.key.id)
    assert.equal(reaction?.reaction.key?.fromMe, true)
    await simulator.sendMessage(owner, { to: bob, revoke: { message: target } })
    await client.next('messages.update', (all) => all.some(({ key }) => key.id === target))
    assert.equal(simulator.message(bob, target).isRevoked, true)
    const hidden = await simulator.sendMessage(owner, { to: bob, media, viewOnce: 'hidden' })
    const notice = await client.message(withId(hidden.id))
    assert.equal(notice.key.isViewOnce, true)
    assert.equal(notice.key.fromMe, true)
  })

  test('an admin revokes what a member wrote into the group', async () => {
    verifies('MSG-11')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    const { id } = await simulator.sendGroupMessage(group.id, { from: carol, text: 'rude' })
    await client.message(withId(id))
    await assert.rejects(simulator.sendGroupMessage(group.id, { from: owner, revoke: { message: id } }), {
      field: 'revoke.message',
    })
    await simulator.sendGroupMessage(group.id, { from: bob, revoke: { message: id } })
    const [update] = await client.next('messages.update', (all) => all.some(({ key }) => key.id === id))
    assert.equal(update?.update.message, null)
    assert.equal(simulator.message(owner, id).isRevoked, true)
  })
})

function relay(client: Client, to: string, message: proto.IMessage): Promise<string> {
  return client.socket.relayMessage(to, message, { messageId: `3EB0${randomBytes(9).toString('hex')}` })
}

function never(): never {
  throw new Error('unreachable')
}

suite('flags', () => {
  test('forwarded, ephemeral and quoted files', async () => {
    verifies('MSG-16')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const { id: question } = await simulator.sendMessage(bob, { to: owner, text: 'where?' })
    const original = await client.message(withId(question))
    const media = { kind: 'image' as const, bytes: randomBytes(1000), caption: 'here' }
    const flags = { quoted: question, forwarded: true, ephemeralSeconds: 86_400, mentions: [owner] }
    const { id } = await simulator.sendMessage(bob, { to: owner, media, ...flags })
    const { message } = await client.message(withId(id))
    const context = message?.imageMessage?.contextInfo
    assert.equal(context?.stanzaId, question)
    assert.equal(context?.isForwarded, true)
    assert.equal(context?.forwardingScore, 1)
    assert.equal(context?.expiration, 86_400)
    assert.deepEqual(context?.mentionedJid, [jidOf(owner)])
    await client.socket.sendMessage(jidOf(carol), { forward: original })
    const forwarded = await simulator.nextMessage(carol)
    assert.equal(forwarded.text, 'where?')
    assert.equal(forwarded.forwarded, true)
    await client.socket.sendMessage(jidOf(carol), { text: 'gone soon' }, { ephemeralExpiration: 604_800 })
    assert.equal((await simulator.nextMessage(carol)).ephemeralSeconds, 604_800)
    await simulator.sendMessage(bob, { to: owner, disappearing: { seconds: 90 } })
    const [chat] = await client.next('chats.update', (all) =>
      all.some((one) => one.ephemeralExpiration === 90),
    )
    assert.ok(chat)
    await client.socket.sendMessage(jidOf(bob), { disappearingMessagesInChat: 604_800 })
    const timer = await simulator.nextMessage(bob, ({ kind }) => kind === 'disappearing')
    assert.equal(timer.ephemeralSeconds, 604_800)
  })

  test('view once: with its content, or hidden from linked clients as WhatsApp does', async () => {
    verifies('MSG-17')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const bytes = randomBytes(2000)
    const media = { kind: 'image' as const, bytes }
    const { id } = await simulator.sendMessage(bob, { to: owner, media, viewOnce: true })
    const received = await client.message(withId(id))
    assert.equal(received.message?.viewOnceMessageV2?.message?.imageMessage?.viewOnce, true)
    assert.ok((await downloadMediaMessage(received, 'buffer', {})).equals(bytes))
    const voice = { kind: 'voice' as const, bytes }
    const spoken = await simulator.sendMessage(bob, { to: owner, media: voice, viewOnce: true })
    const { message } = await client.message(withId(spoken.id))
    assert.equal(message?.viewOnceMessageV2Extension?.message?.audioMessage?.ptt, true)
    const hidden = await simulator.sendMessage(bob, { to: owner, media, viewOnce: 'hidden' })
    const notice = await client.message(withId(hidden.id))
    assert.equal(notice.key.isViewOnce, true)
    assert.equal(notice.message ?? undefined, undefined)
    assert.equal(simulator.message(owner, hidden.id).viewOnce, true)
    assert.ok((await simulator.mediaOf(owner, hidden.id)).equals(bytes))
    const sent = await client.socket.sendMessage(jidOf(bob), {
      image: bytes,
      viewOnce: true,
      jpegThumbnail: '',
    })
    const shown = await simulator.nextMessage(bob, ({ kind }) => kind === 'image')
    assert.equal(shown.id, sent?.key.id)
    assert.equal(shown.viewOnce, true)
    const { id: text } = await simulator.sendMessage(bob, { to: owner, text: 'plain' })
    assert.equal(textOf(await client.message(withId(text))), 'plain')
  })

  test('any message of the protocol can be sent', async () => {
    verifies('MSG-18')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const raw: proto.IMessage = { eventMessage: { name: 'Party', isCanceled: false } }
    const { id } = await simulator.sendMessage(bob, { to: owner, raw })
    assert.equal((await client.message(withId(id))).message?.eventMessage?.name, 'Party')
    assert.equal(simulator.message(owner, id).kind, 'other')
    const base64 = Buffer.from([0x0a, 0x02, 0x68, 0x69]).toString('base64')
    const text = await simulator.sendMessage(bob, { to: owner, raw: base64 })
    assert.equal(textOf(await client.message(withId(text.id))), 'hi')
  })

  test('a message has one content, and flags that fit it', async () => {
    verifies('MSG-18')
    await using simulator = await startSimulator()
    const bytes = Buffer.from('x')
    const cases: [object, string][] = [
      [{}, 'text'],
      [{ text: 'a', poll: { title: 'b', options: ['c', 'd'] } }, 'poll'],
      [{ media: { kind: 'image' } }, 'media.base64'],
      [{ media: { kind: 'image', base64: '?' } }, 'media.base64'],
      [{ media: { kind: 'image', bytes, base64: 'eA==' } }, 'media.base64'],
      [{ media: { kind: 'hologram', bytes } }, 'media.kind'],
      [{ poll: { title: 'b', options: ['c'] } }, 'poll.options'],
      [{ poll: { title: 'b', options: ['c', 'c'] } }, 'poll.options'],
      [{ location: { latitude: 91, longitude: 0 } }, 'location.latitude'],
      [{ contacts: [] }, 'contacts'],
      [{ contacts: [{ name: 'a', phone: 'x' }] }, 'contacts.0.phone'],
      [{ text: 'a', viewOnce: true }, 'viewOnce'],
      [{ media: { kind: 'document', bytes }, viewOnce: true }, 'viewOnce'],
      [{ reaction: { message: 'a', emoji: 'b' }, quoted: 'c' }, 'quoted'],
      [{ raw: '////' }, 'raw'],
    ]
    for (const [input, field] of cases) {
      const send = simulator.sendMessage(bob, { to: owner, ...input } as MessageInput)
      await assert.rejects(send, { status: 422, field }, JSON.stringify(input))
    }
  })
})

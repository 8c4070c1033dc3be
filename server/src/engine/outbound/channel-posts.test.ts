import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { FetchedFiles, useLinkedEngine } from '../../../test/harness-engine.ts'
import type { MediaKind, OutboundContent } from '../content.ts'

const blobs = new Map<string, Uint8Array>()
const fetched = new FetchedFiles()
const world = useLinkedEngine({ blobs, keepFile: fetched.keep })

function makeChannel(owner = world.account): string {
  return world.simulator.channels.create({ owner, name: 'News' }).id
}

async function post(chatId: string, content: OutboundContent) {
  const { engine, session } = world
  const waMessageId = engine.newMessageId(session.sessionId)
  const outcome = await engine.send({ sessionId: session.sessionId, chatId, waMessageId, content })
  return { outcome, waMessageId }
}

const postsOf = (id: string) => world.simulator.channels.posts(id)

suite('posts of the session', () => {
  test('a text is published and reaches followers', async () => {
    const channel = makeChannel()
    const reader = world.addPerson('Reader')
    world.simulator.channels.follow(reader, channel)
    const { outcome, waMessageId } = await post(channel, { kind: 'text', text: 'We open at nine' })
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    const [published] = postsOf(channel)
    assert.deepEqual([published?.id, published?.text], [waMessageId, 'We open at nine'])
    const seen = await world.simulator.nextMessage(reader, ({ id }) => id === waMessageId)
    assert.equal(seen.chat, channel)
  })

  const kinds: MediaKind[] = ['image', 'video', 'gif', 'audio', 'voice', 'document', 'sticker']
  for (const kind of kinds) {
    test(`${kind} is published as it is, not encrypted`, async () => {
      const channel = makeChannel()
      const bytes = randomBytes(kind === 'video' ? 1_500_000 : 3000)
      const blob = `${kind}-post`
      blobs.set(blob, bytes)
      const file = { blob, mimetype: 'application/x-any', bytes: bytes.length }
      const { outcome, waMessageId } = await post(channel, { kind, file, caption: 'Look' })
      assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
      assert.equal(postsOf(channel)[0]?.kind, kind)
      assert.ok(world.simulator.channels.mediaOf(channel, waMessageId).equals(bytes))
    })
  }

  test('a poll is published', async () => {
    const channel = makeChannel()
    const poll = { kind: 'poll', title: 'Which?', options: ['a', 'b'], allowMultiple: false } as const
    assert.equal((await post(channel, poll)).outcome.kind, 'sent')
    assert.equal(postsOf(channel)[0]?.kind, 'poll')
  })

  test('a post is edited and taken back', async () => {
    const channel = makeChannel()
    const { waMessageId } = await post(channel, { kind: 'text', text: 'Opne' })
    const target = { waMessageId, isFromMe: true, sender: null }
    const edit = await post(channel, { kind: 'edit', target, text: 'Open' })
    assert.equal(edit.outcome.kind, 'sent', JSON.stringify(edit.outcome))
    assert.deepEqual(
      postsOf(channel).map(({ text, isEdited }) => [text, isEdited]),
      [['Open', true]],
    )
    const revoke = await post(channel, { kind: 'revoke', target })
    assert.equal(revoke.outcome.kind, 'sent')
    assert.deepEqual(
      postsOf(channel).map(({ isRevoked }) => isRevoked),
      [true],
    )
  })

  test('what channels do not carry, and channels of others, are refused', async () => {
    const channel = makeChannel()
    blobs.set('once', randomBytes(9))
    const place = { kind: 'location', latitude: 1, longitude: 1 } as const
    assert.deepEqual((await post(channel, place)).outcome, { kind: 'refused', error: 'not_for_channels' })
    const file = { blob: 'once', mimetype: 'image/png', bytes: 9 }
    const once = await post(channel, { kind: 'image', file, isViewOnce: true })
    assert.deepEqual(once.outcome, { kind: 'refused', error: 'not_for_channels' })
    const foreign = makeChannel(world.addPerson())
    const refused = await post(foreign, { kind: 'text', text: 'Mine now' })
    assert.deepEqual(refused.outcome, { kind: 'refused', error: 'ack_403' })
  })
})

suite('posts of others', () => {
  test('texts and files of a channel that is followed are published, and files can be got', async () => {
    const owner = world.addPerson('Editor')
    const channel = makeChannel(owner)
    world.simulator.channels.follow(world.account, channel)
    const text = world.simulator.channels.post(channel, { text: 'Breaking' })
    const message = await world.listener.next('message', ({ waMessageId }) => waMessageId === text.id)
    assert.deepEqual(
      [message.chatId, message.isGroup, message.isFromMe, message.content],
      [channel, false, false, { kind: 'text', text: 'Breaking', mentions: [] }],
    )
    const bytes = randomBytes(5000)
    const image = world.simulator.channels.post(channel, { media: { kind: 'image', bytes } })
    const picture = await world.listener.next('message', ({ waMessageId }) => waMessageId === image.id)
    const file = await fetched.fetch(
      world,
      {
        chatId: channel,
        proto: picture.proto,
        target: { waMessageId: image.id, isFromMe: false, sender: null },
      },
      { maxBytes: 10_000, timeoutMs: 5000 },
    )
    assert.ok(file.equals(bytes))
    world.simulator.channels.post(channel, { edit: { message: text.id, text: 'Broken' } })
    const edit = await world.listener.next('change', ({ target }) => target.waMessageId === text.id)
    assert.partialDeepStrictEqual([edit.chatId, edit.change], [channel, { kind: 'edit', text: 'Broken' }])
  })

  test('edits and deletions under the id of the post are changes, whatever has become of the post', async () => {
    const owner = world.addPerson('Editor')
    const channel = makeChannel(owner)
    world.simulator.channels.follow(world.account, channel)
    const { id } = world.simulator.channels.post(channel, { text: 'Frist' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    const isOurs = ({ target }: { target: { waMessageId: string } }) => target.waMessageId === id
    world.simulator.channels.post(channel, { edit: { message: id, text: 'First' }, asService: true })
    const edit = await world.listener.next('change', isOurs)
    assert.partialDeepStrictEqual([edit.chatId, edit.change], [channel, { kind: 'edit', text: 'First' }])
    assert.ok(Math.abs(edit.at.getTime() - performance.timeOrigin - performance.now()) < 60_000)
    const after = world.listener.events.length
    world.simulator.channels.post(channel, { revoke: { message: id }, asService: true })
    const revoke = await world.listener.next('change', isOurs, after)
    assert.deepEqual(revoke.change, { kind: 'revoke' })
    const again = world.simulator.channels.post(channel, { text: 'Second' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === again.id)
    assert.equal(world.listener.all('message').filter(({ waMessageId }) => waMessageId === id).length, 1)
  })
})

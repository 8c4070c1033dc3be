import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { askMedia, trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

suite('channels', () => {
  test('a client creates a channel and finds it by id and by invitation', async () => {
    verifies('CHAN-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const created = await client.socket.newsletterCreate('News', 'What happens')
    assert.match(created.id, /^\d{18}@newsletter$/)
    assert.deepEqual([created.name, created.description, created.subscribers], ['News', 'What happens', 0])
    assert.equal(created.owner, undefined)
    simulator.channels.follow(bob, created.id)
    for (const [type, key] of [
      ['jid', created.id],
      ['invite', created.invite ?? ''],
    ] as const) {
      const found = (await client.socket.newsletterMetadata(type, key)) as unknown as Metadata
      assert.equal(found.id, created.id)
      assert.equal(found.thread_metadata.name.text, 'News')
      assert.equal(found.thread_metadata.subscribers_count, '1')
      assert.deepEqual(found.viewer_metadata, { mute: 'OFF', role: 'OWNER' })
    }
    assert.deepEqual(await client.socket.newsletterSubscribers(created.id), { subscribers: 1 })
    await assert.rejects(
      client.socket.newsletterMetadata('jid', '120363000000000000@newsletter'),
      (error) => {
        return statusOf(error) === 404
      },
    )
  })

  test('a client follows, mutes, unmutes and leaves', async () => {
    verifies('CHAN-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.channels.create({ owner: bob, name: 'Sport', otherFollowers: 1000 })
    const viewer = async () => {
      const found = (await client.socket.newsletterMetadata('jid', id)) as unknown as Metadata
      return [found.viewer_metadata.role, found.viewer_metadata.mute, found.thread_metadata.subscribers_count]
    }
    assert.deepEqual(await viewer(), ['GUEST', 'OFF', '1000'])
    await client.socket.newsletterFollow(id)
    assert.deepEqual(await viewer(), ['SUBSCRIBER', 'ON', '1001'])
    await client.socket.newsletterUnmute(id)
    assert.deepEqual(await viewer(), ['SUBSCRIBER', 'OFF', '1001'])
    await client.socket.newsletterMute(id)
    assert.deepEqual(await viewer(), ['SUBSCRIBER', 'ON', '1001'])
    await client.socket.newsletterUnfollow(id)
    assert.deepEqual(await viewer(), ['GUEST', 'OFF', '1000'])
    assert.deepEqual(simulator.channels.describe(id).followers, [])
  })

  test('what a client posts reaches all followers and its own other devices', async () => {
    verifies('CHAN-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using second = await linkedClient(simulator, owner)
    await using reader = await linkedClient(simulator, carol)
    const { id } = await client.socket.newsletterCreate('News')
    simulator.channels.follow(bob, id)
    await reader.socket.newsletterFollow(id)
    const acknowledged = client.acknowledgement()
    const sent = await client.socket.sendMessage(id, { text: 'first' })
    assert.equal((await acknowledged).error, undefined)
    const shown = await simulator.nextMessage(bob)
    assert.deepEqual([shown.id, shown.text, shown.chat, shown.from], [sent?.key.id, 'first', id, id])
    for (const device of [reader, second]) {
      const message = await device.message(({ key }) => key.id === sent?.key.id)
      assert.equal(textOf(message), 'first')
      assert.equal(message.key.remoteJid, id)
    }
    const [post] = simulator.channels.posts(id)
    assert.deepEqual([post?.id, post?.text, post?.by], [sent?.key.id, 'first', owner])
  })

  test('a client gets posts, also those it was offline for', async () => {
    verifies('CHAN-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.channels.create({ owner: bob, name: 'Sport' })
    await client.socket.newsletterFollow(id)
    const first = simulator.channels.post(id, { text: 'one nil' })
    const message = await client.message(({ key }) => key.id === first.id)
    assert.equal(textOf(message), 'one nil')
    assert.equal((message.key as { server_id?: string }).server_id, String(first.serverId))
    await client.close()
    const second = simulator.channels.post(id, { text: 'two nil' })
    client.connect()
    assert.equal(textOf(await client.message(({ key }) => key.id === second.id)), 'two nil')
    simulator.channels.unfollow(owner, id)
    simulator.channels.post(id, { text: 'three nil' })
    const direct = await simulator.sendMessage(bob, { to: owner, text: 'did you see?' })
    await client.message(({ key }) => key.id === direct.id)
    await assert.rejects(client.message(({ key }) => key.remoteJid === id, 100))
  })

  test('only who runs a channel posts and changes', async () => {
    verifies('CHAN-05')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.channels.create({ owner: bob, name: 'Sport' })
    await client.socket.newsletterFollow(id)
    const acknowledged = client.acknowledgement()
    await client.socket.sendMessage(id, { text: 'me too' })
    assert.equal((await acknowledged).error, '403')
    assert.deepEqual(simulator.channels.posts(id), [])
    for (const work of [
      () => client.socket.newsletterUpdateName(id, 'Mine'),
      () => client.socket.newsletterDelete(id),
    ]) {
      await assert.rejects(work, (error) => statusOf(error) === 403)
    }
    simulator.channels.changeFollower(id, { phone: owner, action: 'promote' })
    const sent = await client.socket.sendMessage(id, { text: 'now me' })
    assert.equal((await simulator.nextMessage(bob)).id, sent?.key.id)
    assert.equal(await client.socket.newsletterAdminCount(id), 2)
  })

  test('who watches a channel hears of reactions and views', async () => {
    verifies('CHAN-06')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await client.socket.newsletterCreate('News')
    const { serverId } = simulator.channels.post(id, { text: 'hello' })
    simulator.channels.react(carol, id, String(serverId), '😮')
    assert.deepEqual(await client.socket.subscribeNewsletterUpdates(id), { duration: '300' })
    simulator.channels.react(bob, id, String(serverId), '👍')
    const reaction = await client.next('newsletter.reaction')
    assert.deepEqual(reaction, { id, server_id: String(serverId), reaction: { code: '👍', count: 1 } })
    simulator.channels.view(bob, id, String(serverId))
    simulator.channels.view(bob, id, String(serverId))
    const view = await client.next('newsletter.view')
    assert.deepEqual(view, { id, server_id: String(serverId), count: 1 })
    await client.socket.newsletterReactMessage(id, String(serverId), '👍')
    const [post] = simulator.channels.posts(id)
    assert.deepEqual([post?.views, post?.reactions], [1, { '😮': 1, '👍': 2 }])
    await client.socket.newsletterReactMessage(id, String(serverId))
    simulator.channels.post(id, { text: 'newer' })
    const node: BinaryNode = await client.socket.newsletterFetchMessages(id, 1, 0, 0)
    const list = getBinaryNodeChild(getBinaryNodeChild(node, 'message_updates'), 'messages')
    assert.deepEqual(
      getBinaryNodeChildren(list, 'message').map(({ attrs }) => attrs.server_id),
      [String(serverId + 1)],
    )
    assert.deepEqual(simulator.channels.posts(id)[0]?.reactions, { '😮': 1, '👍': 1 })
    // Other clients ask for the posts themselves, and say what they saw.
    const wanted = {
      tag: 'messages',
      attrs: { type: 'jid', jid: id, count: '5', before: String(serverId + 1) },
    }
    const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'newsletter' }
    const answer = await client.socket.query({ tag: 'iq', attrs, content: [wanted] })
    const [only, ...others] = getBinaryNodeChildren(getBinaryNodeChild(answer, 'messages'), 'message')
    assert.deepEqual([only?.attrs.server_id, others.length], [String(serverId), 0])
    const plaintext = getBinaryNodeChild(only, 'plaintext')?.content as Uint8Array
    assert.equal(proto.Message.decode(plaintext).conversation, 'hello')
    const item = { tag: 'item', attrs: { server_id: String(serverId) } }
    const seen = { to: id, type: 'view', id: 'VIEW1' }
    await client.socket.query({
      tag: 'receipt',
      attrs: seen,
      content: [{ tag: 'list', attrs: {}, content: [item] }],
    })
    assert.equal(simulator.channels.posts(id)[0]?.views, 2)
  })

  test('a channel is changed, handed over and deleted', async () => {
    verifies('CHAN-07')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using reader = await linkedClient(simulator, carol)
    const { id } = await client.socket.newsletterCreate('News')
    await reader.socket.newsletterFollow(id)
    await client.socket.newsletterUpdateName(id, 'Newer')
    const renamed = await reader.next('newsletter-settings.update')
    assert.deepEqual([renamed.id, renamed.update.name], [id, 'Newer'])
    await client.socket.newsletterUpdateDescription(id, 'All of it')
    await reader.next('newsletter-settings.update', ({ update }) => update.description === 'All of it')
    simulator.channels.changeFollower(id, { phone: carol, action: 'promote' })
    await client.socket.newsletterChangeOwner(id, jidOf(carol))
    assert.deepEqual(simulator.channels.describe(id).admins, [owner])
    await assert.rejects(client.socket.newsletterDelete(id), (error) => statusOf(error) === 403)
    await reader.socket.newsletterDemote(id, jidOf(owner))
    await reader.socket.newsletterDelete(id)
    await assert.rejects(reader.socket.newsletterMetadata('jid', id), (error) => statusOf(error) === 404)
    assert.deepEqual(simulator.channels.list(), [])
  })

  test('posts are edited and taken back, and carry files that are not encrypted', async () => {
    verifies('CHAN-08')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    await using reader = await linkedClient(simulator, carol)
    const { id } = await client.socket.newsletterCreate('News')
    await reader.socket.newsletterFollow(id)
    const sent = await client.socket.sendMessage(id, { text: 'frist' })
    const key = sent?.key ?? {}
    await client.socket.sendMessage(id, { text: 'first', edit: key })
    const [edited] = await reader.next('messages.update', ([first]) => first?.key.id === key.id)
    const content = edited?.update.message?.editedMessage?.message
    assert.equal(content?.extendedTextMessage?.text ?? content?.conversation, 'first')
    const [post] = simulator.channels.posts(id)
    assert.deepEqual([post?.text, post?.isEdited], ['first', true])
    // The service itself sends an edit under the id of the post, with the new content alone.
    const own = simulator.channels.post(id, { text: 'tow' })
    await reader.message(({ key: { id: seen } }) => seen === own.id)
    simulator.channels.post(id, { edit: { message: own.id, text: 'two' }, asService: true })
    const again = await reader.message(({ key: { id: seen } }) => seen === own.id)
    assert.equal(textOf(again), 'two')
    await client.socket.sendMessage(id, { delete: key })
    await reader.next('messages.update', ([update]) => update?.update.message === null)
    assert.equal(simulator.channels.posts(id)[0]?.isRevoked, true)
    const bytes = randomBytes(5000)
    const picture = await client.socket.sendMessage(id, { image: bytes, caption: 'look', jpegThumbnail: '' })
    const received = await reader.message((message) => message.key.id === picture?.key.id)
    assert.equal(received.message?.imageMessage?.mediaKey?.length ?? 0, 0)
    assert.ok(simulator.channels.mediaOf(id, picture?.key.id ?? '').equals(bytes))
    const mine = simulator.channels.post(id, { media: { kind: 'image', bytes, caption: 'mine' } })
    const copy = await reader.message((message) => message.key.id === mine.id)
    assert.equal(copy.message?.imageMessage?.caption, 'mine')
    const { status, body } = await askMedia(simulator, copy.message?.imageMessage?.url ?? '')
    assert.equal(status, 200)
    assert.ok(body.equals(bytes))
  })
})

type Metadata = {
  id: string
  thread_metadata: { name: { text: string }; subscribers_count: string }
  viewer_metadata: { mute: string; role: string }
}

function statusOf(error: unknown): number | undefined {
  return (error as { output?: { statusCode?: number } }).output?.statusCode
}

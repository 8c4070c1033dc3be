import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, linkedClient, owner, startSimulator, textOf } from './client.ts'
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
})

type Metadata = {
  id: string
  thread_metadata: { name: { text: string }; subscribers_count: string }
  viewer_metadata: { mute: string; role: string }
}

function statusOf(error: unknown): number | undefined {
  return (error as { output?: { statusCode?: number } }).output?.statusCode
}

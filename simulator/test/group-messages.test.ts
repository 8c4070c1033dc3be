import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { GroupMetadata } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { refusal } from './group-people.ts'
import { verifies } from './verifies.ts'

suite('messages in groups that change', () => {
  test('who was removed is refused, even when the client does not know yet', async () => {
    verifies('GROUP-13')
    await using simulator = await startSimulator()
    let cached: GroupMetadata | undefined
    await using client = await linkedClient(simulator, owner, { cachedGroupMetadata: async () => cached })
    const { id } = simulator.groups.create({ subject: 'Club', owner: bob, members: [owner, carol] })
    cached = await client.socket.groupMetadata(id)
    const taken = client.acknowledgement()
    await client.socket.sendMessage(id, { text: 'hello' })
    assert.equal((await taken).error, undefined)
    assert.equal((await simulator.nextMessage(carol)).text, 'hello')
    simulator.changeGroupMembers(id, { members: [owner], action: 'remove' })
    const acknowledged = client.acknowledgement()
    await client.socket.sendMessage(id, { text: 'still here' })
    assert.equal((await acknowledged).error, '403')
    assert.equal(simulator.messages(carol).length, 1)
    // The other way round: a client that does not know yet that somebody left reaches only those who are there.
    simulator.changeGroupMembers(id, { members: [owner] })
    simulator.changeGroupMembers(id, { members: [carol], action: 'remove' })
    const sent = await client.socket.sendMessage(id, { text: 'among us' })
    assert.equal(
      (await simulator.nextMessage(bob, (message) => message.id === sent?.key.id)).text,
      'among us',
    )
    assert.equal(simulator.messages(carol).length, 1)
  })

  test('only admins write into an announcement group', async () => {
    verifies('GROUP-14')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const input = { subject: 'Ads', owner: bob, members: [owner, carol], isAnnouncement: true }
    const { id } = simulator.groups.create(input)
    const first = client.acknowledgement()
    await client.socket.sendMessage(id, { text: 'me?' })
    assert.equal((await first).error, '403')
    await assert.rejects(simulator.sendGroupMessage(id, { from: carol, text: 'me?' }), /only admins write/)
    simulator.changeGroupMembers(id, { members: [owner], action: 'promote' })
    const sent = await client.socket.sendMessage(id, { text: 'me!' })
    assert.equal((await simulator.nextMessage(carol)).id, sent?.key.id)
    const { id: post } = await simulator.sendGroupMessage(id, { from: bob, text: 'news' })
    assert.equal(textOf(await client.message(({ key }) => key.id === post)), 'news')
    // Everybody may react.
    const { id: reaction } = await simulator.sendGroupMessage(id, {
      from: carol,
      reaction: { message: post, emoji: '👍' },
    })
    await client.next('messages.reaction', ([first]) => first?.reaction.key?.id === reaction)
  })

  test('members follow new sender keys, and who comes back reads on', async () => {
    verifies('GROUP-15')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using member = await linkedClient(simulator, bob)
    const { id } = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    const exchange = async (text: string) => {
      const sent = await client.socket.sendMessage(id, { text })
      const isIt = (message: { key: { id?: string | null } }) => message.key.id === sent?.key.id
      assert.equal(textOf(await member.message(isIt)), text)
      assert.equal((await simulator.nextMessage(carol, (shown) => shown.id === sent?.key.id)).text, text)
    }
    await exchange('under the first key')
    // A client that rotates drops its own chain and whom it told.
    for (let round = 0; round < 7; round++) {
      for (const name of client.auth.store.keys()) {
        const isOwnChain = name.startsWith(`sender-key|${id}`) && name.includes('_1--')
        if (isOwnChain || name === `sender-key-memory|${id}`) client.auth.store.delete(name)
      }
      await exchange(`rotated ${round}`)
    }
    await client.socket.groupParticipantsUpdate(id, [jidOf(carol)], 'remove')
    await client.socket.groupParticipantsUpdate(id, [jidOf(carol)], 'add')
    // The client told this member the key before, and does not tell it again.
    await exchange('welcome back')
    const back = await simulator.sendGroupMessage(id, { from: carol, text: 'thanks' })
    for (const one of [client, member]) {
      assert.equal(textOf(await one.message(({ key }) => key.id === back.id)), 'thanks')
    }
    assert.equal(simulator.state().counters.undecryptable, 0)
  })

  test('phones mark what they write where messages disappear', async () => {
    verifies('GROUP-19')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.groups.create({
      subject: 'Secret',
      owner: bob,
      members: [owner],
      ephemeralSeconds: 604_800,
    })
    const sent = await simulator.sendGroupMessage(id, { from: bob, text: 'soon gone' })
    const message = await client.message(({ key }) => key.id === sent.id)
    assert.equal(message.message?.extendedTextMessage?.contextInfo?.expiration, 604_800)
    const acknowledged = client.acknowledgement()
    const own = await client.socket.sendMessage(id, { text: 'gone too' }, { ephemeralExpiration: 604_800 })
    assert.equal((await acknowledged).error, undefined)
    assert.equal((await simulator.nextMessage(bob)).id, own?.key.id)
    simulator.groups.change(id, { ephemeralSeconds: null })
    const kept = await simulator.sendGroupMessage(id, { from: bob, text: 'for ever' })
    assert.equal((await client.message(({ key }) => key.id === kept.id)).message?.conversation, 'for ever')
  })

  test('thousands of groups with hundreds of members cost nothing noticeable', async () => {
    verifies('GROUP-16')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const people = Array.from({ length: 300 }, (_, index) => `1666000${1000 + index}`)
    for (const phone of people) simulator.createAccount({ phone, name: `Person ${phone}` })
    const started = performance.now()
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 2000; index++) {
      simulator.groups.create({ subject: `Group ${index}`, owner: bob, members: people })
    }
    const tookMs = performance.now() - started
    assert.ok(tookMs < 8000, `creating 2000 groups of 300 took ${tookMs.toFixed(0)} ms`)
    assert.ok(process.memoryUsage().heapUsed - before < 200 * 1024 * 1024)
    const { id } = simulator.groups.create({ subject: 'Big', owner, members: people })
    assert.equal((await client.socket.groupMetadata(id)).participants.length, 301)
    assert.equal(Object.keys(await client.socket.groupFetchAllParticipating()).length, 1)
    const sent = await simulator.sendGroupMessage(id, { from: people[7] ?? '', text: 'hi all' })
    assert.equal(textOf(await client.message(({ key }) => key.id === sent.id)), 'hi all')
    assert.equal(await refusal(client.socket.groupMetadata('120363000000000000@g.us')), 404)
  })
})

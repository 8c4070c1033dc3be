import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'

suite('broadcast lists', () => {
  for (const addressing of ['pn', 'lid'] as const) {
    test(`what comes through one names the list and its author (${addressing})`, async () => {
      await using simulator = await startSimulator()
      await using client = await linkedClient(simulator, owner)
      simulator.facades.accounts.create({ phone: bob, name: 'Bob', addressing } as never)
      const { id } = await simulator.sendBroadcast(bob, { to: [owner, carol], text: 'To all of you' })
      const message = await client.message((one) => one.key.id === id)
      assert.equal(textOf(message), 'To all of you')
      assert.match(message.key.remoteJid ?? '', /^\d+@broadcast$/)
      assert.equal(message.key.fromMe, false)
      assert.ok([jidOf(bob), 'lid'].some((name) => message.key.participant?.endsWith(name)))
      const shown = await simulator.nextMessage(carol, (one) => one.id === id)
      assert.deepEqual([shown.chat, shown.text], [`${bob}@c.us`, 'To all of you'])
    })
  }

  test('the own devices get a copy, and nobody gets it who blocked the author', async () => {
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendBroadcast(owner, { to: [bob, carol], text: 'News' })
    const message = await client.message((one) => one.key.id === id)
    assert.deepEqual([message.key.fromMe, textOf(message)], [true, 'News'])
    assert.equal((await simulator.nextMessage(bob, (one) => one.id === id)).text, 'News')
    await client.socket.sendMessage(jidOf(bob), { text: 'hello' })
    await client.socket.updateBlockStatus(jidOf(bob), 'block')
    await simulator.sendBroadcast(bob, { to: [owner, carol], text: 'Unwanted' })
    await client.socket.updateBlockStatus(jidOf(bob), 'unblock')
    await simulator.sendBroadcast(bob, { to: [owner, carol], text: 'Wanted' })
    assert.equal(textOf(await client.message(({ key }) => key.fromMe === false)), 'Wanted')
  })
})

suite('chats whose messages disappear', () => {
  test('both phones write under the timer that one of them set, until it is switched off', async () => {
    await using simulator = await startSimulator()
    await simulator.sendMessage(bob, { to: carol, disappearing: { seconds: 86_400 } })
    await simulator.sendMessage(carol, { to: bob, text: 'Brief' })
    assert.equal((await simulator.nextMessage(bob, (one) => one.text === 'Brief')).ephemeralSeconds, 86_400)
    await simulator.sendMessage(carol, { to: bob, disappearing: { seconds: 0 } })
    await simulator.sendMessage(bob, { to: carol, text: 'Long' })
    const shown = await simulator.nextMessage(carol, (one) => one.text === 'Long')
    assert.equal(shown.ephemeralSeconds, undefined)
  })
})

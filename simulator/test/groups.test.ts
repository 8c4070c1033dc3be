import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const lidPattern = /^\d{15}@lid$/

suite('groups', () => {
  test('a client creates a group and reads its metadata', async () => {
    verifies('GROUP-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const group = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    const metadata = await client.socket.groupMetadata(group.id)
    assert.equal(metadata.subject, 'Team')
    assert.equal(metadata.addressingMode, 'lid')
    const numbers = metadata.participants.map(({ phoneNumber }) => phoneNumber)
    assert.deepEqual(numbers, [jidOf(owner), jidOf(bob), jidOf(carol)])
    for (const { id } of metadata.participants) assert.match(id, lidPattern)
    assert.equal(metadata.participants[0]?.admin, 'superadmin')
    const all = await client.socket.groupFetchAllParticipating()
    assert.deepEqual(Object.keys(all), [group.id])
    await assert.rejects(client.socket.groupMetadata('120363000000000000@g.us'), /item-not-found/)
  })

  test('all members decrypt what a client writes, and answer with receipts', async () => {
    verifies('GROUP-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    for (const text of ['hello group', 'again']) {
      const sent = await client.socket.sendMessage(group, { text })
      for (const phone of [bob, carol]) {
        const shown = await simulator.nextMessage(phone)
        assert.deepEqual([shown.text, shown.chat, shown.from], [text, group, `${owner}@c.us`])
      }
      await client.receipt(sent?.key.id, ({ readTimestamp }) => Boolean(readTimestamp))
    }
    assert.equal((await simulator.nextMessage(owner)).fromMe, true)
  })

  test('a client decrypts what members write, with quotes and mentions', async () => {
    verifies('GROUP-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    await client.next('groups.upsert', ([first]) => first?.id === group)
    const first = await simulator.sendGroupMessage(group, { from: carol, text: 'hi all' })
    const message = await client.message(({ key }) => key.id === first.id)
    assert.equal(textOf(message), 'hi all')
    assert.equal(message.key.remoteJid, group)
    assert.match(message.key.participant ?? '', lidPattern)
    assert.equal(message.key.participantAlt, jidOf(carol))
    const draft = { from: bob, text: 'yes you', quoted: first.id, mentions: [owner] }
    const second = await simulator.sendGroupMessage(group, draft)
    const reply = await client.message(({ key }) => key.id === second.id)
    const context = reply.message?.extendedTextMessage?.contextInfo
    assert.equal(context?.stanzaId, first.id)
    assert.equal(context?.participant, message.key.participant)
    assert.deepEqual(context?.mentionedJid, [client.auth.creds.me?.lid?.replace(':1', '')])
    const shown = await simulator.nextMessage(carol)
    assert.deepEqual(shown.mentions, [`${owner}@c.us`])
    assert.deepEqual(shown.quoted, { id: first.id, from: `${carol}@c.us`, text: 'hi all' })
    const own = await simulator.sendMessage(owner, { to: group, text: 'from the own phone' })
    const copy = await client.message(({ key }) => key.id === own.id)
    assert.equal(copy.key.fromMe, true)
  })

  test('changes of members and subject are announced', async () => {
    verifies('GROUP-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner] })
    simulator.addGroupMembers(group, [carol])
    const added = await client.next('group-participants.update', ({ action }) => action === 'add')
    assert.equal(added.participants[0]?.phoneNumber, jidOf(carol))
    await assert.rejects(client.socket.groupParticipantsUpdate(group, [jidOf(carol)], 'promote'), /forbidden/)
    simulator.changeGroupMembers(group, { members: [owner], action: 'promote' })
    await client.next('group-participants.update', ({ action }) => action === 'promote')
    await client.socket.groupParticipantsUpdate(group, [jidOf(carol)], 'remove')
    await client.next('group-participants.update', ({ action }) => action === 'remove')
    await client.socket.groupUpdateSubject(group, 'Club 2')
    await client.next('groups.update', ([update]) => update?.subject === 'Club 2')
    const metadata = await client.socket.groupMetadata(group)
    assert.deepEqual([metadata.subject, metadata.participants.length], ['Club 2', 2])
  })

  test('a group can name its members by phone number', async () => {
    verifies('GROUP-05')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = simulator.createGroup({
      subject: 'Old',
      owner: bob,
      members: [owner],
      addressing: 'pn',
    })
    const metadata = await client.socket.groupMetadata(group)
    assert.equal(metadata.addressingMode, 'pn')
    assert.deepEqual(
      metadata.participants.map(({ id }) => id),
      [jidOf(bob), jidOf(owner)],
    )
    const { id } = await simulator.sendGroupMessage(group, { from: bob, text: 'by number' })
    const message = await client.message(({ key }) => key.id === id)
    assert.equal(message.key.participant, jidOf(bob))
    assert.match(message.key.participantAlt ?? '', lidPattern)
    await client.socket.sendMessage(group, { text: 'answer' })
    assert.equal((await simulator.nextMessage(bob)).text, 'answer')
  })

  test('only members read, and who left reads no more', async () => {
    verifies('GROUP-06')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    await client.socket.sendMessage(group, { text: 'all three' })
    await simulator.nextMessage(carol)
    await client.socket.groupParticipantsUpdate(group, [jidOf(carol)], 'remove')
    await client.socket.sendMessage(group, { text: 'without Carol' })
    await simulator.nextMessage(bob, ({ text }) => text === 'without Carol')
    assert.deepEqual(
      simulator.messages(carol).map(({ text }) => text),
      ['all three'],
    )
    await assert.rejects(simulator.sendGroupMessage(group, { from: carol, text: 'x' }), /not a member/)
    simulator.changeGroupMembers(group, { members: [owner], action: 'remove' })
    await assert.rejects(client.socket.groupMetadata(group), /forbidden/)
  })

  test('a member that cannot read a group message asks for it again', async () => {
    verifies('RETRY-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id: group } = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    simulator.fault({ kind: 'undecryptable', phone: bob })
    const sent = await client.socket.sendMessage(group, { text: 'hear me' })
    const shown = await simulator.nextMessage(bob)
    assert.deepEqual([shown.id, shown.text, shown.chat], [sent?.key.id, 'hear me', group])
    assert.equal(simulator.messages(carol).length, 1)
    const { accounts } = simulator.state()
    assert.deepEqual(
      accounts.map(({ duplicates }) => duplicates),
      [0, 0, 0],
    )
    // Keys that the client lost come again as well.
    const { id } = await simulator.sendGroupMessage(group, { from: bob, text: 'first' })
    await client.message(({ key }) => key.id === id)
    for (const key of client.auth.store.keys())
      if (key.startsWith('sender-key|')) client.auth.store.delete(key)
    const second = await simulator.sendGroupMessage(group, { from: bob, text: 'second' })
    await client.message(({ key, message }) => key.id === second.id && Boolean(message))
    const third = await simulator.sendGroupMessage(group, { from: bob, text: 'third' })
    await client.message(({ key, message }) => key.id === third.id && Boolean(message))
  })
})

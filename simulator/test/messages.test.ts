import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

suite('messages', () => {
  test('a text of the client is acknowledged, shown on the phone and on the own phone', async () => {
    verifies('MSG-01', 'MSG-06', 'ACK-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const acknowledged = client.acknowledgement()
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'hello Bob' })
    const attributes = await acknowledged
    assert.equal(attributes.id, sent?.key.id)
    assert.equal(attributes.error, undefined)
    const { receivedAt, ...shown } = await simulator.nextMessage(bob)
    assert.ok(Date.now() - Date.parse(receivedAt) < 5000)
    const expected = { id: sent?.key.id, from: `${owner}@c.us`, kind: 'text', text: 'hello Bob' }
    assert.deepEqual(shown, { ...expected, chat: `${owner}@c.us` })
    const copy = await simulator.nextMessage(owner)
    assert.equal(copy.fromMe, true)
    assert.equal(copy.chat, `${bob}@c.us`)
    assert.equal(copy.text, 'hello Bob')
  })

  test('a text of a phone arrives under the number, with the LID beside it', async () => {
    verifies('MSG-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'hello owner' })
    const message = await client.message((candidate) => candidate.key.id === id)
    assert.equal(textOf(message), 'hello owner')
    assert.equal(message.key.remoteJid, jidOf(bob))
    assert.match(message.key.remoteJidAlt ?? '', /^\d{15}@lid$/)
    assert.equal(message.key.fromMe, false)
    assert.equal(message.pushName, 'Bob')
    // A reply opens a session in the other direction over the same one.
    await client.socket.sendMessage(jidOf(bob), { text: 'and back' })
    assert.equal((await simulator.nextMessage(bob)).text, 'and back')
  })

  test('a text of a phone arrives under the LID, with the number beside it', async () => {
    verifies('MSG-03')
    await using simulator = await startSimulator()
    const { lid } = simulator.createAccount({ phone: bob, name: 'Bob', addressing: 'lid' })
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'from a LID' })
    const message = await client.message((candidate) => candidate.key.id === id)
    assert.equal(message.key.remoteJid, lid)
    assert.equal(message.key.remoteJidAlt, jidOf(bob))
    const answer = await client.socket.sendMessage(lid, { text: 'to a LID' })
    assert.equal((await simulator.nextMessage(bob)).text, 'to a LID')
    assert.equal((await client.status(answer?.key.id, 4)).remoteJid, lid)
  })

  test('quotes travel both ways', async () => {
    verifies('MSG-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const question = await client.socket.sendMessage(jidOf(bob), { text: 'lunch?' })
    const shown = await simulator.nextMessage(bob)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'yes', quoted: shown.id })
    const reply = await client.message((candidate) => candidate.key.id === id)
    const context = reply.message?.extendedTextMessage?.contextInfo
    assert.equal(context?.stanzaId, question?.key.id)
    assert.equal(context?.participant, jidOf(owner))
    assert.equal(context?.quotedMessage?.extendedTextMessage?.text, 'lunch?')
    await client.socket.sendMessage(jidOf(bob), { text: 'at noon' }, { quoted: reply })
    const answer = await simulator.nextMessage(bob)
    assert.deepEqual(answer.quoted, { id, from: `${bob}@c.us`, text: 'yes' })
    await assert.rejects(simulator.sendMessage(bob, { to: owner, text: 'x', quoted: 'nothing' }), /to quote/)
  })

  test('what the owner types on the phone reaches the client as its own message', async () => {
    verifies('MSG-05')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(owner, { to: bob, text: 'typed on the phone' })
    const copy = await client.message((candidate) => candidate.key.id === id)
    assert.equal(copy.key.fromMe, true)
    assert.equal(copy.key.remoteJid, jidOf(bob))
    assert.match(copy.key.remoteJidAlt ?? '', /@lid$/)
    assert.equal(textOf(copy), 'typed on the phone')
    assert.equal((await simulator.nextMessage(bob)).id, id)
    await client.status(id, 4)
  })

  test('two clients write to each other', async () => {
    verifies('MSG-07')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using other = await linkedClient(simulator, carol)
    await client.socket.sendMessage(jidOf(carol), { text: 'client to client' })
    const received = await other.message((candidate) => textOf(candidate) === 'client to client')
    assert.equal(received.key.remoteJid, jidOf(owner))
    assert.equal((await simulator.nextMessage(carol)).text, 'client to client')
    await other.socket.sendMessage(jidOf(owner), { text: 'and back' })
    await client.message((candidate) => textOf(candidate) === 'and back')
  })

  test('a device that is linked later gets messages as well', async () => {
    verifies('USYNC-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.socket.sendMessage(jidOf(carol), { text: 'before' })
    await simulator.nextMessage(carol)
    await using other = await linkedClient(simulator, carol)
    await client.socket.sendMessage(jidOf(carol), { text: 'after' })
    await other.message((candidate) => textOf(candidate) === 'after')
    await other.socket.logout()
    await client.socket.sendMessage(jidOf(carol), { text: 'alone again' })
    await simulator.nextMessage(carol, ({ text }) => text === 'alone again')
    assert.equal(simulator.state().counters.problems, 0)
  })

  test('reactions, edits and revocations name the message they are about', async () => {
    verifies('MSG-11')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'news' })
    const { key } = await client.message((candidate) => candidate.key.id === id)
    await client.socket.sendMessage(jidOf(bob), { react: { text: '👍', key } })
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'typo' })
    assert.ok(sent)
    // A copy: Baileys replaces the key of the message it returned once the revocation comes through its events.
    const target = { ...sent.key }
    await client.socket.sendMessage(jidOf(bob), { text: 'fixed', edit: target })
    await client.socket.sendMessage(jidOf(bob), { delete: target })
    await simulator.nextMessage(bob, ({ kind }) => kind === 'revoke')
    assert.deepEqual(
      simulator.messages(bob).map(({ kind, text, target }) => [kind, text, target]),
      [
        ['reaction', '👍', id],
        ['text', 'typo', undefined],
        ['edit', 'fixed', target.id],
        ['revoke', undefined, target.id],
      ],
    )
  })

  test('nothing arrives from somebody the client blocked', async () => {
    verifies('MSG-12')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.socket.sendMessage(jidOf(bob), { text: 'hello' })
    await client.socket.updateBlockStatus(jidOf(bob), 'block')
    assert.deepEqual(await client.socket.fetchBlocklist(), [jidOf(bob)])
    await simulator.sendMessage(bob, { to: owner, text: 'unwanted' })
    await client.socket.updateBlockStatus(jidOf(bob), 'unblock')
    await simulator.sendMessage(bob, { to: owner, text: 'wanted' })
    const first = await client.message(({ key }) => key.fromMe === false)
    assert.equal(textOf(first), 'wanted')
  })

  test('all clients of an account see what one of them sends', async () => {
    verifies('MSG-13')
    await using simulator = await startSimulator()
    await using first = await linkedClient(simulator, owner)
    await using second = await linkedClient(simulator, owner)
    const sent = await first.socket.sendMessage(jidOf(bob), { text: 'from the first' })
    const copy = await second.message(({ key }) => key.id === sent?.key.id)
    assert.deepEqual([copy.key.fromMe, copy.key.remoteJid], [true, jidOf(bob)])
    assert.equal(textOf(copy), 'from the first')
    await second.status(sent?.key.id, 4)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'to both' })
    for (const client of [first, second]) await client.message(({ key }) => key.id === id)
    assert.equal((await simulator.nextMessage(owner, ({ text }) => text === 'to both')).fromMe, undefined)
  })

  test('a message sent twice under one id is shown once and counted', async () => {
    verifies('MSG-08')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const message = { conversation: 'twice' }
    await client.socket.relayMessage(jidOf(bob), message, { messageId: '3EB0AAAA' })
    await client.socket.relayMessage(jidOf(bob), message, { messageId: '3EB0AAAA' })
    await client.socket.relayMessage(jidOf(bob), { conversation: 'end' }, { messageId: '3EB0BBBB' })
    await simulator.nextMessage(bob, ({ text }) => text === 'end')
    assert.deepEqual(
      simulator.messages(bob).map(({ text }) => text),
      ['twice', 'end'],
    )
    const account = simulator.state().accounts.find(({ phone }) => phone === bob)
    assert.equal(account?.duplicates, 1)
  })

  test('a message to nobody is refused in the acknowledgement', async () => {
    verifies('MSG-09')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const acknowledged = client.acknowledgement()
    const sent = await client.socket.sendMessage(jidOf('15559999999'), { text: 'anybody?' })
    const { id, error } = await acknowledged
    assert.deepEqual({ id, error }, { id: sent?.key.id, error: '404' })
  })

  test('a hundred messages each way keep their order', async () => {
    verifies('MSG-10')
    await using simulator = await startSimulator()
    simulator.setReceipts(bob, { mode: 'none' })
    await using client = await linkedClient(simulator, owner)
    const expected = Array.from({ length: 100 }, (_, index) => `message ${index}`)
    for (const text of expected) await client.socket.sendMessage(jidOf(bob), { text })
    await simulator.nextMessage(bob, ({ text }) => text === 'message 99')
    assert.deepEqual(
      simulator.messages(bob).map(({ text }) => text),
      expected,
    )
    const answers = expected.map((text) => `answer to ${text}`)
    await Promise.all(answers.map((text) => simulator.sendMessage(carol, { to: owner, text })))
    const received: string[] = []
    while (received.length < answers.length) {
      const { messages } = await client.next('messages.upsert', ({ type }) => type === 'notify')
      const texts = messages.map((message) => textOf(message) ?? '')
      received.push(...texts.filter((text) => text.startsWith('answer')))
    }
    assert.deepEqual(received, answers)
  })
})

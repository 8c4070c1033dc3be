import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sendText, useLinkedEngine } from '../../../test/harness-engine.ts'

const bob = '15550002222'
const carol = '15550003333'
const world = useLinkedEngine({
  prepare(simulator) {
    simulator.createAccount({ phone: bob, name: 'Bob' })
    simulator.createAccount({ phone: carol, name: 'Carol' })
  },
})

suite('groups', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`a text is sent to and received from a group addressed by ${addressing}`, async () => {
      const { simulator, engine, listener, session, account } = world
      const group = simulator.createGroup({
        subject: 'Team',
        owner: account,
        members: [bob, carol],
        addressing,
      })
      const first = await sendText(engine, session.sessionId, group.id, 'Hello team')
      assert.equal(first.outcome.kind, 'sent', JSON.stringify(first.outcome))
      for (const member of [bob, carol]) {
        const received = await simulator.nextMessage(member, ({ id }) => id === first.waMessageId)
        assert.deepEqual([received.text, received.chat], ['Hello team', group.id])
      }
      const { id } = await simulator.sendGroupMessage(group.id, { from: carol, text: 'Hello from Carol' })
      const message = await listener.next('message', ({ waMessageId }) => waMessageId === id)
      assert.deepEqual([message.chatId, message.isGroup, message.sender.phone], [group.id, true, carol])
      const second = await sendText(engine, session.sessionId, group.id, 'And again')
      await simulator.nextMessage(bob, (received) => received.id === second.waMessageId)
    })
  }

  test('a new member can read what is sent after it came', async () => {
    const { simulator, engine, listener, session, account } = world
    const group = simulator.createGroup({ subject: 'Growing', owner: account, members: [bob] })
    await sendText(engine, session.sessionId, group.id, 'before')
    simulator.addGroupMembers(group.id, [carol])
    const recorded = listener.events.length
    const { id } = await simulator.sendGroupMessage(group.id, { from: bob, text: 'welcome' })
    await listener.next('message', ({ waMessageId }) => waMessageId === id, recorded)
    const { waMessageId } = await sendText(engine, session.sessionId, group.id, 'after')
    const received = await simulator.nextMessage(carol, (message) => message.id === waMessageId)
    assert.equal(received.text, 'after')
  })
})

suite('people', () => {
  test('a person who hides the number has a LID until the phone becomes known, and can be answered', async () => {
    const { simulator, engine, listener, session, account } = world
    const dora = '15550004444'
    const { lid } = simulator.createAccount({ phone: dora, name: 'Dora', addressing: 'lid' })
    const lidDigits = lid.replace('@lid', '')
    const { id } = await simulator.sendMessage(dora, { to: account, text: 'who am I' })
    const message = await listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal(message.sender.lid, lidDigits)
    assert.ok(message.chatId === `${dora}@c.us` || message.chatId === `${lidDigits}@c.us`)
    const { outcome, waMessageId } = await sendText(engine, session.sessionId, message.chatId, 'you are Dora')
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    await simulator.nextMessage(dora, (received) => received.id === waMessageId)
  })

  test('a mapping between phone and LID is published', async () => {
    const { simulator, listener, session, account } = world
    await simulator.sendMessage(bob, { to: account, text: 'hello' })
    const mapping = await listener.next('mapping', ({ phone }) => phone === bob)
    assert.match(mapping.lid, /^\d+$/)
    assert.equal(mapping.sessionId, session.sessionId)
  })

  test('typing is shown to the person, and the presence of a person is published', async () => {
    const { simulator, engine, listener, session, account } = world
    await sendText(engine, session.sessionId, `${bob}@c.us`, 'hi')
    await engine.setChatState(session.sessionId, `${bob}@c.us`, 'typing')
    const typing = await simulator.nextEvent(bob, (event) => event.type === 'typing')
    assert.equal(typing.type === 'typing' && typing.state, 'composing')
    await engine.setPresence(session.sessionId, 'online')
    const asked = engine.presenceOf(session.sessionId, `${bob}@c.us`)
    simulator.setPresence(bob, { state: 'available' })
    assert.equal((await asked).presence, 'online')
    simulator.setPresence(bob, { state: 'composing', to: account })
    const update = await listener.next('presence', ({ presence }) => presence === 'typing')
    assert.equal(update.chatId, `${bob}@c.us`)
  })
})

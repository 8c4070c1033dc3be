import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/harness-database.ts'
import {
  createSimulator,
  createTestEngine,
  pairSession,
  type RecordingListener,
  type Simulator,
  sendText,
} from '../../test/harness-engine.ts'
import { systemIds } from '../platform/ids.ts'
import type { Engine } from './engine.ts'

const ids = systemIds()
const bob = '15550002222'
const carol = '15550003333'
let database: TestDatabase
let simulator: Simulator
let engine: Engine
let listener: RecordingListener
let session: { tenantId: string; sessionId: string }
let account: string
let number = 15_552_000_000

before(async () => {
  database = await openTestDatabase()
  simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
  simulator.createAccount({ phone: bob, name: 'Bob' })
  simulator.createAccount({ phone: carol, name: 'Carol' })
})

after(async () => {
  await simulator.close()
  await database.close()
})

beforeEach(async () => {
  number += 1
  account = String(number)
  simulator.createAccount({ phone: account, name: 'Front desk' })
  const made = createTestEngine({ db: database.db, waUrl: simulator.url })
  engine = made.engine
  listener = made.listener
  session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
  await pairSession(engine, listener, simulator, session, account)
})

afterEach(() => engine.close())

suite('groups', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`a text is sent to and received from a group addressed by ${addressing}`, async () => {
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
    const group = simulator.createGroup({ subject: 'Growing', owner: account, members: [bob] })
    await sendText(engine, session.sessionId, group.id, 'before')
    simulator.addGroupMembers(group.id, [carol])
    const told = listener.told.length
    const { id } = await simulator.sendGroupMessage(group.id, { from: bob, text: 'welcome' })
    await listener.next('message', ({ waMessageId }) => waMessageId === id, told)
    const { waMessageId } = await sendText(engine, session.sessionId, group.id, 'after')
    const received = await simulator.nextMessage(carol, (message) => message.id === waMessageId)
    assert.equal(received.text, 'after')
  })
})

suite('people', () => {
  test('a person who hides the number has a LID until the phone becomes known, and can be answered', async () => {
    number += 1
    const dora = String(number)
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

  test('a mapping between phone and LID is told', async () => {
    await simulator.sendMessage(bob, { to: account, text: 'hello' })
    const mapping = await listener.next('mapping', ({ phone }) => phone === bob)
    assert.match(mapping.lid, /^\d+$/)
    assert.equal(mapping.sessionId, session.sessionId)
  })

  test('typing is shown to the person, and the presence of a person is told', async () => {
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

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/harness-database.ts'
import { createSimulator, createTestEngine, pairSession, type Simulator } from '../../test/harness-engine.ts'
import { systemIds } from '../platform/ids.ts'

const ids = systemIds()
const account = '15550001111'
const bob = '15550002222'

suite('first contact', () => {
  let database: TestDatabase
  let simulator: Simulator

  before(async () => {
    database = await openTestDatabase()
    simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
    simulator.createAccount({ phone: account, name: 'Front desk' })
    simulator.createAccount({ phone: bob, name: 'Bob' })
  })

  after(async () => {
    await simulator.close()
    await database.close()
  })

  test('pairs by QR code, sends a text and receives one', async () => {
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url })
    const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    const working = await pairSession(engine, listener, simulator, session, account)
    assert.equal(working.phoneNumber, account)
    const waMessageId = engine.newMessageId(session.sessionId)
    const outcome = await engine.send({
      sessionId: session.sessionId,
      chatId: `${bob}@c.us`,
      waMessageId,
      content: { kind: 'text', text: 'Hello Bob' },
    })
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    const received = await simulator.nextMessage(bob)
    assert.equal(received.text, 'Hello Bob')
    await listener.next('status', (status) => status.waMessageId === waMessageId && status.status === 'read')
    await simulator.sendMessage(bob, { to: account, text: 'Hello back' })
    const message = await listener.next('message')
    assert.deepEqual(message.content, { kind: 'text', text: 'Hello back', mentions: [] })
    assert.equal(message.chatId, `${bob}@c.us`)
    assert.equal(message.sender.phone, bob)
    await engine.stop(session.sessionId, 'stop')
    await engine.close()
  })
})

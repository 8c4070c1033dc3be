import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sendText, useLinkedEngine } from '../../../test/harness-engine.ts'
import { until } from '../../../test/until.ts'

suite('a phone that cannot read a message', () => {
  const world = useLinkedEngine()

  /** Sends a text that Bob cannot read so many times, and waits until he can. */
  async function sendUnreadable(count: number, chatOf: (bob: string) => string): Promise<void> {
    const { simulator, engine, session } = world
    const bob = world.addPerson('Bob')
    const chatId = chatOf(bob) as `${string}@c.us`
    simulator.fault({ kind: 'undecryptable', phone: bob, count })
    const { outcome, waMessageId } = await sendText(engine, session.sessionId, chatId, 'read me')
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    const received = await simulator.nextMessage(bob, ({ id }) => id === waMessageId)
    assert.equal(received.text, 'read me')
  }
  const groupWith = (bob: string): string =>
    world.simulator.createGroup({ subject: 'Team', owner: world.account, members: [bob] }).id

  // Connections that drop use up tries as well: three were too few for a busy day.
  for (const count of [1, 3, 10]) {
    test(`gets it in a chat when it asked ${count} times`, () =>
      sendUnreadable(count, (bob) => `${bob}@c.us`))
    test(`gets it in a group when it asked ${count} times`, () => sendUnreadable(count, groupWith))
  }

  test('is not answered for ever', async () => {
    const { simulator, engine, session } = world
    const bob = world.addPerson('Bob')
    simulator.fault({ kind: 'undecryptable', phone: bob, count: 11 })
    const { waMessageId } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'never')
    const isOn = () => simulator.state().faults.some(({ phone }) => phone === bob)
    await until('the last copy that cannot be read', () => !isOn() || undefined)
    const next = await sendText(engine, session.sessionId, `${bob}@c.us`, 'but then')
    await simulator.nextMessage(bob, ({ id }) => id === next.waMessageId)
    assert.equal(
      simulator.messages(bob).some(({ id }) => id === waMessageId),
      false,
    )
  })
})

suite('a message that was sent', () => {
  const world = useLinkedEngine()

  test('keeps no more memory than its own bytes', async () => {
    const { engine, session } = world
    const { outcome } = await sendText(engine, session.sessionId, `${world.addPerson('Bob')}@c.us`, 'small')
    assert.ok(outcome.kind === 'sent', JSON.stringify(outcome))
    assert.equal(outcome.proto.buffer.byteLength, outcome.proto.byteLength)
  })
})

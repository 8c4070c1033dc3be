import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { useLinkedEngine } from '../../../test/harness-engine.ts'
import { TestClock } from '../../platform/clock.ts'
import type { OutboundContent } from '../content.ts'
import { SentActs } from './sent-acts.ts'

const day = 86_400_000

suite('acts that are asked for again', () => {
  const world = useLinkedEngine()

  test('a reaction, an edit and an unsend are sent again even after a restart', async () => {
    const { simulator, account } = world
    const bob = world.addPerson('Bob')
    const chatId = `${bob}@c.us` as const
    const send = async (content: OutboundContent): Promise<string> => {
      const { sessionId } = world.session
      const waMessageId = world.engine.newMessageId(sessionId)
      const outcome = await world.engine.send({ sessionId, chatId, waMessageId, content })
      assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
      return waMessageId
    }
    const [stored, gone] = [
      await send({ kind: 'text', text: 'kept' }),
      await send({ kind: 'text', text: 'gone' }),
    ]
    const own = (waMessageId: string) => ({ waMessageId, isFromMe: true, sender: null })
    const acts: OutboundContent[] = [
      { kind: 'reaction', target: own(stored), emoji: '👍' },
      { kind: 'edit', target: own(stored), text: 'kept and better' },
      { kind: 'revoke', target: own(gone) },
    ]
    // The phone's questions are on their way until this connection is gone (as good as always); acks are not.
    simulator.fault({ kind: 'shuffle', phone: account, delayMs: 600_000 })
    simulator.fault({ kind: 'undecryptable', phone: bob, count: acts.length })
    const ids: string[] = []
    for (const act of acts) ids.push(await send(act))
    simulator.fault({ kind: 'none' })
    await world.restart()
    for (const id of ids) await simulator.nextMessage(bob, (shown) => shown.id === id)
    const shown = simulator.message(bob, stored)
    assert.deepEqual([shown.editedText, Object.values(shown.reactions ?? {})], ['kept and better', ['👍']])
    assert.equal(simulator.message(bob, gone).isRevoked, true)
  })
})

suite('what is kept of acts', () => {
  function build(rows = new Map<string, unknown>(), clock = new TestClock()) {
    const acts = new SentActs({
      clock,
      keys: {
        read: async (_type, ids) =>
          Object.fromEntries(ids.filter((id) => rows.has(id)).map((id) => [id, rows.get(id)])),
        write: (_type, id, value) => void (value === null ? rows.delete(id) : rows.set(id, value)),
      },
    })
    const keep = (id: string, target: string, isUnsend = false) =>
      acts.keep(id, target, isUnsend, { conversation: id })
    const textOf = async (id: string) => (await acts.find(id))?.conversation
    return { acts, rows, clock, keep, textOf }
  }

  test('five hundred acts, of which the oldest make room', async () => {
    const { rows, clock, keep, textOf } = build()
    for (let n = 0; n < 502; n += 1) await keep(`act ${n}`, 'message')
    assert.equal(rows.size, 500)
    const heir = build(rows, clock)
    await heir.keep('last', 'message')
    for (const find of [textOf, heir.textOf])
      assert.deepEqual([await find('act 1'), await find('act 3')], [undefined, 'act 3'])
    assert.deepEqual([await heir.textOf('act 2'), await heir.textOf('last')], [undefined, 'last'])
    assert.equal(rows.size, 500)
  })

  test('an act that is handed over once more takes no second place', async () => {
    const { rows, keep, textOf } = build()
    await keep('edit', 'message')
    await keep('edit', 'message')
    assert.deepEqual([rows.size, await textOf('edit')], [1, 'edit'])
  })

  test('with a message go the edits of it', async () => {
    const { rows, keep, textOf } = build()
    await keep('edit', 'message')
    await keep('another', 'other message')
    await keep('unsend', 'message', true)
    assert.deepEqual(
      [await textOf('edit'), await textOf('another'), await textOf('unsend')],
      [undefined, 'another', 'unsend'],
    )
    assert.equal(rows.size, 2)
  })

  test('nothing is kept for more than a week, whether anything else is sent or not', async () => {
    const { rows, clock, keep, textOf } = build()
    await keep('old', 'message')
    clock.advance(6 * day)
    await keep('young', 'message')
    clock.advance(1.5 * day)
    assert.deepEqual([await textOf('old'), await textOf('young')], [undefined, 'young'])
    assert.equal(rows.size, 1)
    const heir = build(rows, clock)
    clock.advance(6 * day)
    assert.equal(await heir.textOf('young'), undefined)
    assert.equal(rows.size, 0)
  })
})

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { TestClock } from '../../platform/clock.ts'
import type { StateChange } from '../events.ts'
import { type SessionState, StatePublisher } from './state-publisher.ts'

const state = (status: SessionState['status'], phone: string | null = null): SessionState => ({
  status,
  reason: null,
  cause: 'lost',
  phone,
  isBusiness: false,
})

function createPublisher() {
  const clock = new TestClock()
  const published: StateChange[] = []
  const store = { isAway: false, isRefusing: false, tries: 0 }
  const listener = {
    onState: async (change: StateChange) => {
      store.tries += 1
      if (store.isAway) throw Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' })
      if (store.isRefusing) throw new Error('a value that the database refuses')
      published.push(change)
    },
  }
  const options = { listener, clock, log: pino({ level: 'silent' }) }
  const publisher = new StatePublisher({ tenantId: 't', sessionId: 's', epoch: 1 }, options)
  /** Lets time pass, and whoever waited for it go on. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50)
      await turn()
    }
  }
  return { publisher, store, pass, states: () => published.map(({ status }) => status) }
}

suite('states that are published', () => {
  test('once each, in order, and nothing for what changes nothing', async () => {
    const { publisher, states } = createPublisher()
    await Promise.all(
      ['starting', 'starting', 'working'].map((status) => publisher.publish(state(status as 'starting'))),
    )
    assert.deepEqual(states(), ['starting', 'working'])
  })

  test('one that cannot be stored is published again, with growing pauses, until it is', async () => {
    const { publisher, store, pass, states } = createPublisher()
    store.isAway = true
    const done = publisher.publish(state('working'))
    await pass(60_000)
    assert.ok(store.tries > 5 && store.tries < 20, `${store.tries} tries in a minute`)
    store.isAway = false
    await pass(10_000)
    await done
    assert.deepEqual(states(), ['working'])
  })

  test('one that waits is published as soon as the database serves again', async () => {
    const { publisher, store, pass, states } = createPublisher()
    store.isAway = true
    const done = publisher.publish(state('working'))
    await pass(60_000)
    store.isAway = false
    publisher.hurry()
    await done
    assert.deepEqual(states(), ['working'])
  })

  test('one that the database refuses is given up after five tries, and the next one is published', async () => {
    const { publisher, store, pass, states } = createPublisher()
    store.isRefusing = true
    const refused = publisher.publish(state('working'))
    await pass(60_000)
    await refused
    assert.equal(store.tries, 5)
    store.isRefusing = false
    await publisher.publish(state('failed'))
    assert.deepEqual(states(), ['failed'])
  })

  test('a later one takes its place', async () => {
    const { publisher, store, pass, states } = createPublisher()
    store.isAway = true
    const first = publisher.publish(state('working'))
    await pass(100)
    const second = publisher.publish(state('failed'))
    await pass(1000)
    store.isAway = false
    await pass(10_000)
    await Promise.all([first, second])
    assert.deepEqual(states(), ['failed'])
  })

  test('a session that is closed waits for nothing', async () => {
    const { publisher, store, pass, states } = createPublisher()
    store.isAway = true
    const published = publisher.publish(state('working'))
    await pass(100)
    await publisher.close()
    await published
    assert.deepEqual(states(), [])
  })
})

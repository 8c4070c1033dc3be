import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { TestClock } from '../../platform/clock.ts'
import type { StateChange } from '../events.ts'
import { StateTeller, type Telling } from './state-publisher.ts'

const telling = (status: Telling['status'], phone: string | null = null): Telling => ({
  status,
  reason: null,
  cause: 'lost',
  phone,
  isBusiness: false,
})

function createTeller() {
  const clock = new TestClock()
  const told: StateChange[] = []
  const store = { isAway: false, isRefusing: false, tries: 0 }
  const listener = {
    onState: async (change: StateChange) => {
      store.tries += 1
      if (store.isAway) throw Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' })
      if (store.isRefusing) throw new Error('a value that the database refuses')
      told.push(change)
    },
  }
  const options = { listener, clock, log: pino({ level: 'silent' }) }
  const teller = new StateTeller({ tenantId: 't', sessionId: 's' }, options)
  /** Lets time pass, and whoever waited for it go on. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50)
      await turn()
    }
  }
  return { teller, store, pass, states: () => told.map(({ status }) => status) }
}

suite('states that are told', () => {
  test('once each, in order, and nothing for what changes nothing', async () => {
    const { teller, states } = createTeller()
    await Promise.all(
      ['starting', 'starting', 'working'].map((status) => teller.tell(telling(status as 'starting'))),
    )
    assert.deepEqual(states(), ['starting', 'working'])
  })

  test('one that cannot be stored is told again, with growing pauses, until it is', async () => {
    const { teller, store, pass, states } = createTeller()
    store.isAway = true
    const done = teller.tell(telling('working'))
    await pass(60_000)
    assert.ok(store.tries > 5 && store.tries < 20, `${store.tries} tries in a minute`)
    store.isAway = false
    await pass(10_000)
    await done
    assert.deepEqual(states(), ['working'])
  })

  test('one that the database refuses is given up after five tries, and the next one is told', async () => {
    const { teller, store, pass, states } = createTeller()
    store.isRefusing = true
    const refused = teller.tell(telling('working'))
    await pass(60_000)
    await refused
    assert.equal(store.tries, 5)
    store.isRefusing = false
    await teller.tell(telling('failed'))
    assert.deepEqual(states(), ['failed'])
  })

  test('a later one takes its place', async () => {
    const { teller, store, pass, states } = createTeller()
    store.isAway = true
    const first = teller.tell(telling('working'))
    await pass(100)
    const second = teller.tell(telling('failed'))
    await pass(1000)
    store.isAway = false
    await pass(10_000)
    await Promise.all([first, second])
    assert.deepEqual(states(), ['failed'])
  })

  test('a session that is closed waits for nothing', async () => {
    const { teller, store, pass, states } = createTeller()
    store.isAway = true
    const told = teller.tell(telling('working'))
    await pass(100)
    await teller.close()
    await told
    assert.deepEqual(states(), [])
  })
})

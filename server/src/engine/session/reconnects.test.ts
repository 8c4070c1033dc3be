import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TestClock } from '../../platform/clock.ts'
import { type ReconnectCause, Reconnects } from './reconnects.ts'

function createReconnects() {
  const clock = new TestClock()
  let tries = 0
  const run = (): void => {
    tries += 1
  }
  const reconnects = new Reconnects({ clock, ids: { random: () => 0.5 }, reconnectBaseMs: 1000, run })
  /** Milliseconds until the next try. */
  const pauseAfter = (cause: ReconnectCause): number => {
    reconnects.schedule(cause)
    return untilTry()
  }
  const untilTry = (): number => {
    const before = tries
    for (let ms = 0; ms <= 400_000; ms += 10) {
      clock.advance(ms === 0 ? 0 : 10)
      if (tries > before) return ms
    }
    throw new Error('nothing was tried')
  }
  return { reconnects, pauseAfter, untilTry, clock, tries: () => tries }
}

suite('pauses between tries to connect', () => {
  test('grow while WhatsApp refuses, whether the database serves again or not', () => {
    const { reconnects, pauseAfter, untilTry } = createReconnects()
    const pauses = [1, 2, 3, 4].map(() => pauseAfter('lost'))
    assert.deepEqual(pauses, [750, 1500, 3000, 6000])
    reconnects.schedule('lost')
    reconnects.hurry()
    assert.equal(untilTry(), 12_000)
  })

  test('of a full database stay below a minute, and end within a second when it serves again', () => {
    const { reconnects, pauseAfter, untilTry } = createReconnects()
    for (let n = 0; n < 12; n += 1) assert.ok(pauseAfter('store_failed') <= 60_000)
    reconnects.schedule('store_failed')
    reconnects.hurry()
    assert.equal(untilTry(), 500)
    assert.equal(pauseAfter('store_failed'), 750)
    assert.equal(pauseAfter('lost'), 750)
  })

  test('of a lease that nobody could ask for neither grow nor are kept when the database serves again', () => {
    const { reconnects, pauseAfter, untilTry } = createReconnects()
    for (let n = 0; n < 5; n += 1) assert.equal(pauseAfter('lease_unknown'), 2000)
    reconnects.schedule('lease_unknown')
    reconnects.hurry()
    assert.equal(untilTry(), 500)
  })

  test('a session that waits for nothing, or is over, is not tried again', () => {
    const { reconnects, pauseAfter, clock, tries } = createReconnects()
    pauseAfter('store_failed')
    reconnects.hurry()
    reconnects.schedule('store_failed')
    reconnects.cancel()
    reconnects.hurry()
    clock.advance(400_000)
    assert.equal(tries(), 1)
  })
})

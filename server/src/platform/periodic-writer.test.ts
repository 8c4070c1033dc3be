import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import pino from 'pino'
import { TestClock } from './clock.ts'
import { PeriodicWriter } from './periodic-writer.ts'

interface Count {
  name: string
  count: number
}

/** A writer into a list, which fails while `isAway`. */
function counting() {
  const clock = new TestClock()
  const place = { isAway: false, written: [] as string[][] }
  const writer = new PeriodicWriter<Count>({
    clock,
    log: pino({ level: 'silent' }),
    subject: 'counts',
    merge: (earlier, later) => ({ ...earlier, count: earlier.count + later.count }),
    async write(counts) {
      await Promise.resolve()
      if (place.isAway) throw new Error('away')
      place.written.push(counts.map(({ name, count }) => `${name} ${count}`))
    },
  })
  const count = (name: string) => writer.note(name, { name, count: 1 })
  return { clock, place, writer, count }
}

describe('a periodic writer', () => {
  test('writes what was noted within some seconds at once, merged and in the order of the keys', async () => {
    const { clock, place, writer, count } = counting()
    for (const name of ['b', 'a', 'b']) count(name)
    clock.advance(4_999)
    assert.deepEqual(writer.waiting('b'), { name: 'b', count: 2 })
    clock.advance(1)
    assert.equal(writer.waiting('b'), undefined)
    await writer.flush()
    assert.deepEqual(place.written, [['a 1', 'b 2']])
  })

  test('writes nothing when nothing was noted', async () => {
    const { clock, place, writer } = counting()
    clock.advance(60_000)
    await writer.flush()
    assert.deepEqual(place.written, [])
  })

  test('keeps what could not be written and writes it with the next ones, by itself', async () => {
    const { clock, place, writer, count } = counting()
    place.isAway = true
    count('a')
    const failing = writer.flush()
    count('a')
    count('b')
    await failing
    assert.deepEqual(writer.waiting('a'), { name: 'a', count: 2 })
    place.isAway = false
    clock.advance(5_000)
    await writer.flush()
    assert.deepEqual(place.written, [['a 2', 'b 1']])
  })

  test('writes one after another, and a flush waits for those before it', async () => {
    const { place, writer, count } = counting()
    count('a')
    void writer.flush()
    count('b')
    await writer.flush()
    assert.deepEqual(place.written, [['a 1'], ['b 1']])
  })

  test('writes the rest when it is closed, also what a write under way could not', async () => {
    const { clock, place, writer, count } = counting()
    place.isAway = true
    count('a')
    void writer.flush().then(() => {
      place.isAway = false
    })
    count('b')
    await writer.close()
    assert.deepEqual(place.written, [['a 1', 'b 1']])
    count('c')
    clock.advance(60_000)
    await writer.flush()
    assert.deepEqual(place.written.at(-1), ['c 1'])
  })

  test('closes also when the last write fails', async () => {
    const { place, writer, count } = counting()
    place.isAway = true
    count('a')
    await writer.close()
    assert.deepEqual(place.written, [])
  })
})

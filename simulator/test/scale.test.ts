import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSimulator } from '../src/index.ts'
import { jidOf, linkedClient, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const people = 5000
const groups = 1000
const membersEach = 20
/** Loose, so that a busy machine does not fail: what it takes in quiet is in the README. */
const limitMs = 5000
const limitBytes = 60_000_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const phoneOf = (index: number) => String(15_550_000_000 + (index % people))

suite('scale', () => {
  test('a world of thousands costs little, and a client gets along in it', async () => {
    verifies('SCALE-01')
    await using simulator = await createSimulator({ deliveryMs: 10, readMs: 20 })
    const before = heapBytes()
    const start = performance.now()
    for (let index = 0; index < people; index++) {
      simulator.createAccount({ phone: phoneOf(index), name: `Person ${index}` })
    }
    for (let index = 0; index < groups; index++) {
      const members = Array.from({ length: membersEach - 2 }, (_, step) => phoneOf(index * 7 + step * 13 + 1))
      const all = [...members, phoneOf(0)]
      simulator.createGroup({ subject: `Group ${index}`, owner: phoneOf(index + 1), members: all })
    }
    const tookMs = performance.now() - start
    const tookBytes = heapBytes() - before
    assert.ok(tookMs < limitMs, `${people} people and ${groups} groups took ${tookMs} ms`)
    assert.ok(tookBytes < limitBytes, `${people} people and ${groups} groups took ${tookBytes} bytes`)
    await using client = await linkedClient(simulator, phoneOf(0))
    assert.equal(Object.keys(await client.socket.groupFetchAllParticipating()).length, groups)
    const sent = await client.socket.sendMessage(jidOf(phoneOf(4999)), { text: 'is it far?' })
    await simulator.nextMessage(phoneOf(4999), ({ id }) => id === sent?.key.id)
    const { id } = await simulator.sendMessage(phoneOf(4999), { to: phoneOf(0), text: 'not at all' })
    assert.equal(textOf(await client.message(({ key }) => key.id === id)), 'not at all')
  })
})

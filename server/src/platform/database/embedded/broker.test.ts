import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Broker } from './broker.ts'
import { beginLagging, encodeQuery } from './wire.ts'

/** ReadyForQuery, with the state of the transaction. */
function ready(status: 'I' | 'T'): Buffer {
  return Buffer.from([0x5a, 0, 0, 0, 5, status.charCodeAt(0)])
}

const startUp = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])

/** A broker over a backend that does nothing and a disk that is done when the test says so. */
function createBroker(t: TestContext) {
  const disk: (() => void)[] = []
  let toFlush = false
  const execute = (bytes: Uint8Array): Uint8Array => {
    const query = Buffer.from(bytes).toString('latin1')
    if (query.includes('BEGIN') || query.includes('INSERT in transaction')) return ready('T')
    if (query.includes('INSERT') || query.includes('COMMIT')) toFlush = true
    return ready('I')
  }
  const flushLog = (work: () => void): Promise<void> | undefined => {
    work()
    if (!toFlush) return undefined
    toFlush = false
    return new Promise((resolve) => {
      disk.push(resolve)
    })
  }
  const gauge = { unitStartedAtMs: 0, lastUnitAtMs: 0, unitCount: 0 }
  const broker = new Broker({ execute, flushLog }, gauge, 60_000)
  const ports: MessagePort[] = []
  t.after(() => {
    for (const port of ports) port.close()
  })
  const connect = () => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1)
    let answers = 0
    port1.on('message', () => {
      answers += 1
    })
    broker.attach(port2)
    port1.postMessage(startUp)
    const say = (...queries: string[]) => {
      for (const query of queries) port1.postMessage(encodeQuery(query))
    }
    return { say, answers: () => answers }
  }
  return { connect, disk }
}

/** Until nothing moves any more. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round += 1) await turn()
}

suite('what the embedded database answers, and when', () => {
  test('a commit is answered when the disk has it, not before', async (t) => {
    const { connect, disk } = createBroker(t)
    const client = connect()
    client.say('BEGIN', 'INSERT in transaction', 'COMMIT')
    await settle()
    assert.equal(client.answers(), 3, 'start-up and what is inside of the transaction')
    assert.equal(disk.length, 1)
    disk.shift()?.()
    await settle()
    assert.equal(client.answers(), 4)
  })

  test('while the disk works others are served, and their commits share the next flush', async (t) => {
    const { connect, disk } = createBroker(t)
    const [first, second, third] = [connect(), connect(), connect()]
    first.say('INSERT 1')
    await settle()
    second.say('BEGIN', 'INSERT in transaction', 'COMMIT')
    third.say('INSERT 3')
    await settle()
    assert.deepEqual([first.answers(), second.answers(), third.answers()], [1, 3, 1])
    assert.equal(disk.length, 1, 'one flush at a time')
    disk.shift()?.()
    await settle()
    assert.deepEqual([first.answers(), second.answers(), third.answers()], [2, 3, 1])
    assert.equal(disk.length, 1)
    disk.shift()?.()
    await settle()
    assert.deepEqual([second.answers(), third.answers()], [4, 2])
  })

  test('a reader gets nothing that the disk does not have', async (t) => {
    const { connect, disk } = createBroker(t)
    const [writer, reader] = [connect(), connect()]
    writer.say('INSERT 1')
    reader.say('SELECT 1')
    await settle()
    assert.equal(reader.answers(), 1)
    disk.shift()?.()
    await settle()
    assert.deepEqual([writer.answers(), reader.answers()], [2, 2])
  })

  test('a transaction that may lag is answered at once and flushed soon; what comes after it waits for both', async (t) => {
    const { connect, disk } = createBroker(t)
    const [lagging, other] = [connect(), connect()]
    lagging.say(beginLagging, 'INSERT in transaction', 'COMMIT')
    await settle()
    assert.equal(lagging.answers(), 4)
    assert.equal(disk.length, 1, 'it is flushed though nobody waits')
    other.say('SELECT 1')
    await settle()
    assert.equal(other.answers(), 1, 'what may rest on it waits')
    disk.shift()?.()
    await settle()
    assert.equal(other.answers(), 2)
  })

  test('an ordinary transaction on the same connection is flushed again before its answer', async (t) => {
    const { connect, disk } = createBroker(t)
    const client = connect()
    client.say(beginLagging, 'COMMIT')
    await settle()
    disk.shift()?.()
    await settle()
    client.say('BEGIN', 'COMMIT')
    await settle()
    assert.equal(client.answers(), 4)
    disk.shift()?.()
    await settle()
    assert.equal(client.answers(), 5)
  })
})

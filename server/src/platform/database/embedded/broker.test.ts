import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { until } from '../../../../test/until.ts'
import { Broker } from './broker.ts'
import { beginLagging, encodeQuery } from './wire.ts'

/** A message of the backend. */
function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, Buffer.from(body)])
}

/** ReadyForQuery, with the state of the transaction. */
function ready(status: 'I' | 'T' | 'E'): Buffer {
  return message('Z', status)
}

const done = message('C', 'DONE\0')

function failed(severity: string, code: string): Buffer {
  return message('E', `S${severity}\0V${severity}\0C${code}\0Mno luck\0\0`)
}

/** Messages that end an answer: several answers may come in one piece. */
function countAnswers(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes)
  let count = 0
  for (let offset = 0; offset + 5 <= buffer.length; offset += 1 + buffer.readInt32BE(offset + 1))
    if (buffer[offset] === 'Z'.charCodeAt(0)) count += 1
  return count
}

const startUp = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])

/**
 * A broker over a backend that does nothing, answers to some queries what the test wants, and a disk that is done when
 * the test says so.
 */
function createBroker(t: TestContext, answers: Record<string, () => Buffer> = {}) {
  const disk: (() => void)[] = []
  const ran: string[] = []
  let toFlush = false
  const execute = (bytes: Uint8Array): Uint8Array => {
    const query = Buffer.from(bytes).toString('latin1')
    for (const [part, answer] of Object.entries(answers)) if (query.includes(part)) return answer()
    ran.push(query.slice(5, -1))
    if (query.includes('BEGIN') || query.includes('INSERT in transaction'))
      return Buffer.concat([done, ready('T')])
    if (query.includes('INSERT') || query.includes('COMMIT')) toFlush = true
    return Buffer.concat([done, ready('I')])
  }
  const flushLog = (work: () => void): Promise<void> | undefined => {
    work()
    if (!toFlush) return undefined
    toFlush = false
    return new Promise((resolve) => {
      disk.push(resolve)
    })
  }
  const ends: string[] = []
  const end = (error: Error) => ends.push(error.message)
  const gauge = { unitStartedAtMs: 0, lastUnitAtMs: 0, unitCount: 0 }
  const broker = new Broker({ execute, flushLog, end }, gauge, 60_000)
  const ports: MessagePort[] = []
  let posted = 0
  t.after(() => {
    for (const port of ports) port.close()
  })
  const connect = () => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1)
    let answered = 0
    port1.on('message', (bytes: Uint8Array) => {
      answered += countAnswers(bytes)
      posted += 1
    })
    broker.attach(port2)
    port1.postMessage(startUp)
    const say = (...queries: string[]) => {
      port1.postMessage(Buffer.concat(queries.map((query) => encodeQuery(query))))
    }
    const send = (bytes: Buffer) => port1.postMessage(bytes)
    return { say, send, answers: () => answered }
  }
  return { connect, disk, ends, ran, posts: () => posted }
}

/** Until nothing moves any more. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round += 1) await turn()
}

suite('what the embedded database answers, and when', () => {
  test('a commit is answered when the disk has it, not before', async (t) => {
    const { connect, disk } = createBroker(t)
    const client = connect()
    client.say('BEGIN', 'INSERT in transaction')
    await settle()
    assert.equal(client.answers(), 3, 'start-up and what is inside of the transaction')
    client.say('COMMIT')
    await settle()
    assert.equal(client.answers(), 3)
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
    assert.deepEqual([first.answers(), second.answers(), third.answers()], [1, 1, 1])
    assert.equal(disk.length, 1, 'one flush at a time')
    disk.shift()?.()
    await settle()
    assert.deepEqual([first.answers(), second.answers(), third.answers()], [2, 1, 1])
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
    await until('it is flushed though nobody waits', () => disk.length === 1 || undefined)
    other.say('SELECT 1')
    await settle()
    assert.equal(other.answers(), 1, 'what may rest on it waits')
    disk.shift()?.()
    await settle()
    assert.equal(other.answers(), 2)
  })

  test('what lags shares the flush of a commit that somebody waits for', async (t) => {
    const { connect, disk } = createBroker(t)
    const [lagging, other] = [connect(), connect()]
    lagging.say(beginLagging, 'COMMIT')
    other.say('INSERT 1')
    await settle()
    assert.equal(disk.length, 1)
    disk.shift()?.()
    await settle()
    assert.deepEqual([lagging.answers(), other.answers(), disk.length], [3, 2, 0])
    // The flush that was due because of the lag finds nothing to do.
    other.say('SELECT 1')
    await until('an answer without the disk', () => other.answers() === 3 || undefined)
    assert.equal(disk.length, 0)
  })

  test('an ordinary transaction on the same connection is flushed again before its answer', async (t) => {
    const { connect, disk } = createBroker(t)
    const client = connect()
    client.say(beginLagging, 'COMMIT')
    await until('the flush of what lags', () => disk.length === 1 || undefined)
    disk.shift()?.()
    await settle()
    client.say('BEGIN', 'COMMIT')
    await settle()
    assert.equal(disk.length, 1)
    assert.equal(client.answers(), 3, 'BEGIN goes with its COMMIT, which waits')
    disk.shift()?.()
    await settle()
    assert.equal(client.answers(), 5)
  })

  test('answers of a transaction whose next statement is here already go with the next one, in order', async (t) => {
    const { connect, disk, posts } = createBroker(t)
    const client = connect()
    await settle()
    const before = posts()
    client.say('BEGIN', 'INSERT in transaction')
    await settle()
    assert.deepEqual([client.answers(), posts() - before, disk.length], [3, 1, 0])
  })

  test('nothing of its own is said between a statement and its Sync', async (t) => {
    const { connect, ran } = createBroker(t)
    const client = connect()
    // One unit before plans are due to be made anew, which is the open statement.
    client.say(...Array.from({ length: 497 }, () => 'SHOW all'))
    await settle()
    client.send(Buffer.concat([message('P', '\0SHOW open\0\0\0'), message('H', '')]))
    client.send(message('S', ''))
    client.say('SHOW last')
    await until('all to be run', () => ran.some((query) => query.includes('last')) || undefined)
    const open = ran.findIndex((query) => query.includes('SHOW open'))
    assert.doesNotMatch(ran[open + 1] ?? '', /DISCARD/)
    assert.ok(ran.some((query) => query.includes('DISCARD PLANS')))
  })
})

// What an engine that broke says is no answer: passed on, a missing row would be a key that is unknown.
const broken: Record<string, Buffer> = {
  'nothing at all': Buffer.alloc(0),
  'an end without the answer': ready('I'),
  'an answer without its end': done,
  'half a message': Buffer.concat([done, ready('I').subarray(0, 3)]),
  'a panic': Buffer.concat([failed('PANIC', 'XX000'), ready('I')]),
  'a full disk that it does not survive': Buffer.concat([failed('PANIC', '53100'), ready('I')]),
  'a fatal error': Buffer.concat([failed('FATAL', '57P01'), ready('I')]),
}

suite('an engine that broke', () => {
  for (const [name, reply] of Object.entries(broken)) {
    test(`${name} is passed on to nobody and ends it`, async (t) => {
      const { connect, ends } = createBroker(t, { BREAK: () => reply })
      const [client, other] = [connect(), connect()]
      await settle()
      client.say('BREAK')
      other.say('SELECT 1')
      await settle()
      assert.deepEqual([client.answers(), other.answers()], [1, 1], 'the start-ups alone')
      assert.equal(ends.length, 1)
    })
  }

  test('a trap of the engine ends it, and what waited for the disk is not answered', async (t) => {
    const trap = () => {
      throw new Error('unreachable')
    }
    const { connect, disk, ends } = createBroker(t, { TRAP: trap })
    const [writer, other] = [connect(), connect()]
    writer.say('INSERT 1')
    await settle()
    other.say('TRAP')
    await settle()
    disk.shift()?.()
    await settle()
    assert.equal(writer.answers(), 1)
    assert.deepEqual(ends, ['unreachable'])
  })

  test('a log that could not be flushed is no commit', async (t) => {
    const full = () => Buffer.concat([failed('ERROR', '53100'), ready('I')])
    const { connect, ends } = createBroker(t, { pg_logical_emit_message: full })
    const client = connect()
    client.say('INSERT 1')
    await settle()
    assert.equal(client.answers(), 1)
    assert.deepEqual(ends, ['the log could not be flushed: ERROR 53100: no luck'])
  })

  test('an internal error ends it unless it still answers', async (t) => {
    let isDead = false
    const internal = () => Buffer.concat([failed('ERROR', 'XX000'), ready('I')])
    const sound = () => (isDead ? ready('I') : Buffer.concat([done, ready('I')]))
    const { connect, ends } = createBroker(t, { INTERNAL: internal, 'SELECT 1': sound })
    const client = connect()
    client.say('INTERNAL')
    await settle()
    assert.deepEqual([client.answers(), ends.length], [2, 0])
    isDead = true
    client.say('INTERNAL')
    await settle()
    assert.deepEqual([client.answers(), ends.length], [2, 1])
  })

  test('an ordinary error, also of a full disk, is passed on', async (t) => {
    const full = () => Buffer.concat([failed('ERROR', '53100'), ready('I')])
    const { connect, ends } = createBroker(t, { FULL: full })
    const client = connect()
    client.say('FULL')
    await settle()
    assert.deepEqual([client.answers(), ends.length], [2, 0])
  })
})

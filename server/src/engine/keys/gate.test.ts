import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import pino from 'pino'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import {
  createSimulator,
  createTestEngine,
  createTestSecrets,
  pairSession,
  type RecordingListener,
  type Simulator,
  sendText,
} from '../../../test/harness-engine.ts'
import type { Database } from '../../platform/database/database.ts'
import { Recoveries } from '../../platform/database/recoveries.ts'
import { systemIds } from '../../platform/ids.ts'
import type { Engine } from '../engine.ts'
import { FrameGate } from './frame-gate.ts'
import { InFlight } from './in-flight.ts'
import { KeyWriter } from './key-writer.ts'
import { SessionKeys } from './session-keys.ts'

const ids = systemIds()
const bob = '15550002222'

suite('frame gate', () => {
  test('frames leave in order, none before its condition holds', () => {
    const gate = new FrameGate()
    const left: number[] = []
    let isReady = true
    gate.push({ isReady: () => true, send: () => left.push(1) })
    gate.push({ isReady: () => !isReady, send: () => left.push(2) })
    gate.push({ isReady: () => true, send: () => left.push(3) })
    assert.deepEqual(left, [1])
    isReady = false
    gate.advance()
    assert.deepEqual(left, [1, 2, 3])
  })

  test('a closed gate lets nothing leave', async () => {
    const gate = new FrameGate()
    gate.push({ isReady: () => false, send: () => assert.fail('left') })
    gate.close()
    gate.push({ isReady: () => true, send: () => assert.fail('left') })
    gate.advance()
    await gate.drained()
  })
})

suite('session keys', () => {
  function build(write: ConstructorParameters<typeof KeyWriter>[0]): {
    keys: SessionKeys
    inFlight: InFlight
  } {
    const writer = new KeyWriter(write, pino({ level: 'silent' }))
    const inFlight: InFlight = new InFlight(() => keys.advance())
    const keys: SessionKeys = new SessionKeys({
      sessionId: 's',
      epoch: 1,
      read: async () => [],
      encrypt: (_type, _id, value) => value,
      notify: (source) => writer.notify(source),
      inFlight,
      onMapping: () => {},
      onRead: () => {},
      onCommitted: () => {},
      onLost: () => {},
    })
    return { keys, inFlight }
  }

  test('a ratchet step of a message is committed after the message is stored, other writes at once', async () => {
    const written: string[] = []
    const { keys, inFlight } = build(async (sessions) => {
      for (const { rows } of sessions) written.push(...rows.map(({ type, id }) => `${type}/${id}`))
      return new Set(sessions.map(({ sessionId }) => sessionId))
    })
    inFlight.open('message', 0)
    await keys.set({ session: { bob: Buffer.from('step') }, 'device-list': { bob: ['0'] } })
    const mark = keys.mark()
    await keys.settled()
    assert.deepEqual(written, ['device-list/bob'])
    assert.equal(keys.hasCommittedFree(mark), true)
    assert.equal(keys.hasCommitted(mark), false)
    assert.ok((await keys.get('session', ['bob'])).bob)
    inFlight.close(['message'])
    await keys.settled()
    assert.deepEqual(written, ['device-list/bob', 'session/bob'])
    assert.equal(keys.hasCommitted(mark), true)
  })

  test('a later step of the same row never loses to an earlier one', async () => {
    const rows = new Map<string, string>()
    const { keys, inFlight } = build(async (sessions) => {
      for (const session of sessions) {
        for (const { type, id, value } of session.rows)
          rows.set(`${type}/${id}`, Buffer.from(value ?? []).toString())
      }
      return new Set(['s'])
    })
    inFlight.open('one', 0)
    keys.write('sender-key', 'row', Buffer.from('first'))
    inFlight.close(['one'])
    keys.write('sender-key', 'row', Buffer.from('second'))
    await keys.settled()
    assert.equal(rows.get('sender-key/row'), 'second')
  })

  test('while a write is in flight the next ones collect into one', async () => {
    const sizes: number[] = []
    const { keys } = build(async (sessions) => {
      sizes.push(sessions.reduce((sum, { rows }) => sum + rows.length, 0))
      await new Promise((resolve) => setImmediate(resolve))
      return new Set(['s'])
    })
    keys.write('device-list', 'a', ['0'])
    await new Promise((resolve) => setImmediate(resolve))
    for (let index = 0; index < 100; index += 1) keys.write('device-list', `b${index % 10}`, ['0'])
    await keys.settled()
    assert.deepEqual(sizes, [1, 10])
  })
})

suite('write-ahead', () => {
  let database: TestDatabase
  let simulator: Simulator
  let engine: Engine
  let listener: RecordingListener
  let session: { tenantId: string; sessionId: string }
  let account: string
  let number = 15_554_000_000
  const secrets = createTestSecrets()
  /** While set, writes of keys wait for it. */
  let hold: Promise<void> | undefined
  let heldWrites = 0
  let db: Database

  before(async () => {
    database = await openTestDatabase()
    db = holdKeyWrites(database.db)
    simulator = await createSimulator({ deliveryMs: 0, readMs: 0 })
    simulator.createAccount({ phone: bob, name: 'Bob' })
    simulator.setReceipts(bob, { mode: 'none' })
  })

  after(async () => {
    await simulator.close()
    await database.close()
  })

  /** The same database, whose key writes can be made to wait before they commit. */
  function holdKeyWrites(real: Database): Database {
    const pool = new Proxy(real.pool, {
      get(target, name) {
        if (name !== 'query') return Reflect.get(target, name, target)
        return async (query: unknown, values?: unknown[]) => {
          const text = typeof query === 'string' ? query : (query as { text: string }).text
          if (text.includes('INSERT INTO engine_keys') && hold !== undefined) {
            heldWrites += 1
            await hold
          }
          return values === undefined ? target.query(query as string) : target.query(query as string, values)
        }
      },
    })
    return { ...real, pool }
  }

  function holdWrites(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    hold = promise
    heldWrites = 0
    return () => {
      hold = undefined
      resolve()
    }
  }

  beforeEach(async () => {
    hold = undefined
    number += 1
    account = String(number)
    simulator.createAccount({ phone: account, name: 'Front desk' })
    const made = createTestEngine({ db, waUrl: simulator.url, secrets })
    engine = made.engine
    listener = made.listener
    session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await pairSession(engine, listener, simulator, session, account)
    await sendText(engine, session.sessionId, `${bob}@c.us`, 'warm up')
  })

  /** Lets everything that can happen without the held promise happen. */
  async function idle(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  test('a message leaves only after the ratchet step it used is committed', async () => {
    const release = holdWrites()
    const sending = sendText(engine, session.sessionId, `${bob}@c.us`, 'held back')
    while (heldWrites === 0) await idle()
    await idle()
    assert.ok(!simulator.messages(bob).some(({ text }) => text === 'held back'))
    release()
    assert.equal((await sending).outcome.kind, 'sent')
    await simulator.nextMessage(bob, ({ text }) => text === 'held back')
    await engine.close()
  })

  test('a receipt leaves only after the message is stored', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    listener.beforeMessages = async () => {
      arrived.resolve()
      await promise
    }
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'store me' })
    await arrived.promise
    await idle()
    const isReceipt = (event: { type: string }): boolean =>
      event.type === 'receipt' && 'ids' in event && (event.ids as string[]).includes(id)
    assert.ok(!simulator.events(bob).some(isReceipt))
    resolve()
    await simulator.nextEvent(bob, isReceipt)
    await engine.close()
  })

  test('when the store fails nothing is acknowledged, and the message comes again and can be read', async () => {
    let failures = 0
    listener.beforeMessages = async () => {
      failures += 1
      if (failures <= 2) throw new Error('the store is down')
    }
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'again please' })
    const message = await listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal(message.content.kind === 'text' && message.content.text, 'again please')
    assert.equal(failures, 3)
    await simulator.nextEvent(bob, (event) => event.type === 'receipt' && event.ids.includes(id))
    await engine.close()
  })

  test('a kill between storing and committing neither loses nor garbles: the message is read twice', async () => {
    const release = holdWrites()
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'twice' })
    await listener.next('message', ({ waMessageId }) => waMessageId === id)
    // The first process hangs in its commit for ever; a second one takes over, as after a kill.
    while (heldWrites === 0) await idle()
    const heir = createTestEngine({ db: database.db, waUrl: simulator.url, secrets })
    await heir.engine.start(session)
    await heir.listener.next('state', ({ status }) => status === 'working')
    const again = await heir.listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal(again.content.kind === 'text' && again.content.text, 'twice')
    const { outcome } = await sendText(heir.engine, session.sessionId, `${bob}@c.us`, 'still in step')
    assert.equal(outcome.kind, 'sent')
    await simulator.nextMessage(bob, ({ text }) => text === 'still in step')
    release()
    const lost = await listener.next('state', ({ status }) => status === 'failed')
    assert.equal(lost.reason, 'replaced')
    assert.equal(heir.engine.isWorking(session.sessionId), true)
    await heir.engine.close()
    await engine.close()
  })

  test('statuses are stored before their receipt is acknowledged', async () => {
    let failures = 0
    listener.beforeStatuses = async () => {
      failures += 1
      if (failures === 1) throw new Error('the store is down')
    }
    simulator.setReceipts(bob, { mode: 'delivery', deliveryMs: 0 })
    const { waMessageId } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'receipt please')
    const status = await listener.next('status', (update) => update.waMessageId === waMessageId)
    assert.equal(status.status, 'delivered')
    assert.ok(failures >= 2)
    simulator.setReceipts(bob, { mode: 'none' })
    await engine.close()
  })

  test('a failed read of keys is no missing key: the message is not refused', async () => {
    await engine.stop(session.sessionId, 'stop')
    let failures = 0
    const failing: Database = {
      ...database.db,
      pool: new Proxy(database.db.pool, {
        get(target, name) {
          if (name !== 'query') return Reflect.get(target, name, target)
          return async (query: { text?: string; values?: unknown[] }, values?: unknown[]) => {
            const isSessionRead =
              query.text?.includes('FROM engine_keys k') === true &&
              JSON.stringify(query.values).includes('"session"')
            if (isSessionRead && failures < 1) {
              failures += 1
              throw new Error('the database is down')
            }
            return values === undefined ? target.query(query as never) : target.query(query as never, values)
          }
        },
      }),
    }
    const other = createTestEngine({ db: failing, waUrl: simulator.url, secrets })
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'survive this' })
    await other.engine.start(session)
    const message = await other.listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal(message.content.kind === 'text' && message.content.text, 'survive this')
    assert.equal(failures, 1)
    await other.engine.close()
    await engine.close()
  })

  test('a session that lost its connection to the database goes on once that serves again, not after its pause', async () => {
    await engine.stop(session.sessionId, 'stop')
    const recoveries = new Recoveries()
    let isAway = false
    const db: Database = {
      ...database.db,
      onRecovery: (run) => recoveries.listen(run),
      pool: new Proxy(database.db.pool, {
        get(target, name) {
          if (name !== 'query') return Reflect.get(target, name, target)
          return async (query: never, values?: unknown[]) => {
            if (isAway) throw Object.assign(new Error('no room'), { code: '53100' })
            return values === undefined ? target.query(query) : target.query(query, values)
          }
        },
      }),
    }
    const config = { reconnectBaseMs: 600_000 }
    const other = createTestEngine({ db, waUrl: simulator.url, secrets, config })
    await other.engine.start(session)
    await other.listener.next('state', ({ status }) => status === 'working')
    isAway = true
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'while it was full' })
    await other.listener.next('state', ({ reason }) => reason === 'reconnecting')
    isAway = false
    recoveries.announce()
    const message = await other.listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.equal(message.content.kind === 'text' && message.content.text, 'while it was full')
    await other.engine.close()
    await engine.close()
  })
})

import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import {
  createSimulator,
  createTestEngine,
  pairSession,
  type RecordingListener,
  type Simulator,
  sendText,
} from '../../../test/harness-engine.ts'
import { systemIds } from '../../platform/ids.ts'
import type { Engine } from '../engine.ts'
import type { StateChange } from '../events.ts'
import { judgeDisconnect, reconnectPauseMs } from './disconnects.ts'

const ids = systemIds()
const bob = '15550002222'

suite('verdicts', () => {
  const facts = { isPaired: true, areCodesUsedUp: false, wasWorking: true, repeats: 1 }

  test('each code leads to what is documented', () => {
    assert.deepEqual(judgeDisconnect(515, facts), { kind: 'renew' })
    for (const code of [408, 428, 1006]) {
      assert.deepEqual(judgeDisconnect(code, facts), { kind: 'retry', reason: 'reconnecting' })
    }
    assert.deepEqual(judgeDisconnect(428, { ...facts, wasWorking: false }), {
      kind: 'retry',
      reason: 'unreachable',
    })
    assert.deepEqual(judgeDisconnect(503, facts), { kind: 'retry', reason: 'unavailable' })
    for (const code of [401, 411]) {
      assert.deepEqual(judgeDisconnect(code, facts), {
        kind: 'fail',
        reason: 'logged_out',
        erasesPairing: true,
      })
    }
    assert.deepEqual(judgeDisconnect(403, facts), { kind: 'fail', reason: 'banned', erasesPairing: false })
    assert.deepEqual(judgeDisconnect(405, facts), {
      kind: 'fail',
      reason: 'client_outdated',
      erasesPairing: false,
    })
    assert.deepEqual(judgeDisconnect(440, facts), { kind: 'retry', reason: 'replaced' })
    assert.equal(judgeDisconnect(440, { ...facts, repeats: 4 }).kind, 'fail')
    assert.equal(judgeDisconnect(500, facts).kind, 'retry')
    const last = judgeDisconnect(500, { ...facts, repeats: 4 })
    assert.deepEqual(last, { kind: 'fail', reason: 'bad_session', erasesPairing: false })
    const unscanned = judgeDisconnect(408, { ...facts, isPaired: false, areCodesUsedUp: true })
    assert.deepEqual(unscanned, { kind: 'fail', reason: 'qr_expired', erasesPairing: false })
  })

  test('pauses double up to five minutes and keep at least half under jitter', () => {
    assert.equal(reconnectPauseMs(0, 1000, 0), 1000)
    assert.equal(reconnectPauseMs(3, 1000, 0), 8000)
    assert.equal(reconnectPauseMs(3, 1000, 1), 4000)
    assert.equal(reconnectPauseMs(50, 1000, 0), 300_000)
  })
})

suite('faults', () => {
  let database: TestDatabase
  let simulator: Simulator
  let engine: Engine
  let listener: RecordingListener
  let session: { tenantId: string; sessionId: string }
  let account: string
  let number = 15_553_000_000

  before(async () => {
    database = await openTestDatabase()
    simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
    simulator.createAccount({ phone: bob, name: 'Bob' })
  })

  after(async () => {
    await simulator.close()
    await database.close()
  })

  beforeEach(async () => {
    number += 1
    account = String(number)
    simulator.createAccount({ phone: account, name: 'Front desk' })
    const made = createTestEngine({
      db: database.db,
      waUrl: simulator.url,
      config: { probeAfterMs: 200, probeTimeoutMs: 1000 },
    })
    engine = made.engine
    listener = made.listener
    session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await pairSession(engine, listener, simulator, session, account)
    return async () => engine.close()
  })

  /** The states told since a moment, until one is reached. */
  async function until(status: StateChange['status'], since: number): Promise<string[]> {
    await listener.next('state', (change) => change.status === status, since)
    return listener.events
      .slice(since)
      .flatMap((recorded) =>
        recorded.kind === 'state' ? [`${recorded.value.status}:${recorded.value.reason ?? ''}`] : [],
      )
  }

  async function assertWorks(text: string): Promise<void> {
    const { outcome, waMessageId } = await sendText(engine, session.sessionId, `${bob}@c.us`, text)
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    await simulator.nextMessage(bob, ({ id }) => id === waMessageId)
  }

  test('a lost connection is restored, and the gap is published', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'drop', phone: account })
    assert.deepEqual(await until('working', since), ['starting:reconnecting', 'working:'])
    const lost = listener.all('state').find(({ reason }) => reason === 'reconnecting')
    assert.deepEqual([lost?.previousStatus, lost?.cause], ['working', 'lost'])
    await assertWorks('after the drop')
    await engine.close()
  })

  test('a send that loses its connection is unknown and can be repeated under the same id', async () => {
    simulator.fault({ kind: 'deaf', phone: account })
    const waMessageId = engine.newMessageId(session.sessionId)
    const submission = {
      sessionId: session.sessionId,
      chatId: `${bob}@c.us`,
      waMessageId,
      content: { kind: 'text' as const, text: 'once more' },
    }
    const since = listener.events.length
    const first = await engine.send(submission)
    assert.equal(first.kind, 'unknown')
    await until('working', since)
    const second = await engine.send(submission)
    assert.equal(second.kind, 'sent')
    await simulator.nextMessage(bob, ({ id }) => id === waMessageId)
    await engine.close()
  })

  test('a deaf connection is noticed, named and renewed', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'deaf', phone: account })
    assert.deepEqual(await until('working', since), ['starting:deaf', 'working:'])
    await assertWorks('hearing again')
    await engine.close()
  })

  test('unavailable keeps trying and says so', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'unavailable', phone: account, count: 2 })
    const states = await until('working', since)
    assert.deepEqual(states, ['starting:unavailable', 'working:'])
    await assertWorks('available again')
    await engine.close()
  })

  test('a removed device fails as logged out, and its keys are erased', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'logout', phone: account })
    assert.deepEqual(await until('failed', since), ['failed:logged_out'])
    assert.equal(listener.all('state').at(-1)?.phoneNumber, null)
    const { rows } = await database.db.pool.query('SELECT 1 FROM engine_keys WHERE session_id = $1', [
      session.sessionId,
    ])
    assert.equal(rows.length, 0)
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'qr_code', since)
    await engine.close()
  })

  test('a ban and an outdated client fail at once, the pairing stays', async () => {
    let since = listener.events.length
    simulator.fault({ kind: 'ban', phone: account })
    assert.deepEqual(await until('failed', since), ['failed:banned'])
    simulator.fault({ kind: 'ban', phone: account, clear: true })
    since = listener.events.length
    await engine.start(session)
    assert.deepEqual(await until('working', since), ['starting:', 'working:'])
    since = listener.events.length
    simulator.fault({ kind: 'outdated', phone: account })
    assert.deepEqual(await until('failed', since), ['failed:client_outdated'])
    simulator.fault({ kind: 'outdated', phone: account, clear: true })
    await engine.close()
  })

  test('a state that a life could not publish is not published over those of the next one', async () => {
    const tell = listener.onState.bind(listener)
    let isAway = true
    const refused = new Promise<void>((resolve) => {
      listener.onState = async (change) => {
        if (change.status !== 'failed' || !isAway) return tell(change)
        resolve()
        throw Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' })
      }
    })
    simulator.fault({ kind: 'ban', phone: account })
    await refused
    simulator.fault({ kind: 'ban', phone: account, clear: true })
    const since = listener.events.length
    await engine.start(session)
    isAway = false
    await until('working', since)
    // The tries of the first life would come 250 and 750 ms after it failed.
    await wait(1000)
    assert.deepEqual(await until('working', since), ['starting:', 'working:'])
    await engine.close()
  })

  test('another client on the same device is yielded to after a few tries', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'conflict', phone: account })
    assert.deepEqual(await until('working', since), ['starting:replaced', 'working:'])
    for (let count = 0; count < 3; count += 1) {
      const before = listener.events.length
      simulator.fault({ kind: 'conflict', phone: account })
      await until(count === 2 ? 'failed' : 'working', before)
    }
    assert.equal(listener.all('state').at(-1)?.reason, 'replaced')
    await engine.close()
  })

  test('a refused message is refused once and never repeated', async () => {
    simulator.fault({ kind: 'ack_error', phone: account, code: 479 })
    const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'refused')
    assert.deepEqual(outcome, { kind: 'refused', error: 'ack_479' })
    await assertWorks('the next one')
    await engine.close()
  })

  test('the reach-out lock is a state of the session', async () => {
    const since = listener.events.length
    simulator.fault({ kind: 'ack_error', phone: account, code: 463 })
    const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'cold')
    assert.deepEqual(outcome, { kind: 'refused', error: 'ack_463' })
    const locked = await listener.next('state', ({ reason }) => reason === 'reach_out_locked', since)
    assert.deepEqual([locked.status, locked.previousStatus, locked.cause], ['working', 'working', null])
    await engine.close()
  })

  test('an unreachable server is reported as such, and left at once by stop', async () => {
    const lonely = createTestEngine({ db: database.db, waUrl: 'ws://127.0.0.1:9' })
    const other = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await lonely.engine.start(other)
    await lonely.listener.next('state', ({ reason }) => reason === 'unreachable')
    await lonely.engine.stop(other.sessionId, 'stop')
    assert.equal(lonely.listener.all('state').at(-1)?.status, 'stopped')
    await lonely.engine.close()
  })
})

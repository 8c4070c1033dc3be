import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
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
import { until } from '../../../test/until.ts'
import { systemIds } from '../../platform/ids.ts'
import { claimSessions, readKeys, releaseLeases, renewLeases, writeKeys } from '../keys/auth-store.ts'

const ids = systemIds()
const bob = '15550002222'
let database: TestDatabase
let simulator: Simulator
let number = 15_555_000_000

before(async () => {
  database = await openTestDatabase()
  simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
  simulator.createAccount({ phone: bob, name: 'Bob' })
})

after(async () => {
  await simulator.close()
  await database.close()
})

function newAccount(): { session: { tenantId: string; sessionId: string }; account: string } {
  number += 1
  simulator.createAccount({ phone: String(number), name: 'Front desk' })
  return { session: { tenantId: ids.uuid(), sessionId: ids.uuid() }, account: String(number) }
}

suite('leases', () => {
  const wish = (sessionId: string, ownerId: string) => ({
    sessionId,
    tenantId: ids.uuid(),
    ownerId,
    leaseMs: 30_000,
  })
  const claim = async (sessionId: string, ownerId: string) => {
    const [result] = await claimSessions(database.db, [wish(sessionId, ownerId)])
    assert.ok(result !== undefined)
    return result
  }
  const read = async (sessionId: string, key: { type: string; id: string }) => {
    const [rows = []] = await readKeys(database.db, [{ sessionId, keys: [key] }])
    return rows.map(({ value }) => value.toString())
  }

  test('a live lease of another owner is respected, an ended one is taken over under a new epoch', async () => {
    const sessionId = ids.uuid()
    assert.deepEqual(await claim(sessionId, 'one'), { kind: 'claimed', epoch: 1 })
    assert.deepEqual(await claim(sessionId, 'one'), { kind: 'claimed', epoch: 2 })
    const refused = await claim(sessionId, 'two')
    assert.ok(refused.kind === 'refused' && refused.freeInSeconds > 20 && refused.freeInSeconds <= 30)
    await releaseLeases(database.db, [{ sessionId, epoch: 1 }], 'quietly')
    assert.equal((await claim(sessionId, 'two')).kind, 'refused')
    await releaseLeases(database.db, [{ sessionId, epoch: 2 }], 'aloud')
    assert.deepEqual(await claim(sessionId, 'two'), { kind: 'claimed', epoch: 3 })
    assert.deepEqual(await renewLeases(database.db, [{ sessionId, epoch: 2 }], 30_000), new Set())
    assert.deepEqual(await renewLeases(database.db, [{ sessionId, epoch: 3 }], 30_000), new Set([sessionId]))
  })

  test('a write under a stale epoch writes nothing, beside one that does', async () => {
    const [stale, good] = [ids.uuid(), ids.uuid()]
    await claim(stale, 'one')
    await claim(stale, 'one')
    await claim(good, 'one')
    const rows = [{ type: 'session', id: 'x', value: Buffer.from('value') }]
    const held = await writeKeys(database.db, [
      { sessionId: stale, epoch: 1, rows },
      { sessionId: good, epoch: 1, rows: [...rows, { type: 'pre-key', id: '1', value: null }] },
    ])
    assert.deepEqual(held, new Set([good]))
    assert.deepEqual(await read(stale, { type: 'session', id: 'x' }), [])
    assert.deepEqual(await read(good, { type: 'session', id: 'x' }), ['value'])
    await writeKeys(database.db, [
      { sessionId: good, epoch: 1, rows: [{ type: 'session', id: 'x', value: null }] },
    ])
    assert.deepEqual(await read(good, { type: 'session', id: 'x' }), [])
  })

  test('claims of many sessions at once end one by one, in the order asked', async () => {
    const [free, taken, own] = [ids.uuid(), ids.uuid(), ids.uuid()]
    await claim(taken, 'one')
    await claim(own, 'two')
    const [first, second, third] = await claimSessions(database.db, [
      wish(taken, 'two'),
      wish(own, 'two'),
      wish(free, 'two'),
    ])
    assert.ok(first?.kind === 'refused' && first.freeInSeconds > 20)
    assert.deepEqual(
      [second, third],
      [
        { kind: 'claimed', epoch: 2 },
        { kind: 'claimed', epoch: 1 },
      ],
    )
  })

  test('keys of many sessions are read at once, each answer its own', async () => {
    const [one, two] = [ids.uuid(), ids.uuid()]
    await claim(one, 'one')
    await claim(two, 'one')
    const row = (id: string, text: string) => ({ type: 'session', id, value: Buffer.from(text) })
    await writeKeys(database.db, [
      { sessionId: one, epoch: 1, rows: [row('x', 'one x'), row('y', 'one y')] },
      { sessionId: two, epoch: 1, rows: [row('x', 'two x')] },
    ])
    const key = (id: string) => ({ type: 'session', id })
    const answers = await readKeys(database.db, [
      { sessionId: two, keys: [key('x'), key('y')] },
      { sessionId: one, keys: [key('y')] },
      { sessionId: one, keys: [key('x'), key('y')] },
      { sessionId: ids.uuid(), keys: [key('x')] },
    ])
    const texts = answers.map((rows) => rows.map(({ value }) => value.toString()).sort())
    assert.deepEqual(texts, [['two x'], ['one y'], ['one x', 'one y'], []])
  })
})

suite('one owner at a time', () => {
  test('503 for a session that runs in another process', async () => {
    const { session, account } = newAccount()
    const first = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'first' })
    await pairSession(first.engine, first.listener, simulator, session, account)
    const second = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'second' })
    await assert.rejects(second.engine.start(session), { code: 'session_runs_elsewhere', status: 503 })
    await first.engine.close()
    await second.engine.start(session)
    await second.engine.close()
  })

  test('whoever closes tells the others that its sessions are free; who stops or restarts one does not', async () => {
    const [one, two] = [newAccount(), newAccount()]
    const first = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'first' })
    const second = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'second' })
    let heard = 0
    const watch = await second.engine.onHandOver(() => {
      heard += 1
    })
    const sessions = [one.session, two.session]
    const ids = sessions.map(({ sessionId }) => sessionId)
    for (const { session, account } of [one, two])
      await pairSession(first.engine, first.listener, simulator, session, account)
    const held = await second.engine.findFree(ids)
    assert.deepEqual(held.free, [])
    assert.ok((held.nextInMs ?? 0) > 0)
    await first.engine.stop(one.session.sessionId, 'stop')
    assert.deepEqual((await second.engine.findFree(ids)).free, [one.session.sessionId])
    await first.engine.start(one.session)
    assert.equal(heard, 0)
    await first.engine.close()
    if (database.db.kind === 'server') await until('the hand-over to be heard', () => heard > 0 || undefined)
    assert.deepEqual((await second.engine.findFree(ids)).free.sort(), ids.sort())
    await watch.close()
    await second.engine.close()
  })

  test('what this process runs is not free, and what it held before a crash is', async () => {
    const { session, account } = newAccount()
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'same' })
    await pairSession(engine, listener, simulator, session, account)
    assert.deepEqual(await engine.findFree([session.sessionId]), { free: [], nextInMs: undefined })
    const again = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'same' })
    assert.deepEqual((await again.engine.findFree([session.sessionId])).free, [session.sessionId])
    await again.engine.close()
    await engine.close()
  })

  test('an owner whose lease ran out is fenced: its next write is refused and it stops as replaced', async () => {
    const secrets = createTestSecrets()
    const { session, account } = newAccount()
    const first = createTestEngine({ db: database.db, waUrl: simulator.url, ownerId: 'first', secrets })
    await pairSession(first.engine, first.listener, simulator, session, account)
    await database.db.pool.query(
      `UPDATE engine_sessions SET lease_until = now() - interval '1 second', owner_id = 'second', epoch = epoch + 1
       WHERE session_id = $1`,
      [session.sessionId],
    )
    const { outcome } = await sendText(first.engine, session.sessionId, `${bob}@c.us`, 'from a ghost')
    // Another write of the session may have met the fence first; then the text never got as far as the keys.
    assert.ok(['unknown', 'not_sent'].includes(outcome.kind), outcome.kind)
    const failed = await first.listener.next('state', ({ status }) => status === 'failed')
    assert.equal(failed.reason, 'replaced')
    assert.ok(!simulator.messages(bob).some(({ text }) => text === 'from a ghost'))
    await first.engine.close()
  })

  test('a lost lease is noticed without any traffic', async () => {
    const { session, account } = newAccount()
    const { engine, listener } = createTestEngine({
      db: database.db,
      waUrl: simulator.url,
      config: { leaseMs: 300 },
    })
    await pairSession(engine, listener, simulator, session, account)
    await database.db.pool.query('UPDATE engine_sessions SET epoch = epoch + 1 WHERE session_id = $1', [
      session.sessionId,
    ])
    const failed = await listener.next('state', ({ status }) => status === 'failed')
    assert.equal(failed.reason, 'replaced')
    await engine.close()
  })

  test('keys of another installation fail as key_mismatch and are kept', async () => {
    const { session, account } = newAccount()
    const first = createTestEngine({ db: database.db, waUrl: simulator.url })
    await pairSession(first.engine, first.listener, simulator, session, account)
    await first.engine.close()
    const second = createTestEngine({ db: database.db, waUrl: simulator.url, secrets: createTestSecrets() })
    await second.engine.start(session)
    assert.equal(second.listener.all('state').at(-1)?.reason, 'key_mismatch')
    const { rows } = await database.db.pool.query('SELECT 1 FROM engine_keys WHERE session_id = $1', [
      session.sessionId,
    ])
    assert.ok(rows.length > 0)
    await second.engine.close()
  })
})

suite('secrecy', () => {
  /** Runs a session through its life and collects what was logged and printed. */
  async function liveAndListen(): Promise<{
    logged: string
    account: string
    session: { sessionId: string }
  }> {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const print = process.stdout.write.bind(process.stdout)
    const printError = process.stderr.write.bind(process.stderr)
    const { session, account } = newAccount()
    const {
      engine,
      listener,
    }: { engine: ReturnType<typeof createTestEngine>['engine']; listener: RecordingListener } =
      createTestEngine({ db: database.db, waUrl: simulator.url, log })
    process.stdout.write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0 && print(chunk)
    process.stderr.write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0 && printError(chunk)
    try {
      await pairSession(engine, listener, simulator, session, account)
      await sendText(engine, session.sessionId, `${bob}@c.us`, 'confidential text')
      await simulator.sendMessage(bob, { to: account, text: 'confidential answer' })
      await listener.next('message')
      simulator.fault({ kind: 'undecryptable', phone: bob })
      await sendText(engine, session.sessionId, `${bob}@c.us`, 'confidential again')
      simulator.fault({ kind: 'ack_error', phone: account, code: 463 })
      await sendText(engine, session.sessionId, `${bob}@c.us`, 'confidential refusal')
      const since = listener.events.length
      simulator.fault({ kind: 'drop', phone: account })
      await listener.next('state', ({ status }) => status === 'working', since)
      await engine.stop(session.sessionId, 'stop')
    } finally {
      process.stdout.write = print
      process.stderr.write = printError
    }
    await engine.close()
    return { logged: lines.join(''), account, session }
  }

  test('logs carry no phone number, no text and no key material, and stored keys no plaintext', async () => {
    const { logged, account, session } = await liveAndListen()
    assert.ok(logged.length > 0)
    for (const secret of [
      account,
      bob,
      'confidential',
      '@s.whatsapp.net',
      '@lid',
      'currentRatchet',
      'privKey',
      '<Buffer',
    ]) {
      assert.ok(!logged.includes(secret), `${secret} is in the log:\n${logged.slice(0, 4000)}`)
    }
    const { rows } = await database.db.pool.query<{ type: string; value: Buffer }>(
      'SELECT type, value FROM engine_keys WHERE session_id = $1',
      [session.sessionId],
    )
    const types = new Set(rows.map(({ type }) => type))
    for (const type of ['credentials', 'session', 'pre-key', 'lid-mapping']) assert.ok(types.has(type), type)
    for (const { type, value } of rows) {
      const text = value.toString('latin1')
      for (const word of ['private', 'public', '_sessions', 'noiseKey', account]) {
        assert.ok(!text.includes(word), `${type} holds ${word} in plain text`)
      }
    }
  })
})

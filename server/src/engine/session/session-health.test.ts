import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { createServer as createSocksServer } from '@pondwader/socks5-server'
import pino from 'pino'
import { Server as ProxyServer } from 'proxy-chain'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import {
  createSimulator,
  createTestEngine,
  pairSession,
  type RecordingListener,
  type Simulator,
  sendText,
} from '../../../test/harness-engine.ts'
import { systemClock, TestClock } from '../../platform/clock.ts'
import { systemIds } from '../../platform/ids.ts'
import type { Engine } from '../engine.ts'
import { statusReasons } from '../states.ts'
import { parseProxyUrl } from './proxy.ts'
import { Restrictions, type RestrictionUpdate } from './restrictions.ts'

const ids = systemIds()
const bob = '15550002222'
let database: TestDatabase
let simulator: Simulator
let engine: Engine
let listener: RecordingListener
let session: { tenantId: string; sessionId: string }
let account: string
let number = 15_557_000_000
const lines: string[] = []

before(async () => {
  database = await openTestDatabase()
  simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
  simulator.createAccount({ phone: bob, name: 'Bob' })
})

after(async () => {
  await simulator.close()
  await database.close()
})

beforeEach(() => {
  number += 1
  account = String(number)
  simulator.createAccount({ phone: account, name: 'Front desk' })
  lines.length = 0
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const blobs = new Map([['note', Buffer.from('hello')]])
  const config = { askAgainMs: 30 }
  const made = createTestEngine({ db: database.db, waUrl: simulator.url, log, config, blobs })
  engine = made.engine
  listener = made.listener
  session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
})

afterEach(() => engine.close())

const nextReason = (reason: string | null, since = 0) =>
  listener.next('state', (change) => change.reason === reason && change.status === 'working', since)

suite('restrictions', () => {
  test('a cap on new conversations is a state with its end, and over when it ends', async () => {
    await pairSession(engine, listener, simulator, session, account)
    const since = listener.events.length
    const cycleEnds = new Date(Date.now() + 86_400_000).toISOString()
    simulator.setLimits(account, { newChats: { quota: 5, used: 5, cycleEnds } })
    const capped = await nextReason('message_capped', since)
    assert.equal(capped.until?.toISOString().slice(0, 16), cycleEnds.slice(0, 16))
    const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'too many')
    assert.deepEqual(outcome, { kind: 'refused', error: 'ack_475' })
    const lifted = listener.events.length
    simulator.setLimits(account, { newChats: null })
    await nextReason(null, lifted)
  })

  test('a lock is known again after the connection is renewed', async () => {
    await pairSession(engine, listener, simulator, session, account)
    const until = new Date(Date.now() + 3_600_000).toISOString()
    simulator.setLimits(account, { reachOutLock: { until } })
    await nextReason('reach_out_locked')
    const since = listener.events.length
    simulator.fault({ kind: 'drop', phone: account })
    const again = await nextReason('reach_out_locked', since)
    // WhatsApp tells whole seconds.
    const differenceMs = Math.abs((again.until?.getTime() ?? 0) - Date.parse(until))
    assert.ok(differenceMs <= 1000, `${differenceMs} ms`)
  })

  test('without an end WhatsApp is asked again, at growing intervals, and after a success', async () => {
    const asked: number[] = []
    let changes = 0
    const clock = systemClock()
    const startMs = clock.monotonicMs()
    const endless: RestrictionUpdate = { kind: 'reach_out_locked', isActive: true, until: null }
    const wanted = Promise.withResolvers<void>()
    const restrictions: Restrictions = new Restrictions({
      clock,
      firstPauseMs: 20,
      ask: () => {
        asked.push(clock.monotonicMs() - startMs)
        if (asked.length === 3) wanted.resolve()
        else restrictions.handle(endless)
      },
      onChange: () => {
        changes += 1
      },
    })
    restrictions.handle(endless)
    assert.equal(restrictions.current?.reason, 'reach_out_locked')
    await wanted.promise
    const [first = 0, second = 0, third = 0] = asked
    assert.ok(first >= 19 && second - first >= 38 && third - second >= 76, asked.join())
    restrictions.noteSuccess()
    restrictions.noteSuccess()
    assert.equal(asked.length, 4, 'asked at once, but not for every message')
    restrictions.handle({ ...endless, isActive: false })
    assert.equal(restrictions.current, undefined)
    assert.ok(changes >= 2)
  })

  test('right after a refusal WhatsApp is not believed that nothing is restricted; later it is', () => {
    const clock = new TestClock()
    const restrictions = new Restrictions({ clock, ask: () => undefined, onChange: () => undefined })
    const news: RestrictionUpdate = { kind: 'reach_out_locked', isActive: true, until: null }
    restrictions.handle({ ...news, isRefusal: true })
    restrictions.handle({ ...news, isActive: false })
    assert.equal(restrictions.current?.reason, 'reach_out_locked')
    clock.advance(60_001)
    restrictions.handle({ ...news, isActive: false })
    assert.equal(restrictions.current, undefined)
  })
})

suite('linking', () => {
  test('each code tells which one it is, of how many, and until when it is good', async () => {
    await engine.start(session)
    const recorded = await listener.next('state', ({ status }) => status === 'qr_code')
    assert.equal(recorded.qrAttempt, 1)
    assert.ok((recorded.qrAttempts ?? 0) > 1)
    const code = engine.qrCode(session.sessionId)
    assert.partialDeepStrictEqual(code, { attempt: 1, attempts: recorded.qrAttempts })
    assert.ok((code?.expiresAt.getTime() ?? 0) > Date.now())
  })
})

suite('a passkey', () => {
  test('WhatsApp asking for one ends linking with the reason, and nothing is tried again', async () => {
    simulator.fault({ kind: 'passkey', phone: account })
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'qr_code')
    assert.throws(() => simulator.scan(account, engine.qrCode(session.sessionId)?.code ?? ''), /passkey/)
    const failed = await listener.next('state', ({ status }) => status === 'failed')
    assert.deepEqual([failed.reason, failed.phoneNumber], ['passkey_required', null])
    assert.match(statusReasons.passkey_required, /passkey/)
    assert.equal(engine.qrCode(session.sessionId), undefined)
    await pairSession(engine, listener, simulator, session, account)
  })
})

suite('activity', () => {
  test('what the connection has received is counted', async () => {
    assert.equal(engine.activity(session.sessionId), undefined)
    await pairSession(engine, listener, simulator, session, account)
    const first = engine.activity(session.sessionId)
    await simulator.sendMessage(bob, { to: account, text: 'hello' })
    await listener.next('message')
    const second = engine.activity(session.sessionId)
    assert.ok((second?.stanzas ?? 0) > (first?.stanzas ?? 0))
    assert.ok((second?.lastInboundAt.getTime() ?? 0) <= Date.now())
  })
})

suite('proxies', () => {
  const password = 'Sesame0pen'
  const closing: (() => unknown)[] = []

  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  async function openProxy(options: ConstructorParameters<typeof ProxyServer>[0]): Promise<ProxyServer> {
    const proxy = new ProxyServer({ port: 0, host: '127.0.0.1', ...options })
    await proxy.listen()
    closing.push(async () => {
      await engine.close()
      await proxy.close(true)
    })
    return proxy
  }

  test('422 for an address that is no proxy', async () => {
    for (const proxyUrl of [
      'ftp://host',
      'host:3128',
      'javascript:alert(1)',
      'http://',
      'socks4://host:1080',
    ]) {
      await assert.rejects(engine.start({ ...session, proxyUrl }), { code: 'invalid_proxy_url', status: 422 })
    }
    assert.equal(parseProxyUrl('socks5://user:secret@host:1080').hostname, 'host')
  })

  test('HTTP: the session goes through it with its credentials, which no log shows', async () => {
    const seen: string[] = []
    const proxy = await openProxy({
      prepareRequestFunction: ({ username, password: given, hostname, port }) => {
        seen.push(`${username}@${hostname}:${port}`)
        return { requestAuthentication: given !== password }
      },
    })
    await pairThrough(`http://front:${password}@127.0.0.1:${proxy.port}`)
    const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'through the proxy')
    assert.equal(outcome.kind, 'sent')
    assert.ok(
      seen.some((one) => one === `front@${new URL(simulator.url).host}`),
      seen.join(),
    )
    assert.ok(!lines.join('\n').includes(password))
  })

  test('SOCKS5: the session goes through it with its credentials', async () => {
    const proxy = createSocksServer({ auth: { username: 'front', password } })
    let connections = 0
    proxy.setRulesetValidator((_connection, accept) => {
      connections += 1
      accept()
    })
    const server = proxy.listen(0, '127.0.0.1') as unknown as { server: import('node:net').Server }
    if (!server.server.listening) await once(server.server, 'listening')
    const { port } = server.server.address() as { port: number }
    await pairThrough(`socks5://front:${password}@127.0.0.1:${port}`)
    assert.ok(connections >= 1)
    closing.push(() => proxy.close())
    assert.ok(!lines.join('\n').includes(password))
  })

  test('one that cannot be reached or refuses is the reason, and is tried again', async () => {
    let isStrict = true
    const proxy = await openProxy({
      prepareRequestFunction: ({ password: given }) => ({
        requestAuthentication: isStrict && given !== password,
      }),
    })
    for (const address of [`front:wrong@127.0.0.1:${proxy.port}`, '127.0.0.1:9']) {
      const since = listener.events.length
      await engine.start({ ...session, proxyUrl: `http://${address}` })
      const state = await listener.next('state', ({ reason }) => reason === 'proxy_unreachable', since)
      assert.equal(state.status, 'starting')
      assert.match(state.error ?? '', /proxy/)
      assert.doesNotMatch(state.error ?? '', /wrong/)
      if (address.startsWith('front')) {
        isStrict = false
        await listener.next('state', ({ status }) => status === 'qr_code', since)
      }
      await engine.stop(session.sessionId, 'stop')
    }
  })

  async function pairThrough(proxyUrl: string): Promise<void> {
    await engine.start({ ...session, proxyUrl })
    await listener.next('state', ({ status }) => status === 'qr_code')
    simulator.scan(account, engine.qrCode(session.sessionId)?.code ?? '')
    await listener.next('state', ({ status }) => status === 'working')
  }
})

import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { after, before, suite, test } from 'node:test'
import { generateKeyPair, SIMULATOR_ROOT_PUBLIC_KEY } from '@moltflow/simulator'
import { Curve } from 'baileys'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { createSimulator, createTestEngine } from '../../../test/harness-engine.ts'
import { systemIds } from '../../platform/ids.ts'
import { createEngine, simulatorRootPublicKey } from '../create-engine.ts'
import { silenceLibraryConsole } from './console-guard.ts'
import { maskDigits } from './library-log.ts'
import { pruneChains, rememberSession, type SessionEntry } from './signal-sessions.ts'
import { requireXeddsa, signXeddsa } from './signatures.ts'

const ids = systemIds()

suite('signatures', () => {
  const pair = Curve.generateKeyPair()
  const message = Buffer.from('message')

  test('a good signature passes, everything else throws', () => {
    const signature = signXeddsa(pair.private, message)
    assert.equal(requireXeddsa(pair.public, message, signature), true)
    assert.equal(Curve.verify(pair.public, message, signature), true)
    const garbage = Buffer.alloc(64, 7)
    const changed = Buffer.from(signature)
    changed[3] = (changed[3] ?? 0) ^ 1
    for (const bad of [garbage, changed, Buffer.alloc(0), Buffer.alloc(63)]) {
      assert.throws(() => requireXeddsa(pair.public, message, bad), /Invalid signature/)
      assert.equal(Curve.verify(pair.public, message, bad), false)
    }
    assert.equal(Curve.verify(Curve.generateKeyPair().public, message, signature), false)
    assert.equal(Curve.verify(pair.public, Buffer.from('massage'), signature), false)
  })

  test('signatures of the library and ours agree', () => {
    const curve = createRequire(import.meta.url)('curve25519-js') as {
      sign(key: Uint8Array, message: Uint8Array): Uint8Array
      verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
    }
    assert.equal(requireXeddsa(pair.public, message, curve.sign(pair.private, message)), true)
    assert.equal(curve.verify(pair.public, message, signXeddsa(pair.private, message)), true)
  })

  test('the Signal library checks through ours, the signed pre-key of a bundle included', () => {
    const curve = createRequire(import.meta.url)('libsignal/src/curve.js') as {
      verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array, isInit?: boolean): boolean
    }
    const key = Buffer.concat([Buffer.from([5]), pair.public])
    assert.throws(() => curve.verifySignature(key, message, Buffer.alloc(64, 1), true), /Invalid signature/)
  })
})

suite('Signal crypto', () => {
  const crypto = createRequire(import.meta.url)('libsignal/src/crypto.js') as {
    calculateMAC(key: Buffer, data: Buffer): Buffer
    deriveSecrets(input: Buffer, salt: Buffer, info: Buffer, parts?: number): Buffer[]
    verifyMAC(data: Buffer, key: Buffer, mac: Buffer, length: number): void
  }

  // RFC 4231, test cases 1, 2 and 6.
  test('MACs are those of the standard', () => {
    const vectors: [Buffer, string, string][] = [
      [
        Buffer.alloc(20, 0x0b),
        'Hi There',
        'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      ],
      [
        Buffer.from('Jefe'),
        'what do ya want for nothing?',
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      ],
      [
        Buffer.alloc(131, 0xaa),
        'Test Using Larger Than Block-Size Key - Hash Key First',
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      ],
    ]
    for (const [key, data, mac] of vectors) {
      assert.equal(crypto.calculateMAC(key, Buffer.from(data)).toString('hex'), mac)
      crypto.verifyMAC(Buffer.from(data), key, Buffer.from(mac, 'hex').subarray(0, 8), 8)
    }
  })

  test('keys are derived as by HKDF, one to three of them', () => {
    const [input, salt, info] = [randomBytes(32), randomBytes(32), Buffer.from('WhisperMessageKeys')]
    // By its definition (RFC 5869, 2.2 and 2.3).
    const key = createHmac('sha256', salt).update(input).digest()
    const parts: Buffer[] = []
    for (const number of [1, 2, 3]) {
      const text = Buffer.concat([parts.at(-1) ?? Buffer.alloc(0), info, Buffer.from([number])])
      parts.push(createHmac('sha256', key).update(text).digest())
    }
    assert.deepEqual(crypto.deriveSecrets(input, salt, info), parts)
    for (const count of [1, 2])
      assert.deepEqual(crypto.deriveSecrets(input, salt, info, count), parts.slice(0, count))
    assert.throws(() => crypto.deriveSecrets(input, Buffer.alloc(31), info), /salt must have 32 bytes/)
  })

  test('a wrong MAC throws, a right one passes', () => {
    const [data, key] = [randomBytes(50), randomBytes(32)]
    const mac = createHmac('sha256', key).update(data).digest().subarray(0, 8)
    crypto.verifyMAC(data, key, mac, 8)
    assert.throws(() => crypto.verifyMAC(data, key, Buffer.alloc(8), 8), /Bad MAC/)
    assert.throws(() => crypto.verifyMAC(data, key, mac.subarray(0, 7), 8), /Bad MAC/)
  })
})

suite('Signal sessions', () => {
  const chain = (chainType: number, key: string | undefined) => ({
    chainKey: { counter: 3, ...(key === undefined ? {} : { key: Buffer.from(key) }) },
    chainType,
    messageKeys: { 1: Buffer.from('skipped') },
  })

  test('a failed try is undone', () => {
    const session: SessionEntry = { currentRatchet: { rootKey: 'a' }, _chains: { one: chain(1, 'key') } }
    const before = structuredClone(session)
    const putBack = rememberSession(session)
    Object.assign(session.currentRatchet, { rootKey: 'b' })
    session._chains['two'] = chain(2, 'other')
    const one = session._chains['one']
    assert.ok(one !== undefined)
    one.chainKey.counter = 9
    one.messageKeys = {}
    putBack()
    assert.deepEqual(structuredClone(session), before)
  })

  test('spent receiving chains are dropped, all but the newest', () => {
    const session: SessionEntry = { currentRatchet: {}, _chains: { sending: chain(1, 'key') } }
    for (let turn = 0; turn < 12; turn += 1) session._chains[`spent ${turn}`] = chain(2, undefined)
    session._chains['current'] = chain(2, 'key')
    pruneChains(session)
    const left = Object.keys(session._chains)
    assert.deepEqual(left, ['sending', ...[7, 8, 9, 10, 11].map((turn) => `spent ${turn}`), 'current'])
  })
})

suite('server certificate', () => {
  let database: TestDatabase

  before(async () => {
    database = await openTestDatabase()
  })

  after(() => database.close())

  test('the pinned root is the simulator own', () => {
    assert.equal(simulatorRootPublicKey, SIMULATOR_ROOT_PUBLIC_KEY)
  })

  test('a server with another root is never spoken to', async () => {
    await using impostor = await createSimulator({ root: generateKeyPair() })
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: impostor.url })
    const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await engine.start(session)
    const refused = await listener.next('state', ({ reason }) => reason === 'unreachable')
    assert.match(refused.error ?? '', /certificate/)
    assert.ok(!listener.all('state').some(({ status }) => status === 'qr_code'))
    await engine.close()
  })

  test('another address than loopback is refused', () => {
    const make = (waUrl: string) => createEngine({ config: { waUrl }, db: database.db } as never)
    for (const url of ['ws://example.com', 'ws://10.0.0.1:4000', 'ws://127.0.0.1.example.com']) {
      assert.throws(() => make(url), /loopback/, url)
    }
  })
})

suite('console guard', () => {
  test('lines of the Signal library are dropped, all others pass', () => {
    const printed: unknown[][] = []
    const record = (...values: unknown[]): void => void printed.push(values)
    const target = {
      info: record,
      warn: record,
      error: record,
      log: record,
      debug: record,
    } as unknown as Console
    silenceLibraryConsole(target)
    silenceLibraryConsole(target)
    target.info('Closing session:', { currentRatchet: {} })
    target.warn('Session already closed', {})
    target.error('Session error:Error: Bad MAC', 'stack')
    target.log({ currentRatchet: {} })
    target.log('listening on 3000')
    assert.deepEqual(printed, [['listening on 3000']])
  })

  test('every line that the library prints is known to the guard', async () => {
    const directory = new URL('../../../../node_modules/libsignal/src/', import.meta.url)
    const guard = await readFile(new URL('./console-guard.ts', import.meta.url), 'utf8')
    for (const name of await readdir(directory)) {
      if (!name.endsWith('.js')) continue
      const source = await readFile(new URL(name, directory), 'utf8')
      for (const [, text] of source.matchAll(/^\s*console\.\w+\(["'`]([^"'`]+)/gm)) {
        const start = (text ?? '').slice(0, 14)
        assert.ok(guard.includes(`'${start}`), `${name} prints "${text}"`)
      }
    }
  })

  test('digits of addresses are masked in sentences', () => {
    assert.equal(
      maskDigits('Invalid mapping: 15550001111@s.whatsapp.net, 12345'),
      'Invalid mapping: #@s.whatsapp.net, #',
    )
  })
})

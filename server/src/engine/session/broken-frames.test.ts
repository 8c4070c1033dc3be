import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type CuttableProxy, startCuttableProxy } from '../../../test/cuttable-proxy.ts'
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

const ids = systemIds()
const bob = '15550003333'

/** A frame of the WebSocket protocol from the server, of at most 125 bytes (RFC 6455, section 5.2). */
const webSocketFrame = (opcode: number, payload: Uint8Array) =>
  Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload])
/** A frame of WhatsApp: three bytes of length and what is encrypted. */
const noiseFrame = (length: number, bytes: Uint8Array) =>
  webSocketFrame(2, Buffer.concat([Buffer.from([0, length >> 8, length & 255]), bytes]))

const broken: Record<string, Buffer> = {
  'a frame that nobody can decrypt': noiseFrame(40, Buffer.alloc(40, 7)),
  'a frame that is too short to be encrypted': noiseFrame(3, Buffer.from([1, 2, 3])),
  'an empty frame': noiseFrame(0, Buffer.alloc(0)),
  'a frame whose rest never comes': noiseFrame(50_000, Buffer.alloc(40, 7)),
  'a text where bytes are due': webSocketFrame(1, Buffer.from('nonsense')),
  'a frame of an unknown kind': webSocketFrame(3, Buffer.from('nonsense')),
  'bytes that are no frame at all': Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
}

// What nobody catches would fail these tests, as it would end the process.
suite('a connection that carries nonsense', () => {
  let database: TestDatabase
  let simulator: Simulator
  let proxy: CuttableProxy
  let engine: Engine
  let listener: RecordingListener
  const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }

  before(async () => {
    database = await openTestDatabase()
    simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
    simulator.createAccount({ phone: bob, name: 'Bob' })
    simulator.createAccount({ phone: '15550004444', name: 'Front desk' })
    proxy = await startCuttableProxy({ host: '127.0.0.1', port: Number(new URL(simulator.url).port) })
    const config = { probeAfterMs: 200, probeTimeoutMs: 300 }
    const waUrl = `ws://127.0.0.1:${proxy.port}`
    ;({ engine, listener } = createTestEngine({ db: database.db, waUrl, config }))
    await pairSession(engine, listener, simulator, session, '15550004444')
  })
  after(async () => {
    await engine.close()
    await proxy[Symbol.asyncDispose]()
    await simulator.close()
    await database.close()
  })

  for (const [what, bytes] of Object.entries(broken)) {
    test(`${what}: the session comes back, sends and receives`, async () => {
      const from = listener.events.length
      proxy.inject(bytes)
      await listener.next('state', ({ status }) => status === 'starting', from)
      await listener.next('state', ({ status }) => status === 'working', from)
      const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'still here')
      assert.equal(outcome.kind, 'sent')
      await simulator.sendMessage(bob, { to: '15550004444', text: `after ${what}` })
      await listener.next('message', (message) => JSON.stringify(message.content).includes(what), from)
    })
  }
})

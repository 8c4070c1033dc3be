import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/harness-database.ts'
import {
  createSimulator,
  createTestEngine,
  createTestSecrets,
  pairSession,
  type RecordingListener,
  type Simulator,
  sendText,
} from '../../test/harness-engine.ts'
import { systemIds } from '../platform/ids.ts'
import type { Engine } from './engine.ts'

const ids = systemIds()
const secrets = createTestSecrets()
const bob = '15550002222'
let database: TestDatabase
let simulator: Simulator
let phoneNumber = 15_551_000_000

before(async () => {
  database = await openTestDatabase()
  simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
  simulator.createAccount({ phone: bob, name: 'Bob' })
})

after(async () => {
  await simulator.close()
  await database.close()
})

interface Linked {
  engine: Engine
  listener: RecordingListener
  session: { tenantId: string; sessionId: string }
  account: string
}

async function link(): Promise<Linked> {
  phoneNumber += 1
  const account = String(phoneNumber)
  simulator.createAccount({ phone: account, name: 'Front desk' })
  const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url, secrets })
  const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
  await pairSession(engine, listener, simulator, session, account)
  return { engine, listener, session, account }
}

function statesOf(listener: RecordingListener): string[] {
  return listener.all('state').map(({ status, reason }) => (reason === null ? status : `${status}:${reason}`))
}

suite('linking', () => {
  test('a scanned QR code brings the session to working, each state published once and in order', async () => {
    const { engine, listener, account } = await link()
    assert.deepEqual(statesOf(listener), ['starting', 'qr_code', 'working'])
    const working = listener.all('state').at(-1)
    assert.equal(working?.phoneNumber, account)
    assert.equal(working?.previousStatus, 'qr_code')
    await engine.close()
  })

  test('a QR code says until when it is good and is gone once scanned', async () => {
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url })
    const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    assert.equal(engine.qrCode(session.sessionId), undefined)
    const startedMs = performance.now()
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'qr_code')
    const code = engine.qrCode(session.sessionId)
    assert.ok(code !== undefined && code.code.split(',').length >= 4)
    const leftMs = code.expiresAt.getTime() - performance.timeOrigin - startedMs
    assert.ok(leftMs > 50_000 && leftMs < 70_000, String(leftMs))
    await engine.close()
    assert.equal(engine.qrCode(session.sessionId), undefined)
  })

  test('a pairing code typed on the phone links as well', async () => {
    phoneNumber += 1
    const account = String(phoneNumber)
    simulator.createAccount({ phone: account, name: 'By code' })
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url })
    const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await assert.rejects(engine.requestPairingCode(session.sessionId, account), {
      code: 'session_not_linking',
    })
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'qr_code')
    const { code, expiresAt } = await engine.requestPairingCode(session.sessionId, account)
    assert.match(code, /^[A-Z0-9]{8}$/)
    assert.ok(expiresAt.getTime() > performance.timeOrigin + performance.now())
    await simulator.nextPairingRequest(account)
    await simulator.pair(account, code)
    const working = await listener.next('state', ({ status }) => status === 'working')
    assert.equal(working.phoneNumber, account)
    await engine.close()
  })

  test('a new engine on the same database works without a new scan', async () => {
    const first = await link()
    await first.engine.close()
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url, secrets })
    await engine.start(first.session)
    const working = await listener.next('state', ({ status }) => status === 'working')
    assert.equal(working.phoneNumber, first.account)
    assert.deepEqual(statesOf(listener), ['starting', 'working'])
    const { outcome } = await sendText(engine, first.session.sessionId, `${bob}@c.us`, 'after the restart')
    assert.equal(outcome.kind, 'sent')
    await simulator.nextMessage(bob, ({ text }) => text === 'after the restart')
    await engine.close()
  })

  test('stop keeps the pairing, logout erases it and unlinks on the phone', async () => {
    const { engine, listener, session } = await link()
    await engine.stop(session.sessionId, 'stop')
    assert.equal(listener.all('state').at(-1)?.status, 'stopped')
    assert.equal(listener.all('state').at(-1)?.cause, 'stop')
    assert.equal(engine.isWorking(session.sessionId), false)
    const recorded = listener.events.length
    await engine.stop(session.sessionId, 'stop')
    assert.equal(listener.events.length, recorded)
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'working', recorded)
    await engine.logout(session)
    const stopped = listener.all('state').at(-1)
    assert.deepEqual([stopped?.status, stopped?.cause, stopped?.phoneNumber], ['stopped', 'logout', null])
    const { rows } = await database.db.pool.query('SELECT 1 FROM engine_keys WHERE session_id = $1', [
      session.sessionId,
    ])
    assert.equal(rows.length, 0)
    const after = listener.events.length
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'qr_code', after)
    await engine.close()
  })

  test('stop while connecting and close of an idle engine come back at once and twice', async () => {
    const { engine, listener } = createTestEngine({ db: database.db, waUrl: simulator.url })
    const session = { tenantId: ids.uuid(), sessionId: ids.uuid() }
    await engine.start(session)
    await Promise.all([engine.stop(session.sessionId, 'stop'), engine.stop(session.sessionId, 'stop')])
    assert.deepEqual(statesOf(listener), ['starting', 'stopped'])
    await engine.close()
    await engine.close()
    await assert.rejects(engine.start(session), { code: 'engine_closed' })
  })

  test('erase leaves nothing of the session', async () => {
    const { engine, session } = await link()
    await engine.erase(session.sessionId)
    for (const table of ['engine_keys', 'engine_sessions']) {
      const { rows } = await database.db.pool.query(`SELECT 1 FROM ${table} WHERE session_id = $1`, [
        session.sessionId,
      ])
      assert.equal(rows.length, 0, table)
    }
    await engine.close()
  })
})

suite('messages', () => {
  let linked: Linked

  beforeEach(async () => {
    linked = await link()
    return async () => linked.engine.close()
  })

  test('a text arrives at the phone, and its delivery and reading are published', async () => {
    const { engine, listener, session } = linked
    const { outcome, waMessageId } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'Hello Bob')
    assert.equal(outcome.kind, 'sent')
    assert.ok(outcome.kind === 'sent' && outcome.proto.length > 0)
    assert.match(waMessageId, /^3EB0[0-9A-F]{18}$/)
    const received = await simulator.nextMessage(bob, ({ id }) => id === waMessageId)
    assert.equal(received.text, 'Hello Bob')
    const isOwn = (status: { waMessageId: string }): boolean => status.waMessageId === waMessageId
    await listener.next('status', (status) => isOwn(status) && status.status === 'read')
    const statuses = listener.all('status').filter(isOwn)
    assert.deepEqual(
      statuses.map(({ status }) => status),
      ['delivered', 'read'],
    )
    assert.equal(statuses[0]?.chatId, `${bob}@c.us`)
    await engine.close()
  })

  test('a text from a person arrives with its address, name and timestamp', async () => {
    const { engine, listener, session, account } = linked
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'Is it open today?' })
    const message = await listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.deepEqual(message.content, { kind: 'text', text: 'Is it open today?', mentions: [] })
    assert.deepEqual(
      [
        message.tenantId,
        message.sessionId,
        message.chatId,
        message.isGroup,
        message.isFromMe,
        message.isOffline,
      ],
      [session.tenantId, session.sessionId, `${bob}@c.us`, false, false, false],
    )
    assert.equal(message.sender.phone, bob)
    assert.equal(message.sender.pushName, 'Bob')
    assert.ok(message.sender.lid !== null)
    assert.ok(Math.abs(message.waTimestamp.getTime() - performance.timeOrigin - performance.now()) < 60_000)
    await simulator.nextEvent(bob, (event) => event.type === 'receipt' && event.ids.includes(id))
    await engine.close()
  })

  test('quotes work both ways', async () => {
    const { engine, listener, session, account } = linked
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'What does it cost?' })
    const question = await listener.next('message', ({ waMessageId }) => waMessageId === id)
    const waMessageId = engine.newMessageId(session.sessionId)
    await engine.send({
      sessionId: session.sessionId,
      chatId: question.chatId,
      waMessageId,
      content: { kind: 'text', text: 'Ten euros' },
      quoted: { waMessageId: id, isFromMe: false, sender: question.chatId, proto: question.proto },
    })
    const answer = await simulator.nextMessage(bob, (message) => message.id === waMessageId)
    assert.equal(answer.quoted?.id, id)
    assert.equal(answer.quoted?.text, 'What does it cost?')
    await simulator.sendMessage(bob, { to: account, text: 'Good', quoted: waMessageId })
    const reply = await listener.next('message', ({ quotedWaMessageId }) => quotedWaMessageId === waMessageId)
    assert.equal(reply.content.kind === 'text' && reply.content.text, 'Good')
    await engine.close()
  })

  test('what the account writes on its own phone is published as its own, and engine sends do not come back', async () => {
    const { engine, listener, session, account } = linked
    await sendText(engine, session.sessionId, `${bob}@c.us`, 'from the engine')
    const { id } = await simulator.sendMessage(account, { to: bob, text: 'from the phone' })
    const message = await listener.next('message', ({ waMessageId }) => waMessageId === id)
    assert.deepEqual([message.isFromMe, message.chatId, message.sender.phone], [true, `${bob}@c.us`, bob])
    assert.deepEqual(
      listener.all('message').map(({ content }) => content.kind === 'text' && content.text),
      ['from the phone'],
    )
    await engine.close()
  })

  test('what came while it was offline arrives exactly once', async () => {
    const { engine, listener, session, account } = linked
    await engine.stop(session.sessionId, 'stop')
    const sent: string[] = []
    for (let index = 0; index < 12; index += 1) {
      sent.push((await simulator.sendMessage(bob, { to: account, text: `offline ${index}` })).id)
    }
    await engine.start(session)
    await listener.next('message', ({ waMessageId }) => waMessageId === sent.at(-1))
    await simulator.nextEvent(
      bob,
      (event) => event.type === 'receipt' && event.ids.includes(sent.at(-1) ?? ''),
    )
    await engine.stop(session.sessionId, 'stop')
    const recorded = listener.events.length
    await engine.start(session)
    await listener.next('state', ({ status }) => status === 'working', recorded)
    const { id } = await simulator.sendMessage(bob, { to: account, text: 'live again' })
    await listener.next('message', ({ waMessageId }) => waMessageId === id)
    const received = listener.all('message')
    assert.deepEqual(
      received.map(({ waMessageId }) => waMessageId),
      [...sent, id],
    )
    assert.ok(received.slice(0, 12).every(({ isOffline }) => isOffline))
    await engine.close()
  })

  test('many sends at once are all acked, each chat in order', async () => {
    const { engine, session } = linked
    const carol = '15550003333'
    simulator.createAccount({ phone: carol, name: 'Carol' })
    const sends = Array.from({ length: 40 }, (_, index) =>
      sendText(engine, session.sessionId, `${index % 2 === 0 ? bob : carol}@c.us`, `burst ${index}`),
    )
    const outcomes = await Promise.all(sends)
    assert.ok(outcomes.every(({ outcome }) => outcome.kind === 'sent'))
    const last = outcomes.at(-1)?.waMessageId
    await simulator.nextMessage(carol, ({ id }) => id === last)
    const texts = simulator.messages(carol).flatMap(({ text }) => (text?.startsWith('burst') ? [text] : []))
    assert.deepEqual(
      texts,
      Array.from({ length: 20 }, (_, index) => `burst ${index * 2 + 1}`),
    )
    await engine.close()
  })

  test('both sides may write at the same moment, on first contact and after a restart', async () => {
    const { engine, listener, session, account } = linked
    phoneNumber += 1
    const eve = String(phoneNumber)
    simulator.createAccount({ phone: eve, name: 'Eve' })
    const talk = async (running: Engine, recorded: RecordingListener): Promise<void> => {
      const sent: string[] = []
      const outcomes: Promise<{ outcome: { kind: string } }>[] = []
      for (let turn = 0; turn < 25; turn += 1) {
        outcomes.push(sendText(running, session.sessionId, `${eve}@c.us`, `ours ${turn}`))
        sent.push((await simulator.sendMessage(eve, { to: account, text: `theirs ${turn}` })).id)
      }
      assert.ok((await Promise.all(outcomes)).every(({ outcome }) => outcome.kind === 'sent'))
      for (const id of sent) await recorded.next('message', ({ waMessageId }) => waMessageId === id)
    }
    await talk(engine, listener)
    await engine.close()
    // Written to the old session of the phone while the new process starts another one.
    await simulator.sendMessage(eve, { to: account, text: 'meanwhile' })
    const heir = createTestEngine({ db: database.db, waUrl: simulator.url, secrets })
    await heir.engine.start(session)
    await heir.listener.next('state', ({ status }) => status === 'working')
    await talk(heir.engine, heir.listener)
    const seen = simulator.state().accounts.find(({ phone }) => phone === eve)
    assert.deepEqual([seen?.undecryptable, seen?.duplicates], [0, 0])
    await heir.engine.close()
  })

  test('a message that a phone cannot read is sent again on its request', async () => {
    const { engine, session } = linked
    simulator.fault({ kind: 'undecryptable', phone: bob })
    const { outcome, waMessageId } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'read me')
    assert.equal(outcome.kind, 'sent')
    const received = await simulator.nextMessage(bob, ({ id }) => id === waMessageId)
    assert.equal(received.text, 'read me')
    await engine.close()
  })

  test('a number without WhatsApp is refused, and what follows is sent', async () => {
    const { engine, session } = linked
    const { outcome } = await sendText(engine, session.sessionId, '15559990000@c.us', 'anybody there')
    assert.equal(outcome.kind, 'refused', JSON.stringify(outcome))
    const next = await sendText(engine, session.sessionId, `${bob}@c.us`, 'you are')
    assert.equal(next.outcome.kind, 'sent')
    await engine.close()
  })

  test('a send to a session that is not connected is unknown, not an error', async () => {
    const { engine, session } = linked
    await engine.stop(session.sessionId, 'stop')
    const { outcome } = await sendText(engine, session.sessionId, `${bob}@c.us`, 'nobody home')
    assert.deepEqual(outcome, { kind: 'not_sent', error: 'not_connected' })
    await assert.rejects(engine.setPresence(session.sessionId, 'online'), { code: 'session_not_connected' })
    await engine.close()
  })
})

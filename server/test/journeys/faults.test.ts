import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ApiClient, fetchDoor } from '../api-client.ts'
import { liftRequestRate, prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  programEnvironment,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { untilAnswer } from '../until.ts'

const apiKey = `mf_${'faultkey'.repeat(5)}`
const friend = '4915550600000'

// biome-ignore lint/suspicious/noExplicitAny: a black box answers with whatever JSON it has
type Json = any

/** Each fault of the simulator, seen from outside: the state, the reason with its sentence, and the way back. */
// At once, each with a session of its own: a silent connection is noticed after a minute, which nobody else waits for.
describe('faults of WhatsApp', { timeout: 240_000, concurrency: true }, () => {
  let simulator: SimulatorProcess
  let server: ServerProcess
  let api: ApiClient
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: Awaited<ReturnType<typeof databaseEnvironment>>
  let phones = 0

  before(async () => {
    data = await temporaryDirectory()
    database = await databaseEnvironment()
    simulator = await startSimulator()
    await simulator.call('POST', '/accounts', { phone: friend, name: 'Friend' })
    const env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      LOG_LEVEL: 'error',
    }
    // The test asks far more often than a person does; everything else keeps its limits.
    await prepareInstallation(env, liftRequestRate)
    server = await startServer({ by: 'program', env })
    api = new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' })
  })
  after(async () => {
    await server?.process.stop()
    await simulator?.process.stop('SIGKILL')
    await database?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  const seen = (id: string, matches: (session: Json) => boolean, timeoutMs = 30_000): Promise<Json> =>
    untilAnswer(() => api.get(200, `/sessions/${id}`), matches, { timeoutMs })

  const working = (id: string) => seen(id, (session) => session.status === 'working')
  const fault = (phone: string, kind: string, more: object = {}) =>
    simulator.call('POST', '/faults', { phone, kind, ...more })

  /** A session of its own for each fault, paired and working. */
  async function paired() {
    const phone = `49155506001${String(++phones).padStart(2, '0')}`
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    const { id } = await api.post(201, '/sessions', { name: phone })
    await api.post(200, `/sessions/${id}/start`)
    await seen(id, (session) => session.status === 'qr_code')
    const { code } = await api.get(200, `/sessions/${id}/qr`)
    await simulator.call('POST', `/accounts/${phone}/scan`, { code })
    await working(id)
    return { id: id as string, phone }
  }

  const send = (status: number, sessionId: string, message: string) =>
    api.post(status, '/messages/send', { session_id: sessionId, chat_id: friend, message })

  /** A failed state names its reason and tells a person what to do. */
  function assertExplained(session: Json, reason: string): void {
    assert.equal(session.status_reason, reason)
    assert.match(session.status_detail, /\w+ \w+ .*\./)
  }

  test('drop: the connection comes back by itself', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'drop')
    assertExplained(await seen(id, (session) => session.status === 'starting'), 'reconnecting')
    await working(id)
    assert.equal((await send(201, id, 'after the drop')).status, 'sent')
  })

  test('unavailable: it keeps trying, says so, and is back when WhatsApp is', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'unavailable', { count: 2 })
    await fault(phone, 'drop')
    assertExplained(await seen(id, (session) => session.status_reason === 'unavailable'), 'unavailable')
    await working(id)
  })

  test('conflict: it yields after a few tries, and a start takes it back', async () => {
    const { id, phone } = await paired()
    // Whoever is not connected just now cannot be replaced.
    const takeOver = async () => {
      await fault(phone, 'conflict').catch(() => undefined)
      return api.get(200, `/sessions/${id}`)
    }
    const yielded = await untilAnswer(takeOver, (session) => session.status === 'failed', { everyMs: 250 })
    assertExplained(yielded, 'replaced')
    await api.post(200, `/sessions/${id}/start`)
    await working(id)
  })

  test('logout: the pairing is gone, and the next start asks for a new scan', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'logout')
    assertExplained(await seen(id, (session) => session.status === 'failed'), 'logged_out')
    await send(400, id, 'nobody is there')
    await api.post(200, `/sessions/${id}/start`)
    await seen(id, (session) => session.status === 'qr_code')
  })

  test('ban: it stops at once, keeps the pairing, and works again when WhatsApp lifts it', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'ban')
    assertExplained(await seen(id, (session) => session.status === 'failed'), 'banned')
    await fault(phone, 'ban', { clear: true })
    await api.post(200, `/sessions/${id}/start`)
    await working(id)
  })

  test('outdated: it stops at once and asks for an update', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'outdated')
    assertExplained(await seen(id, (session) => session.status === 'failed'), 'client_outdated')
    await fault(phone, 'outdated', { clear: true })
    await api.post(200, `/sessions/${id}/start`)
    await working(id)
  })

  test('ack_error: the message is failed with its code, and the next one goes out', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'ack_error', { code: 479, count: 1 })
    const refusal = await api.call('POST', '/messages/send', {
      body: { session_id: id, chat_id: friend, message: 'refused' },
    })
    assert.ok(refusal.status >= 400, refusal.text)
    assert.equal((await send(201, id, 'accepted')).status, 'sent')
    const texts = (await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)).map(
      (message) => message.text,
    )
    assert.ok(texts.includes('accepted') && !texts.includes('refused'))
  })

  test('ack_error 463: the account may not reach out; it is published, not repeated, and replies still go out', async () => {
    const { id, phone } = await paired()
    const stranger = `${friend.slice(0, -1)}9`
    await simulator.call('POST', '/accounts', { phone: stranger, name: 'Stranger' })
    await simulator.call('POST', `/accounts/${friend}/messages`, {
      to: `${phone}@c.us`,
      text: 'I wrote first',
    })
    await seen(id, () => true)
    await fault(phone, 'ack_error', { code: 463, durationMs: 60_000 })
    const cold = { session_id: id, chat_id: stranger, message: 'cold' }
    const first = await api.call('POST', '/messages/send', { body: cold })
    assert.equal(first.status, 403, first.text)
    // Told at once, and again when WhatsApp has named the end.
    const locked = await seen(
      id,
      (session) => session.status_reason === 'reach_out_locked' && session.status_until !== null,
    )
    assert.equal(locked.status, 'working')
    assert.ok(Date.parse(locked.status_until) > 0)
    await fault(phone, 'ack_error', { clear: true })
    const again = await api.call('POST', '/messages/send', { body: cold })
    assert.equal(again.status, 403, again.text)
    assert.equal((await send(201, id, 'a reply')).status, 'sent')
  })

  test('slow: nothing is given up', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'slow', { delayMs: 400 })
    assert.equal((await send(201, id, 'slowly')).status, 'sent')
    assert.equal((await api.get(200, `/sessions/${id}`)).status, 'working')
    await fault(phone, 'slow', { clear: true })
  })

  test('deaf: an open but silent connection is noticed and renewed', async () => {
    const { id, phone } = await paired()
    await fault(phone, 'deaf')
    const left = await seen(id, (session) => session.status === 'starting', 120_000)
    assert.match(left.status_reason, /^(deaf|reconnecting)$/)
    await working(id)
    assert.equal((await send(201, id, 'heard again')).status, 'sent')
  })
})

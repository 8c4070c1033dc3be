import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { type CuttableProxy, startCuttableProxy } from '../cuttable-proxy.ts'
import { isServerTest } from '../harness-database.ts'
import { prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'outage00'.repeat(5)}`
const friend = '4915550700000'
const outages = 3
const outageMs = 3_000
/** A send waits for its session at most so long (25 s), whatever the database does. */
const answeredWithinMs = 30_000

type Json = Reply['body']

// The embedded database is part of the process: its engine's failures are tested where it is.
describe('a database server that goes away', { skip: !isServerTest, timeout: 300_000 }, () => {
  let simulator: SimulatorProcess
  let server: ServerProcess
  let api: ApiClient
  let proxy: CuttableProxy
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: Awaited<ReturnType<typeof databaseEnvironment>>

  before(async () => {
    data = await temporaryDirectory()
    database = await databaseEnvironment()
    const url = new URL(database.env.DATABASE_URL ?? '')
    proxy = await startCuttableProxy({ host: url.hostname, port: Number(url.port) })
    simulator = await startSimulator()
    await simulator.call('POST', '/accounts', { phone: friend, name: 'Friend' })
    const env = {
      ...database.env,
      MOLTFLOW_DATA_DIR: data.path,
      MOLTFLOW_OWNER_EMAIL: 'owner@example.com',
      MOLTFLOW_OWNER_PASSWORD: 'correct horse battery',
      MOLTFLOW_BOOTSTRAP_API_KEY: apiKey,
      MOLTFLOW_WA_URL: simulator.url,
      MOLTFLOW_PACE: '0',
      LOG_LEVEL: 'warn',
    }
    await prepareInstallation(env)
    url.host = `127.0.0.1:${proxy.port}`
    server = await startServer({ by: 'program', env: { ...env, DATABASE_URL: url.href } })
    api = new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' })
  })
  after(async () => {
    await server?.process.stop()
    await simulator?.process.stop('SIGKILL')
    await proxy?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  const seen = (id: string, matches: (session: Json) => boolean) =>
    until('the state', async () => {
      const session = await api.get(200, `/sessions/${id}`)
      return matches(session) ? session : undefined
    })
  const fault = (phone: string, kind: string) => simulator.call('POST', '/faults', { phone, kind })

  async function paired(phone: string): Promise<string> {
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    const { id } = await api.post(201, '/sessions', { name: phone })
    await api.post(200, `/sessions/${id}/start`)
    await seen(id, (session) => session.status === 'qr_code')
    const { code } = await api.get(200, `/sessions/${id}/qr`)
    await simulator.call('POST', `/accounts/${phone}/scan`, { code })
    await seen(id, (session) => session.status === 'working')
    return id
  }

  async function inboundTexts(id: string): Promise<string[]> {
    const texts: string[] = []
    for (let offset = 0; ; offset += 100) {
      const query = `limit=100&offset=${offset}`
      const page = await api.get(200, `/messages/chat/${id}/${friend}@c.us?${query}`)
      for (const message of page.messages)
        if (message.direction === 'inbound') texts.push(message.content_preview)
      if (!page.has_more) return texts
    }
  }

  test('the process survives it, answers meanwhile, and nothing that was answered or received is lost', async () => {
    const phones = { busy: '4915550700001', dropped: '4915550700002', unlinked: '4915550700003' }
    const busy = await paired(phones.busy)
    const dropped = await paired(phones.dropped)
    const unlinked = await paired(phones.unlinked)
    const accepted: string[] = []
    const written: string[] = []
    const refusals = new Map<number, number>()
    let slowestMs = 0
    let isOver = false

    const sendAway = async () => {
      for (let n = 0; !isOver; n++) {
        const message = `out ${n}`
        const startedMs = performance.now()
        const body = { session_id: busy, chat_id: friend, message }
        const answer = await api.call('POST', '/messages/send', { body })
        slowestMs = Math.max(slowestMs, performance.now() - startedMs)
        if (answer.status === 201) accepted.push(message)
        else refusals.set(answer.status, (refusals.get(answer.status) ?? 0) + 1)
        await wait(50)
      }
    }
    const writeTo = async () => {
      for (let n = 0; !isOver; n++) {
        const text = `in ${n}`
        await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${phones.busy}@c.us`, text })
        written.push(text)
        await wait(100)
      }
    }
    const traffic = Promise.all([sendAway(), writeTo()])
    const trafficFlows = async () => {
      const [out, into] = [accepted.length, written.length]
      await until('sends that are accepted', () => accepted.length > out + 5 || undefined)
      await until('messages that come in', () => written.length > into + 5 || undefined)
    }
    for (let n = 0; n < outages; n++) {
      await trafficFlows()
      await proxy.cut()
      await wait(500)
      await fault(phones.dropped, 'drop')
      if (n === 1) await fault(phones.unlinked, 'logout')
      await wait(outageMs)
      await proxy.mend()
      await trafficFlows()
      await seen(dropped, (session) => session.status === 'working')
    }
    isOver = true
    await traffic
    const gone = await seen(unlinked, (session) => session.status === 'failed')
    assert.equal(gone.status_reason, 'logged_out')
    assert.equal(server.process.child.exitCode, null)

    assert.ok(accepted.length > 20 && written.length > 50, 'traffic flowed')
    assert.deepEqual([...refusals.keys()], [503], 'refused as unavailable, and as nothing else')
    assert.ok(slowestMs < answeredWithinMs, `an answer took ${Math.round(slowestMs)} ms`)
    const wanted = new Set(accepted)
    const onPhone = await until('every accepted message on the phone', async () => {
      const messages = await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)
      const texts = messages.map(({ text }) => text).filter((text) => wanted.has(text))
      return new Set(texts).size === wanted.size ? texts : undefined
    })
    assert.equal(onPhone.length, wanted.size, 'shown twice')
    const received = await until('every message that came in', async () => {
      const texts = await inboundTexts(busy)
      return new Set(texts).size >= written.length ? texts : undefined
    })
    assert.deepEqual(received.sort(), written.sort())
  })
})

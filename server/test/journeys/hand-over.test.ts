import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { isServerTest } from '../harness-database.ts'
import { prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  programEnvironment,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'handover'.repeat(5)}`
const friend = '4915550900000'
const phones = ['4915550900001', '4915550900002', '4915550900003']

type Json = Reply['body']

/** A process and a way to ask it. */
interface Peer {
  server: ServerProcess
  api: ApiClient
}

// An embedded database belongs to one process.
describe('processes that take over from each other', { skip: !isServerTest, timeout: 240_000 }, () => {
  const resources = new AsyncDisposableStack()
  let simulator: SimulatorProcess
  let env: Record<string, string>
  let sessions: string[] = []
  let traffics = 0

  before(async () => {
    const data = resources.use(await temporaryDirectory())
    const database = resources.use(await databaseEnvironment())
    simulator = await startSimulator()
    resources.defer(() => simulator.process.stop('SIGKILL').then(() => undefined))
    await simulator.call('POST', '/accounts', { phone: friend, name: 'Friend' })
    env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
    }
    await prepareInstallation(env)
  })
  after(() => resources.disposeAsync())

  async function startPeer(): Promise<Peer> {
    const server = await startServer({ by: 'program', env })
    resources.defer(() => server.process.stop().then(() => undefined))
    return {
      server,
      api: new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' }),
    }
  }

  async function pair({ api }: Peer, phone: string): Promise<string> {
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    const { id } = await api.post(201, '/sessions', { name: phone })
    await api.post(200, `/sessions/${id}/start`)
    const { code } = await until('a code', async () => {
      const answer = await api.call('GET', `/sessions/${id}/qr`)
      return answer.status === 200 ? answer.body : undefined
    })
    await simulator.call('POST', `/accounts/${phone}/scan`, { code })
    await until(
      'a link',
      async () => (await api.get(200, `/sessions/${id}`)).status === 'working' || undefined,
    )
    return id
  }

  /** Resolves when each session sends through this process; what is sent is on the friend's phone. */
  async function allSend({ api }: Peer, message: string): Promise<void> {
    for (const [n, id] of sessions.entries()) {
      const body = { session_id: id, chat_id: friend, message: `${message} ${n}` }
      await until(
        `a message of session ${n}`,
        async () => (await api.call('POST', '/messages/send', { body })).status === 201 || undefined,
        { timeoutMs: 40_000 },
      )
    }
    const wanted = sessions.map((_, n) => `${message} ${n}`)
    await until('the messages on the phone', async () => {
      const messages = await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)
      const texts = messages.map(({ text }) => text)
      return wanted.every((text) => texts.includes(text)) || undefined
    })
  }

  /** Sends through a process and writes to its sessions until it is told to stop; what was accepted and written must arrive. */
  function traffic({ api }: Peer) {
    const accepted: string[] = []
    const written: string[] = []
    const refusals: string[] = []
    let isOver = false
    const [session = '', phone = ''] = [sessions[0], phones[0]]
    const flow = async () => {
      for (let n = 0; !isOver; n += 1) {
        const text = `to it ${traffics} ${n}`
        await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${phone}@c.us`, text })
        written.push(text)
        const message = `on the way ${traffics} ${n}`
        const body = { session_id: session, chat_id: friend, message }
        const answer = await api.call('POST', '/messages/send', { body })
        if (answer.status === 201 || answer.status === 202) accepted.push(message)
        else refusals.push(`${answer.status} ${answer.body.code}`)
      }
    }
    traffics += 1
    const running = flow()
    return {
      accepted,
      async flows() {
        const [out, into] = [accepted.length, written.length]
        const hasFlown = () => (accepted.length > out + 3 && written.length > into + 3) || undefined
        await until('messages in both directions', hasFlown, { timeoutMs: 60_000 })
      },
      async end() {
        isOver = true
        await running
        return { accepted, written, refusals }
      },
    }
  }

  /** Everything that was accepted is on the phone once, everything that was written is stored. */
  async function assertArrived(
    { api }: Peer,
    sent: readonly string[],
    written: readonly string[],
  ): Promise<void> {
    const wanted = new Set(sent)
    const onPhone = await until('every accepted message', async () => {
      const messages = await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)
      const texts = messages.map(({ text }) => text).filter((text) => wanted.has(text))
      return new Set(texts).size === wanted.size ? texts : undefined
    })
    assert.equal(onPhone.length, wanted.size, 'shown twice')
    await until('every message that came in', async () => {
      const stored = new Set<string>()
      for (let offset = 0; ; offset += 100) {
        const path = `/messages/chat/${sessions[0]}/${friend}@c.us?limit=100&offset=${offset}`
        const page = await api.get(200, path)
        for (const { content_preview: text } of page.messages) stored.add(text)
        if (!page.has_more) break
      }
      const missing = written.filter((text) => !stored.has(text))
      return missing.length === 0 || undefined
    })
  }

  /** What went wrong with any of them, as the health of a session tells it. */
  async function failures({ api }: Peer): Promise<string[]> {
    const states = await Promise.all(sessions.map((id) => api.get(200, `/sessions/${id}`)))
    return states.flatMap(({ status, status_reason: reason }) =>
      status === 'failed' || reason === 'replaced' ? [`${status} ${reason}`] : [],
    )
  }

  test('a planned stop, a killed process and the first one coming back: each time all sessions go on elsewhere', async () => {
    const first = await startPeer()
    for (const phone of phones) sessions = [...sessions, await pair(first, phone)]
    const second = await startPeer()
    await allSend(second, 'while the first holds them')

    const planned = traffic(second)
    await planned.flows()
    assert.equal(await first.server.process.stop('SIGTERM'), 0)
    await planned.flows()
    const during = await planned.end()
    for (const refusal of during.refusals) assert.match(refusal, /^503 |^400 session_not_working/)
    await assertArrived(second, during.accepted, during.written)
    await allSend(second, 'after a planned stop')
    assert.deepEqual(await failures(second), [])

    const third = await startPeer()
    const unplanned = traffic(third)
    await unplanned.flows()
    await second.server.process.stop('SIGKILL')
    await unplanned.flows()
    const meanwhile = await unplanned.end()
    for (const refusal of meanwhile.refusals) assert.match(refusal, /^503 |^400 session_not_working/)
    await assertArrived(third, meanwhile.accepted, meanwhile.written)
    await until(
      'the sessions in the third process',
      async () => {
        const { body } = await third.api.call('POST', '/messages/send', {
          body: { session_id: sessions[0], chat_id: friend, message: 'is anybody there?' },
        })
        return body.status === 'sent' || undefined
      },
      { timeoutMs: 60_000 },
    )
    await allSend(third, 'after a kill')
    assert.deepEqual(await failures(third), [])
  })
})

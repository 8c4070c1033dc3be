import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ModelSimulator, startModelSimulator } from '@moltflow/model-simulator'
import { sql as text } from 'drizzle-orm'
import { ApiClient, fetchDoor } from '../api-client.ts'
import { liftLimits, prepareInstallation } from '../lift-limits.ts'
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

const apiKey = `mf_${'bursts00'.repeat(5)}`
const desk = '4915550810000'
/** `REPLY_JOURNEY_BURSTS=1000 REPLY_JOURNEY_KILLS=20` makes the long one of it. */
const bursts = Number(process.env.REPLY_JOURNEY_BURSTS ?? 12)
const kills = Number(process.env.REPLY_JOURNEY_KILLS ?? 2)
const patienceMs = 90_000 + bursts * 2_000 + kills * 40_000
const texts = ['Hi', 'Hello', 'Good morning', 'When do you open on Saturday?', 'Thank you']

const phoneOf = (index: number): string => String(4915560000000 + index)

describe('bursts of messages', { timeout: patienceMs + 60_000 }, () => {
  const resources = new AsyncDisposableStack()
  let simulator: SimulatorProcess
  let models: ModelSimulator
  let env: Record<string, string>

  before(async () => {
    const data = resources.use(await temporaryDirectory())
    const database = resources.use(await databaseEnvironment())
    simulator = await startSimulator()
    resources.defer(() => simulator.process.stop('SIGKILL').then(() => undefined))
    models = await startModelSimulator()
    resources.defer(() => models.close())
    await simulator.call('POST', '/accounts', { phone: desk, name: 'Desk' })
    for (let index = 0; index < bursts; index += 1)
      await simulator.call('POST', '/accounts', { phone: phoneOf(index), name: `No ${index}` })
    env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      MOLTFLOW_PACE: '0',
      MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
    }
    await prepareInstallation(env, async (db) => {
      await liftLimits(db)
      await db.sql.execute(text`UPDATE tenant_settings SET ai_consent_enabled = true`)
      // Entered by hand: only a person may choose a provider, and nobody signs in here.
      await db.sql.execute(text`
        INSERT INTO ai_configs (tenant_id, provider, base_url, chat_model, daily_token_budget, created_at, updated_at)
        SELECT id, 'compatible', ${`${models.url}/v1`}, 'sim-chat', 1000000000, now(), now() FROM tenants`)
    })
  })
  after(() => resources.disposeAsync())

  async function startPeer(): Promise<{ server: ServerProcess; api: ApiClient }> {
    const server = await startServer({ by: 'program', env })
    resources.defer(() => server.process.stop('SIGKILL').then(() => undefined))
    const headers = { 'x-api-key': apiKey, accept: 'application/json' }
    return { server, api: new ApiClient(fetchDoor(server.url), headers) }
  }

  async function link(api: ApiClient): Promise<string> {
    const { id } = await api.post(201, '/sessions', { name: 'Desk' })
    await api.post(200, `/sessions/${id}/start`)
    const { code } = await until('a code', async () => {
      const answer = await api.call('GET', `/sessions/${id}/qr`)
      return answer.status === 200 ? answer.body : undefined
    })
    await simulator.call('POST', `/accounts/${desk}/scan`, { code })
    const isWorking = async () => (await api.get(200, `/sessions/${id}`)).status === 'working' || undefined
    await until('a session that works', isWorking, { timeoutMs: 60_000 })
    return id
  }

  const answersOf = async (phone: string): Promise<string[]> => {
    const messages = await simulator.call<{ from: string; text: string | null }[]>(
      'GET',
      `/accounts/${phone}/messages`,
    )
    return messages.filter(({ from }) => from === `${desk}@c.us`).map(({ text: said }) => said ?? '')
  }

  const countAnswered = async (): Promise<number> => {
    let count = 0
    for (let index = 0; index < bursts; index += 1)
      if ((await answersOf(phoneOf(index))).length > 0) count += 1
    return count
  }

  test('each get one answer, with kill -9 in between', async () => {
    let peer = await startPeer()
    const id = await link(peer.api)
    await peer.api.post(200, '/ai/knowledge/ingest', {
      name: 'shop.txt',
      text: 'On Saturday we open at 9:00 and close at 14:00.',
    })
    // A kill while it is read delays it, and who asks before it is there is handed over.
    await until('the document to be read', async () => {
      const [source] = await peer.api.get(200, '/ai/knowledge/sources')
      return source.status === 'indexed' || undefined
    })
    await peer.api.patch(200, `/ai/auto-replies/${id}`, {
      mode: 'auto',
      debounce_seconds: 2,
      max_per_day: 100_000,
    })
    const everyMs = Math.max(1, Math.floor(bursts / (kills + 1)))
    for (let index = 0; index < bursts; index += 1) {
      for (const said of texts)
        await simulator.call('POST', `/accounts/${phoneOf(index)}/messages`, { to: desk, text: said })
      if (index % everyMs !== everyMs - 1 || index === bursts - 1) continue
      // In the middle of bursts, of answers being written and of others on their way.
      await peer.server.process.stop('SIGKILL')
      peer = await startPeer()
    }
    const isDone = async () => ((await countAnswered()) === bursts ? true : undefined)
    await until(`${bursts} answers`, isDone, { timeoutMs: patienceMs, everyMs: 500 })
    const waiting = async () => {
      const all = await Promise.all(Array.from({ length: bursts }, (_, index) => answersOf(phoneOf(index))))
      return all.map((answers) => answers.length)
    }
    // Whatever would answer a second time has had its turn: the last burst is longer over than any waits.
    await simulator.call('POST', `/accounts/${phoneOf(0)}/messages`, {
      to: desk,
      text: 'I want to talk to a human',
    })
    // On a server the turn that a killed process had begun keeps its chat until its job's heartbeat is missed.
    await until('the last turn', async () => ((await answersOf(phoneOf(0))).length > 1 ? true : undefined), {
      timeoutMs: 240_000,
    })
    assert.deepEqual(
      (await waiting()).slice(1),
      Array.from({ length: bursts - 1 }, () => 1),
    )
    for (let index = 1; index < bursts; index += 1)
      assert.match((await answersOf(phoneOf(index)))[0] ?? '', /9:00/)
    await peer.server.process.stop()
  })
})

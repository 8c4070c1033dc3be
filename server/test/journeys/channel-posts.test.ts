import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  freePort,
  programEnvironment,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until, untilAnswer } from '../until.ts'

const apiKey = `mf_${'postskey'.repeat(5)}`
const phone = '4915550300000'

describe('kill -9 while posts are on their way to a channel', { timeout: 240_000 }, () => {
  let simulator: SimulatorProcess
  let server: ServerProcess
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: Awaited<ReturnType<typeof databaseEnvironment>>
  let env: Record<string, string>
  let port: number

  before(async () => {
    data = await temporaryDirectory()
    database = await databaseEnvironment()
    simulator = await startSimulator()
    port = await freePort()
    const world = { dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }
    env = { ...programEnvironment(world), ...database.env }
    await prepareInstallation(env)
    server = await startServer({ by: 'program', env, port })
  })
  after(async () => {
    await server?.process.stop('SIGKILL')
    await simulator?.process.stop('SIGKILL')
    await database?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  const api = () => new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' })

  const untilWorking = (session: string) =>
    untilAnswer(
      () => api().get(200, `/sessions/${session}`),
      ({ status }) => status === 'working',
      { timeoutMs: 60_000 },
    )

  async function link(): Promise<string> {
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    const { id } = await api().post(201, '/sessions', { name: 'Desk' })
    await api().post(200, `/sessions/${id}/start`)
    const code = await until('a code', async () => {
      const reply = await api().call('GET', `/sessions/${id}/qr`)
      return reply.status === 200 ? reply.body.code : undefined
    })
    await simulator.call('POST', `/accounts/${phone}/scan`, { code })
    await untilWorking(id)
    return id
  }

  test('each one that was accepted is sent once, with its record, and the month counts what is recorded', async () => {
    const session = await link()
    const channel = await api().post(201, '/channels', { session_id: session, name: 'News' })
    const shown = () =>
      simulator.call<{ id: string; text: string }[]>('GET', `/channels/${channel.wa_channel_id}/posts`)
    const accepted = new Map<string, string>()
    const post = async (text: string, headers: Record<string, string> = {}) => {
      const ask = api().call('POST', `/channels/${channel.id}/broadcast`, { body: { text }, headers })
      const reply: Reply | undefined = await ask.catch(() => undefined)
      if (reply?.status === 201 || reply?.status === 202) accepted.set(reply.body.id, text)
    }
    const posting = Array.from({ length: 6 }, (_, n) =>
      post(`post ${n}`, n % 2 === 0 ? { prefer: 'respond-async' } : {}),
    )
    await wait(randomInt(5, 100))
    // From here on WhatsApp has what is posted, and its answer never comes.
    await simulator.call('POST', '/faults', { kind: 'slow', phone, delayMs: 120_000 })
    await post('late', { prefer: 'respond-async' })
    await until('the post', async () => (await shown()).some(({ text }) => text === 'late') || undefined)
    await server.process.stop('SIGKILL')
    await simulator.call('POST', '/faults', { kind: 'slow', phone, clear: true })
    server = await startServer({ by: 'program', env, port })
    await untilWorking(session)
    await Promise.all(posting)

    const records = async () => (await api().get(200, `/channels/${channel.id}/posts?limit=100`)).posts
    const posts: Reply['body'][] = await untilAnswer(records, (all) =>
      all.every(({ status }: Reply['body']) => status === 'sent'),
    )
    const seen = await shown()
    assert.deepEqual(
      posts.map(({ wa_message_id }) => wa_message_id).sort(),
      seen.map(({ id }) => id).sort(),
      'each record is one post, and each post has a record',
    )
    assert.equal(new Set(seen.map(({ text }) => text)).size, seen.length, 'no post twice')
    for (const [id, text] of accepted)
      assert.equal(posts.find((one) => one.id === id)?.text, text, 'accepted and recorded')
    assert.ok(accepted.size > 0)
    assert.equal((await api().get(200, `/channels/${channel.id}`)).posts_this_month, posts.length)
  })
})

import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { isServerTest } from '../harness-database.ts'
import { prepareInstallation } from '../lift-limits.ts'
import {
  programEnvironment,
  programOwner,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { smallDisk, whyNoSmallDisk } from '../small-disk.ts'
import { until, untilAnswer } from '../until.ts'

const apiKey = `mf_${'fulldisk'.repeat(5)}`
const owner = programOwner
const friend = '4915550710000'
const desk = '4915550710001'
const readyWithinMs = 3_500
/** From the room on, whatever pauses grew meanwhile: seconds, but for a machine that is busy. */
const workingWithinMs = 30_000
/** The maintenance looks every ten seconds whether it is its time. */
const maintenanceWithinMs = 12_000

type Json = Reply['body']

interface World {
  server: ServerProcess
  simulator: SimulatorProcess
  api: ApiClient
  session: string
  tokens: Json
}

async function begin(t: TestContext, dataDirectory: string): Promise<World> {
  const simulator = await startSimulator()
  t.after(() => simulator.process.stop('SIGKILL'))
  for (const [phone, name] of [
    [friend, 'Friend'],
    [desk, 'Desk'],
  ])
    await simulator.call('POST', '/accounts', { phone, name })
  const env = {
    ...programEnvironment({ dataDirectory, simulatorUrl: simulator.url, apiKey }),
  }
  await prepareInstallation(env)
  const server = await startServer({ by: 'program', env })
  t.after(() => server.process.stop())
  const api = new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' })
  const { id } = await api.post(201, '/sessions', { name: 'Desk' })
  await api.post(200, `/sessions/${id}/start`)
  await reaches(api, id, 'qr_code')
  const { code } = await api.get(200, `/sessions/${id}/qr`)
  await simulator.call('POST', `/accounts/${desk}/scan`, { code })
  await reaches(api, id, 'working')
  const tokens = await api.post(200, '/auth/login', owner)
  return { server, simulator, api, session: id, tokens }
}

async function reaches(api: ApiClient, id: string, status: string, timeoutMs = 90_000): Promise<void> {
  let last: unknown
  const probe = async () => {
    const answer = await api.call('GET', `/sessions/${id}`)
    last = answer.body
    return (answer.status === 200 && answer.body.status === status) || undefined
  }
  await until(status, probe, { timeoutMs }).catch((cause: unknown) => {
    throw new Error(`never ${status}, but ${JSON.stringify(last)}`, { cause })
  })
}

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const startedMs = performance.now()
  const answer = await work()
  return { answer, ms: performance.now() - startedMs }
}

/** What everybody asks all the time: an answer is the right one or 503, and never that something is unknown. */
async function ask(world: World): Promise<Map<string, Reply>> {
  const { server, api, session, tokens } = world
  const bearer = { authorization: `Bearer ${tokens.access_token}`, accept: 'application/json' }
  const user = new ApiClient(fetchDoor(server.url), bearer)
  const nobody = new ApiClient(fetchDoor(server.url), { accept: 'application/json' })
  const send = { session_id: session, chat_id: friend, message: 'x' }
  const questions: Record<string, () => Promise<Reply>> = {
    'a key': () => api.call('GET', '/sessions'),
    'a session': () => api.call('GET', `/sessions/${session}`),
    'a chat': () => api.call('GET', `/messages/chat/${session}/${friend}@c.us`),
    'the settings': () => api.call('GET', '/tenant/settings'),
    webhooks: () => api.call('GET', '/webhooks'),
    'a token': () => user.call('GET', '/users/me'),
    'a login': () => nobody.call('POST', '/auth/login', { body: owner }),
    'a refresh': async () => {
      const body = { refresh_token: world.tokens.refresh_token }
      const answer = await nobody.call('POST', '/auth/refresh', { body })
      if (answer.status === 200) world.tokens = answer.body
      return answer
    },
    'a send that is known': () =>
      api.call('POST', '/messages/send', { body: send, headers: { 'idempotency-key': 'known' } }),
    'a timeline': () => api.call('GET', `/sessions/${session}/timeline`),
  }
  const answers = new Map<string, Reply>()
  await Promise.all(
    Object.entries(questions).map(async ([name, question]) => {
      const { answer, ms } = await timed(question)
      assert.ok(ms < 30_000, `${name} took ${Math.round(ms)} ms`)
      answers.set(name, answer)
    }),
  )
  return answers
}

function assertNeverUnknown(answers: Map<string, Reply>): void {
  for (const [name, { status, body }] of answers)
    assert.ok(isHonest({ status, body }), `${name}: ${status} ${JSON.stringify(body)}`)
}

/**
 * A session whose keys cannot be written loses its connection: then it is true that it does not work, and of a message
 * that was on its way nobody knows whether it arrived.
 */
function isHonest({ status, body }: Pick<Reply, 'status' | 'body'>): boolean {
  return [200, 201, 202, 503].includes(status) || ['session_not_working', 'message_lost'].includes(body.code)
}

async function readiness({ server }: World): Promise<{ status: number; body: Json }> {
  const { answer, ms } = await timed(() => fetch(`${server.url}/health/ready`))
  assert.ok(ms < readyWithinMs, `readiness took ${Math.round(ms)} ms`)
  return { status: answer.status, body: await answer.json() }
}

/** Writes so much that the maintenance wants a checkpoint: the first quiet moment is enough for it. */
async function writeLog({ api, session }: World): Promise<void> {
  const message = 'x'.repeat(4000)
  for (let round = 0; round < 15; round += 1) {
    const sends = Array.from({ length: 20 }, (_, n) =>
      api.call('POST', '/messages/send', {
        body: { session_id: session, chat_id: friend, message: `${round} ${n} ${message}` },
      }),
    )
    await Promise.all(sends)
  }
}

/** Asks now and then, so that the database has quiet moments, until it fails or the time is over. */
async function untilMaintenance(world: World, forMs: number): Promise<Awaited<ReturnType<typeof readiness>>> {
  const endMs = performance.now() + forMs
  for (;;) {
    await wait(3000)
    const ready = await readiness(world)
    assertNeverUnknown(await ask(world))
    if (ready.status === 503 || performance.now() > endMs) return ready
  }
}

/** Everything is as it was, and goes on. */
async function assertWell(world: World): Promise<void> {
  const { server, api, simulator, session } = world
  await until('readiness', async () => (await fetch(`${server.url}/health/ready`)).ok || undefined)
  await reaches(api, session, 'working', workingWithinMs)
  const answers = await ask(world)
  for (const [name, { status, body }] of answers)
    assert.ok(status === 200 || status === 201, `${name}: ${status} ${JSON.stringify(body)}`)
  const message = `after ${performance.now()}`
  await api.post(201, '/messages/send', { session_id: session, chat_id: friend, message })
  await until('the message on the phone', async () => {
    const messages = await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)
    return messages.some(({ text }) => text === message) || undefined
  })
  const text = `in ${performance.now()}`
  await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${desk}@c.us`, text })
  await until('the message that came in', async () => {
    const page = await api.get(200, `/messages/chat/${session}/${friend}@c.us`)
    return page.messages.some(({ content_preview }: Json) => content_preview === text) || undefined
  })
}

/**
 * What was accepted, is not on the phone and was not told to be lost either: what waits for its answer longer than a
 * caller does is answered as pending, and may then be told by its status what others are told by message_lost.
 */
async function unsettled(
  { api, simulator }: World,
  accepted: ReadonlyMap<string, string>,
): Promise<{ text: string; status: string; error: string | null }[]> {
  const messages = await simulator.call<Json[]>('GET', `/accounts/${friend}/messages`)
  const seen = new Set(messages.map(({ text }) => text))
  const missing = [...accepted].filter(([text]) => !seen.has(text))
  const stood = missing.map(async ([text, id]) => {
    const { status, error } = await api.get(200, `/messages/${id}`)
    return { text, status, error }
  })
  return (await Promise.all(stood)).filter(
    ({ status, error }) => status !== 'failed' || error !== 'no_answer',
  )
}

// A server's disk is the server's; what the program does while it is away is in the test of outages.
describe('a full disk under the embedded database', {
  skip: isServerTest,
  timeout: 300_000,
  concurrency: true,
}, () => {
  test('a checkpoint that fails breaks no key and no session, and all comes back by itself', async (t) => {
    await using data = await temporaryDirectory()
    const world = await begin(t, data.path)
    const obstacle = join(data.path, 'database/pg_logical/replorigin_checkpoint.tmp')
    mkdirSync(obstacle)
    await writeLog(world)
    const refused = await untilMaintenance(world, 8 * maintenanceWithinMs)
    assert.equal(refused.status, 503)
    if (refused.status === 503)
      assert.ok(['fails', 'does not answer'].includes(refused.body.failing.database))
    assertNeverUnknown(await ask(world))
    assert.equal((await fetch(`${world.server.url}/health/live`)).status, 200)
    rmSync(obstacle, { recursive: true })
    await assertWell(world)
  })

  test('of ninety megabytes: what was answered is kept, nothing is unknown, and it goes on when there is room', {
    skip: whyNoSmallDisk,
  }, async (t) => {
    await using disk = await smallDisk(90)
    const world = await begin(t, join(disk.path, 'data'))
    const accepted = new Map<string, string>()
    const send = async (message: string) => {
      const body = { session_id: world.session, chat_id: friend, message }
      const { answer, ms } = await timed(() => world.api.call('POST', '/messages/send', { body }))
      assert.ok(isHonest(answer), `${answer.status} ${JSON.stringify(answer.body)}`)
      assert.ok(ms < 30_000)
      if (answer.status === 201) accepted.set(message, answer.body.id)
      return answer.status
    }
    await send('before')
    await writeLog(world)
    for (const round of [1, 2]) {
      disk.fill()
      for (let n = 0; n < 10; n += 1) await send(`full ${round} ${n}`)
      await untilMaintenance(world, round === 1 ? maintenanceWithinMs : 0)
      disk.free()
      await assertWell(world)
    }
    await untilAnswer(
      () => unsettled(world, accepted),
      (open) => open.length === 0,
    )
    // A stop on a full disk leaves a database that opens again.
    disk.fill()
    await world.server.process.stop()
    disk.free()
    const again = await startServer({
      by: 'program',
      env: {
        MOLTFLOW_DATA_DIR: join(disk.path, 'data'),
        MOLTFLOW_WA_URL: world.simulator.url,
        MOLTFLOW_PACE: '0',
      },
    })
    t.after(() => again.process.stop())
    await reaches(new ApiClient(fetchDoor(again.url), { 'x-api-key': apiKey }), world.session, 'working')
  })
})

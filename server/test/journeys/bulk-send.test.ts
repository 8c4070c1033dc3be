import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql as text } from 'drizzle-orm'
import type { Database } from '../../src/platform/database/database.ts'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { isServerTest } from '../harness-database.ts'
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

const apiKey = `mf_${'campaign'.repeat(5)}`
const desk = '4915550800000'
/** `BULK_JOURNEY_PEOPLE=500 BULK_JOURNEY_KILLS=10` makes the long one of it. */
const people = Number(process.env.BULK_JOURNEY_PEOPLE ?? 18)
const kills = Number(process.env.BULK_JOURNEY_KILLS ?? 2)
const phones = Array.from({ length: people }, (_, n) => String(4_915_550_810_000 + n))
const patienceMs = 60_000 + people * 3_000 + kills * 40_000

type Json = Reply['body']
interface Peer {
  server: ServerProcess
  api: ApiClient
}

/** Installs a list with everybody on it and lets all of them be written to. */
async function addList(db: Database): Promise<void> {
  await liftLimits(db)
  await db.sql.execute(text`
    INSERT INTO custom_groups (id, tenant_id, name, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'Everybody', now(), now() FROM tenants LIMIT 1`)
  await db.sql.execute(text`
    INSERT INTO custom_group_members (id, tenant_id, group_id, phone, name, added_at)
    SELECT gen_random_uuid(), g.tenant_id, g.id, p.phone, 'No ' || p.n, now() FROM custom_groups g
    CROSS JOIN LATERAL unnest(${text.param(phones)}::text[]) WITH ORDINALITY AS p(phone, n)`)
}

describe('a campaign', { timeout: patienceMs + 120_000 }, () => {
  const resources = new AsyncDisposableStack()
  let simulator: SimulatorProcess
  let env: Record<string, string>
  let groupId = ''

  before(async () => {
    const data = resources.use(await temporaryDirectory())
    const database = resources.use(await databaseEnvironment())
    simulator = await startSimulator()
    resources.defer(() => simulator.process.stop('SIGKILL').then(() => undefined))
    for (const phone of [desk, ...phones]) await simulator.call('POST', '/accounts', { phone, name: phone })
    env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      MOLTFLOW_PACE: '0.01',
    }
    await prepareInstallation(env, async (db) => {
      await addList(db)
      const { rows } = await db.sql.execute<{ id: string }>(text`SELECT id FROM custom_groups`)
      groupId = rows[0]?.id ?? ''
    })
  })
  after(() => resources.disposeAsync())

  async function startPeer(): Promise<Peer> {
    const server = await startServer({ by: 'program', env })
    resources.defer(() => server.process.stop('SIGKILL').then(() => undefined))
    const headers = { 'x-api-key': apiKey, accept: 'application/json' }
    return { server, api: new ApiClient(fetchDoor(server.url), headers) }
  }

  async function link({ api }: Peer): Promise<string> {
    const { id } = await api.post(201, '/sessions', { name: 'Desk' })
    await api.post(200, `/sessions/${id}/start`)
    const { code } = await until('a code', async () => {
      const answer = await api.call('GET', `/sessions/${id}/qr`)
      return answer.status === 200 ? answer.body : undefined
    })
    await simulator.call('POST', `/accounts/${desk}/scan`, { code })
    await untilWorking(api, id)
    return id
  }

  const untilWorking = (api: ApiClient, id: string) =>
    until(
      'a session that works',
      async () => (await api.get(200, `/sessions/${id}`)).status === 'working' || undefined,
      { timeoutMs: 60_000 },
    )

  const start = (api: ApiClient, sessionId: string, message: string): Promise<Json> =>
    api.post(201, '/bulk-send', { session_id: sessionId, custom_group_id: groupId, message })

  const untilJob = (api: ApiClient, id: string, isExpected: (job: Json) => boolean): Promise<Json> =>
    until(
      'the job as expected',
      async () => {
        const job = await api.get(200, `/bulk-send/${id}?recipients_limit=1000`)
        assert.notEqual(job.status, 'failed')
        return isExpected(job) ? job : undefined
      },
      { timeoutMs: patienceMs, everyMs: 100 },
    )

  /** What each phone got of a campaign, by the campaign's first words. */
  async function received(about: string): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const phone of phones) {
      const messages = await simulator.call<Json[]>('GET', `/accounts/${phone}/messages`)
      const texts = messages.map(({ text: said }) => String(said)).filter((said) => said.startsWith(about))
      found.set(phone, texts)
    }
    return found
  }

  /** Each phone once, and the figures are those of the phones. */
  async function assertOnceEach(about: string, job: Json): Promise<Map<string, string[]>> {
    const found = await received(about)
    const twice = [...found].filter(([, texts]) => texts.length > 1)
    assert.deepEqual(twice, [], 'nobody gets it twice')
    const got = [...found].filter(([, texts]) => texts.length === 1).map(([phone]) => `+${phone}`)
    const sent = job.recipients.filter((one: Json) => one.sent_at !== null).map((one: Json) => one.phone)
    assert.deepEqual(sent.toSorted(), got.toSorted(), 'who is said to have got it has it')
    assert.equal(job.sent_count, got.length)
    assert.equal(job.sent_count + job.failed_count + job.skipped_count, people)
    assert.equal(job.quota_reserved, 0)
    return found
  }

  test('through drops, a pause, an edit and kill -9 again and again reaches everybody once', async () => {
    let peer = await startPeer()
    const sessionId = await link(peer)
    const { id } = await start(peer.api, sessionId, 'Spring sale, {{name}}')
    await untilJob(peer.api, id, (job) => job.sent_count >= Math.min(4, people / 4))
    await peer.api.post(200, `/bulk-send/${id}/pause`)
    await peer.server.process.stop('SIGKILL')
    peer = await startPeer()
    await untilWorking(peer.api, sessionId)
    const paused = await peer.api.get(200, `/bulk-send/${id}`)
    assert.equal(paused.status, 'paused')
    await peer.api.patch(200, `/bulk-send/${id}`, { message_content: 'Spring sale until Sunday, {{name}}' })
    await peer.api.post(200, `/bulk-send/${id}/resume`)

    for (let kill = 1; kill <= kills; kill += 1) {
      const before = (await peer.api.get(200, `/bulk-send/${id}`)).sent_count
      const goal = Math.min(people - 1, before + Math.max(2, Math.floor(people / (kills * 3))))
      await untilJob(peer.api, id, (job) => job.sent_count >= goal)
      if (kill % 2 === 1) await simulator.call('POST', '/faults', { kind: 'drop', phone: desk })
      // At any moment between two messages, or in the middle of one.
      await wait(Math.random() * 700)
      await peer.server.process.stop('SIGKILL')
      peer = await startPeer()
    }
    const job = await untilJob(peer.api, id, ({ status }) => status === 'completed')
    const found = await assertOnceEach('Spring sale', job)
    assert.equal(job.failed_count, 0)
    const texts = [...found.values()].flat()
    assert.equal(texts.length, people)
    assert.ok(
      texts.some((said) => said.startsWith('Spring sale,')),
      'some got it before the edit',
    )
    assert.ok(
      texts.some((said) => said.startsWith('Spring sale until Sunday')),
      'some got it after the edit',
    )
    await peer.server.process.stop()
  })

  test('of two processes the other one goes on when one is killed, within 35 s', {
    skip: !isServerTest,
  }, async () => {
    const first = await startPeer()
    const [session] =
      (await first.api.get(200, '/sessions')).sessions ?? (await first.api.get(200, '/sessions'))
    await untilWorking(first.api, session.id)
    const second = await startPeer()
    const { id } = await start(second.api, session.id, 'Summer sale, {{name}}')
    const { sent_count: sent } = await untilJob(second.api, id, (job) => job.sent_count >= 3)
    const killedMs = performance.now()
    await first.server.process.stop('SIGKILL')
    await untilJob(second.api, id, (job) => job.sent_count >= sent + 3)
    const awayMs = performance.now() - killedMs
    assert.ok(awayMs < 35_000, `it went on after ${Math.round(awayMs)} ms`)
    const third = await startPeer()
    const job = await untilJob(third.api, id, ({ status }) => status === 'completed')
    await assertOnceEach('Summer sale', job)
  })
})

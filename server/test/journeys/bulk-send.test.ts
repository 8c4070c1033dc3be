import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql as text } from 'drizzle-orm'
import type { Database } from '../../src/platform/database/database.ts'
import { ApiClient, fetchDoor } from '../api-client.ts'
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
import { until, untilAnswer } from '../until.ts'
import { CampaignCrowd, type Json } from './campaign-crowd.ts'

const apiKey = `mf_${'campaign'.repeat(5)}`
const desk = '4915550800000'
/**
 * `BULK_JOURNEY_PEOPLE=500 BULK_JOURNEY_KILLS=10` makes the long one of it: at the pace of 0.01 a message takes 0.75 s
 * on average, and on a PostgreSQL server the lease of who was killed ends after 30 s.
 */
const people = Number(process.env.BULK_JOURNEY_PEOPLE ?? 18)
const kills = Number(process.env.BULK_JOURNEY_KILLS ?? 2)
const patienceMs = 60_000 + people * 3_000 + kills * 40_000

interface Peer {
  server: ServerProcess
  api: ApiClient
}

/** Installs a list with everybody on it and lets all of them be written to. */
async function addList(db: Database, phones: readonly string[]): Promise<void> {
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
  let crowd: CampaignCrowd
  let env: Record<string, string>
  let groupId = ''

  before(async () => {
    const data = resources.use(await temporaryDirectory())
    const database = resources.use(await databaseEnvironment())
    simulator = await startSimulator()
    resources.defer(() => simulator.process.stop('SIGKILL').then(() => undefined))
    crowd = new CampaignCrowd(simulator, desk, people)
    await crowd.settle('Spring')
    env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      MOLTFLOW_PACE: '0.01',
    }
    await prepareInstallation(env, async (db) => {
      await addList(db, crowd.phones)
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

  async function killAndStart(peer: Peer): Promise<Peer> {
    await peer.server.process.stop('SIGKILL')
    return startPeer()
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
    untilAnswer(
      async () => {
        const job = await api.get(200, `/bulk-send/${id}?recipients_limit=1000`)
        assert.notEqual(job.status, 'failed')
        return job
      },
      isExpected,
      { timeoutMs: patienceMs, everyMs: 100 },
    )

  /**
   * Each phone once at most, and the job says of whom. It ends when nobody is left, and not before (listmonk #2168, #2860).
   */
  async function assertOnceEach(about: string, job: Json): Promise<Map<string, string[]>> {
    const found = await crowd.received(about)
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

  /** WhatsApp warns, then forbids new conversations until it is seen that only who has written gets anything. */
  async function passWarning({ api }: Peer, id: string, resume: () => Promise<unknown>): Promise<void> {
    const limits = (change: Json) => simulator.call('PUT', `/accounts/${desk}/limits`, change)
    await limits({
      newChats: { quota: people * 4, used: people * 3 - 1 },
      reachOutLock: { until: new Date(Date.now() + 3_600_000).toISOString() },
    })
    const readSession = async () => (await api.get(200, '/sessions'))[0]
    // Nobody has the session before the lease of the process that was killed has run out.
    await untilAnswer(readSession, ({ status_reason: reason }) => reason === 'reach_out_locked', {
      timeoutMs: patienceMs,
    })
    const { sent_count: before } = await api.get(200, `/bulk-send/${id}`)
    await resume()
    const locked = await untilJob(api, id, (job) => job.waits_for === 'reach_out_lock')
    const warm = new Set(crowd.having('warm').map((phone) => `+${phone}`))
    const sentWarm = locked.recipients.filter((one: Json) => one.sent_at !== null && warm.has(one.phone))
    assert.equal(sentWarm.length, warm.size, 'who has written gets it all the same')
    assert.ok(locked.sent_count - before <= warm.size, 'nobody else does')
    await limits({ reachOutLock: null })
    await untilJob(api, id, (job) => job.waits_for === null)
  }

  /** Everybody's phone, the list of recipients and the figures say the same. */
  async function assertFigures({ api }: Peer, id: string, found: Map<string, string[]>): Promise<void> {
    const reached = new Set([...found].filter(([, texts]) => texts.length > 0).map(([phone]) => phone))
    assert.deepEqual([...reached].toSorted(), crowd.expectedReached().toSorted())
    const funnel = crowd.expectedFunnel(reached)
    const read = () => api.get(200, `/analytics/campaigns/${id}?limit=1000`)
    const isSame = (campaign: Json) => JSON.stringify(campaign.funnel) === JSON.stringify(funnel)
    const campaign = await untilAnswer(read, isSame, { timeoutMs: 60_000, everyMs: 250 })
    // Who is planned is no promise to write: those who want none are in the whole and among the skipped (mautic #15834).
    assert.equal(funnel.total, Number(funnel.sent) + Number(funnel.skipped))
    const job = await api.get(200, `/bulk-send/${id}?recipients_limit=1000`)
    for (const list of [campaign.contacts, job.recipients]) {
      const statuses = Object.fromEntries(list.map((one: Json) => [one.phone, one.status]))
      assert.deepEqual(statuses, crowd.expectedStatuses())
    }
    const { delivered_count: delivered, read_count: readBy, replied_count: replied } = job
    assert.deepEqual([delivered, readBy, replied], [funnel.delivered, funnel.read, funnel.replied])
  }

  test('through drops, a warning, opt-outs, a pause, an edit and kill -9 again and again reaches everybody once', async () => {
    let peer = await startPeer()
    const sessionId = await link(peer)
    await crowd.write('warm', 'Are you open on Sunday?')
    const { id } = await start(peer.api, sessionId, 'Spring sale, {{name}}')
    await untilJob(peer.api, id, (job) => job.sent_count >= Math.min(4, people / 4))
    await peer.api.post(200, `/bulk-send/${id}/pause`)
    await crowd.write('stopped', 'STOP')
    await crowd.enter(peer.api)
    peer = await killAndStart(peer)
    const paused = await peer.api.get(200, `/bulk-send/${id}`)
    assert.equal(paused.status, 'paused')
    await peer.api.patch(200, `/bulk-send/${id}`, { message_content: 'Spring sale until Sunday, {{name}}' })
    await passWarning(peer, id, () =>
      // It is stored as connected, until the new process has found out that it is not.
      until(
        'a session to go on with',
        async () => {
          const { status } = await peer.api.call('POST', `/bulk-send/${id}/resume`, { body: {} })
          return status === 200 || undefined
        },
        { timeoutMs: patienceMs },
      ),
    )

    for (let kill = 2; kill <= kills; kill += 1) {
      const before = (await peer.api.get(200, `/bulk-send/${id}`)).sent_count
      const goal = Math.min(people / 2, before + Math.max(2, Math.floor(people / (kills * 3))))
      await untilJob(peer.api, id, (job) => job.sent_count >= goal)
      await simulator.call('POST', '/faults', { kind: 'drop', phone: desk })
      // At any moment between two messages, or in the middle of one; every other time while it connects anew.
      await wait(Math.random() * 700 + (kill % 2) * 2_000)
      peer = await killAndStart(peer)
    }
    const job = await untilJob(peer.api, id, ({ status }) => status === 'completed')
    const found = await assertOnceEach('Spring sale', job)
    const texts = [...found.values()].flat()
    for (const beginning of ['Spring sale,', 'Spring sale until Sunday'])
      assert.ok(
        texts.some((said) => said.startsWith(beginning)),
        `some got: ${beginning}`,
      )
    await assertFigures(peer, id, found)
    await simulator.call('PUT', `/accounts/${desk}/limits`, { newChats: null })
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

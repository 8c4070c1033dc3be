import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ApiClient, fetchDoor } from '../api-client.ts'
import { prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  programEnvironment,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'otherkey'.repeat(5)}`
const phone = '4915550720001'
const right = Buffer.alloc(32, 7).toString('base64')
const wrong = Buffer.alloc(32, 8).toString('base64')

describe('a start with another installation key', { timeout: 240_000 }, () => {
  let simulator: SimulatorProcess
  let env: Record<string, string>
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: Awaited<ReturnType<typeof databaseEnvironment>>

  before(async () => {
    data = await temporaryDirectory()
    database = await databaseEnvironment()
    simulator = await startSimulator()
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      MOLTFLOW_SECRET_KEY: right,
    }
    await prepareInstallation(env)
  })
  after(async () => {
    await simulator?.process.stop('SIGKILL')
    await database?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  async function withKey<T>(key: string, work: (api: ApiClient) => Promise<T>): Promise<T> {
    const server = await startServer({ by: 'program', env: { ...env, MOLTFLOW_SECRET_KEY: key } })
    try {
      return await work(
        new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' }),
      )
    } finally {
      await server.process.stop()
    }
  }

  const reaches = (api: ApiClient, id: string, status: string) =>
    until(status, async () => {
      const session = await api.get(200, `/sessions/${id}`)
      return session.status === status ? session : undefined
    })

  test('says so, keeps the keys, and the sessions start again by themselves under the right one', async () => {
    const id = await withKey(right, async (api) => {
      const session = await api.post(201, '/sessions', { name: 'Desk' })
      await api.post(200, `/sessions/${session.id}/start`)
      await reaches(api, session.id, 'qr_code')
      const { code } = await api.get(200, `/sessions/${session.id}/qr`)
      await simulator.call('POST', `/accounts/${phone}/scan`, { code })
      await reaches(api, session.id, 'working')
      return session.id as string
    })
    // More than once: somebody may need a while to find the key.
    for (let n = 0; n < 2; n += 1) {
      await withKey(wrong, async (api) => {
        const failed = await reaches(api, id, 'failed')
        assert.equal(failed.status_reason, 'key_mismatch')
      })
    }
    // Nor does one that comes second keep anybody away, as after a rotation; the next test starts with one alone.
    await withKey(`${right},${wrong}`, (api) => reaches(api, id, 'working'))
  })

  test('a session that its owner stopped meanwhile stays stopped', async () => {
    const id = await withKey(right, async (api) => {
      const [session] = await api.get(200, '/sessions')
      await reaches(api, session.id, 'working')
      return session.id as string
    })
    await withKey(wrong, async (api) => {
      await reaches(api, id, 'failed')
      await api.call('POST', `/sessions/${id}/stop`)
    })
    await withKey(right, async (api) => {
      const { status } = await api.get(200, `/sessions/${id}`)
      assert.notEqual(status, 'working')
      assert.notEqual(status, 'starting')
    })
  })
})

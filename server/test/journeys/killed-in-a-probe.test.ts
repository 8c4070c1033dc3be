import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { ApiClient, fetchDoor, type Reply } from '../api-client.ts'
import { prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  freePort,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'probekey'.repeat(5)}`
/** Of the time since the return of a receiver that was away for less than a minute. */
const promisedMs = 10_000

/** An endpoint that refuses, lets requests hang, or takes what comes. */
async function startReceiver() {
  const hanging: ServerResponse[] = []
  const taken = new Set<string>()
  const receiver = { mode: 'refuse' as 'refuse' | 'hang' | 'take', hanging, taken, url: '', close: () => {} }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (receiver.mode === 'hang') return void hanging.push(response)
    if (receiver.mode === 'take') taken.add(JSON.parse(Buffer.concat(chunks).toString()).id)
    response.writeHead(receiver.mode === 'take' ? 200 : 503).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  receiver.close = () => {
    server.closeAllConnections()
    server.close()
  }
  return receiver
}

describe('kill -9 while a receiver is asked whether it is back', { timeout: 180_000 }, () => {
  let simulator: SimulatorProcess
  let server: ServerProcess
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: Awaited<ReturnType<typeof databaseEnvironment>>
  let env: Record<string, string>

  before(async () => {
    data = await temporaryDirectory()
    database = await databaseEnvironment()
    receiver = await startReceiver()
    simulator = await startSimulator()
    env = {
      ...database.env,
      MOLTFLOW_DATA_DIR: data.path,
      MOLTFLOW_OWNER_EMAIL: 'owner@example.com',
      MOLTFLOW_OWNER_PASSWORD: 'correct horse battery',
      MOLTFLOW_BOOTSTRAP_API_KEY: apiKey,
      MOLTFLOW_WA_URL: simulator.url,
      MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
      // So far away that only a probe can bring what waits.
      MOLTFLOW_WEBHOOK_RETRY_SECONDS: '3600',
      LOG_LEVEL: 'warn',
    }
    await prepareInstallation(env)
  })
  after(async () => {
    await server?.process.stop('SIGKILL')
    await simulator?.process.stop('SIGKILL')
    receiver?.close()
    await database?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  test('everything that waited arrives soon after the restart', async () => {
    const port = await freePort()
    server = await startServer({ by: 'program', env, port })
    const api = new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey, accept: 'application/json' })
    const hook = await api.post(201, '/webhooks', { url: receiver.url, events: ['session.status'] })
    const list = async (): Promise<Reply['body'][]> =>
      (await api.get(200, `/webhooks/${hook.id}/deliveries?limit=100`)).deliveries
    const neverTried = async () => (await list()).filter(({ attempts }) => attempts === 0)
    const { id } = await api.post(201, '/sessions', { name: 'Desk' })
    await until('what waits', async () => {
      await api.post(200, `/sessions/${id}/start`)
      await api.post(200, `/sessions/${id}/stop`)
      return (await neverTried()).length >= 5 || undefined
    })

    receiver.mode = 'hang'
    await until('a probe', () => receiver.hanging.length > 0 || undefined, { timeoutMs: 30_000 })
    await server.process.stop('SIGKILL')
    receiver.mode = 'take'
    server = await startServer({ by: 'program', env, port })
    const startedMs = performance.now()
    const ids = (await list()).map((delivery) => delivery.id)
    const areAllTaken = () => ids.every((one) => receiver.taken.has(one)) || undefined
    await until('everything', areAllTaken, { timeoutMs: 60_000 })
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs <= promisedMs, `${Math.round(tookMs)} ms`)
    await until('the end', async () =>
      (await list()).every(({ status }) => status === 'delivered') ? true : undefined,
    )
  })
})

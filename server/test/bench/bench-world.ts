import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Agent, request, setGlobalDispatcher } from 'undici'
import { prepareInstallation } from '../lift-limits.ts'
import { type ServerProcess, type SimulatorProcess, startServer, startSimulator } from '../processes.ts'
import { until } from '../until.ts'

setGlobalDispatcher(new Agent({ connections: 64, pipelining: 1 }))

/** The key every benchmark server is started with. */
export const benchKey = `mf_${'benchkey'.repeat(5)}`
const apiKeyHeaders = { 'x-api-key': benchKey, 'content-type': 'application/json' }

/** One call to a server under measurement; undefined body on 204. */
export async function api(url: string, method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) {
  const response = await request(`${url}/api/v2${path}`, {
    method,
    headers: { ...apiKeyHeaders, accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.body.text()
  if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`)
  return JSON.parse(text)
}

/** Environment of a server that is measured: no pace, loopback webhooks. */
export function benchEnvironment(
  dataDir: string,
  simulatorUrl: string,
  databaseUrl?: string,
): Record<string, string> {
  return {
    MOLTFLOW_DATA_DIR: dataDir,
    MOLTFLOW_OWNER_EMAIL: 'owner@example.com',
    MOLTFLOW_OWNER_PASSWORD: 'correct horse battery',
    MOLTFLOW_BOOTSTRAP_API_KEY: benchKey,
    MOLTFLOW_WA_URL: simulatorUrl,
    MOLTFLOW_PACE: '0',
    MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'warn',
    ...(databaseUrl === undefined
      ? {}
      : { DATABASE_URL: databaseUrl, MOLTFLOW_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }),
  }
}

/** A server with one paired, working session. */
export interface PairedServer {
  server: ServerProcess
  sessionId: string
}

/** Starts a server and pairs `phone` through the simulator. */
export async function startPaired(
  simulator: SimulatorProcess,
  env: Record<string, string>,
  phone: string,
): Promise<PairedServer> {
  await prepareInstallation(env)
  const server = await startServer({ env, by: 'program' })
  const { id } = await api(server.url, 'POST', '/sessions', { name: 'bench' })
  await api(server.url, 'POST', `/sessions/${id}/start`, {})
  const code = await poll(async () => {
    const answer = await api(server.url, 'GET', `/sessions/${id}/qr`).catch(() => undefined)
    return answer?.code as string | undefined
  })
  await simulator.call('POST', `/accounts/${phone}/scan`, { code })
  await poll(async () =>
    (await api(server.url, 'GET', `/sessions/${id}`)).status === 'working' ? true : undefined,
  )
  return { server, sessionId: id }
}

/** Repeats a probe until it answers; bounded. */
export function poll<T>(probe: () => Promise<T | undefined>, timeoutMs = 30_000): Promise<T> {
  return until('what a benchmark waits for', probe, { timeoutMs, everyMs: 50 })
}

/** CPU seconds a process used so far, user and system, all its threads (Linux). */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident memory of a process in MB (Linux). */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

/** A child that runs Baileys alone. */
export interface BareClient {
  send(to: readonly string[], count: number, lanes: number): Promise<{ ms: number; cpuMs: number }>
  /** Resolves once so many messages have come in all, with the processor time used so far. */
  received(count: number): Promise<{ cpuMs: number }>
  stop(): void
}

/** Starts bare Baileys in its own process and pairs it. */
export async function startBare(
  simulator: SimulatorProcess,
  root: string,
  phone: string,
): Promise<BareClient> {
  const child: ChildProcess = fork(fileURLToPath(new URL('bare-baileys.ts', import.meta.url)))
  const reported = new Map<string, unknown>()
  child.on('message', (message: Record<string, unknown>) => {
    for (const [key, value] of Object.entries(message)) reported.set(key, value)
  })
  const next = <T>(key: string): Promise<T> =>
    poll(async () => {
      if (child.exitCode !== null) throw new Error(`bare Baileys ended with ${child.exitCode}`)
      const value = reported.get(key)
      reported.delete(key)
      return value as T | undefined
    }, 120_000)
  await next('ready')
  child.send({ connect: { url: simulator.url, root } })
  const code = await next<string>('qr')
  await simulator.call('POST', `/accounts/${phone}/scan`, { code })
  await next('open')
  return {
    async send(to, count, lanes) {
      child.send({ send: { to, count, lanes } })
      return next<{ ms: number; cpuMs: number }>('sent')
    },
    async received(count) {
      child.send({ receive: count })
      return next<{ cpuMs: number }>('received')
    },
    stop: () => child.disconnect(),
  }
}

/** The value below which `share` of the sorted numbers lie. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Starts a simulator with a paired-to-be account and friends who answer with receipts. */
export async function startBenchSimulator(phones: readonly string[], friends: readonly string[]) {
  const simulator = await startSimulator()
  for (const phone of phones) await simulator.call('POST', '/accounts', { phone, name: 'Bench' })
  for (const phone of friends) {
    await simulator.call('POST', '/accounts', { phone, name: 'Friend' })
    await simulator.call('POST', `/accounts/${phone}/receipts`, {
      mode: 'read',
      deliveryMs: 250,
      readMs: 500,
    })
  }
  return simulator
}

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SIMULATOR_ROOT_PUBLIC_KEY } from '@moltflow/simulator'
import { prepareInstallation } from '../lift-limits.ts'
import { type ServerProcess, type SimulatorProcess, startServer } from '../processes.ts'
import { api, poll } from './bench-world.ts'

/** A server with many working sessions. */
export interface Fleet {
  server: ServerProcess
  sessionIds: string[]
  phones: string[]
}

/** Phone number of the n-th account of a bench. */
export function fleetPhone(area: number, n: number): string {
  return `49155${area}${String(n).padStart(6, '0')}`
}

/** Starts a server that has no session yet. */
export async function startFleet(env: Record<string, string>): Promise<Fleet> {
  await prepareInstallation(env)
  return { server: await startServer({ env, by: 'program' }), sessionIds: [], phones: [] }
}

/** Links further accounts, some at once; they exist at the simulator afterwards. */
export async function linkMore(
  fleet: Fleet,
  simulator: SimulatorProcess,
  phones: readonly string[],
  atOnce = 5,
): Promise<void> {
  const waiting = [...phones]
  const link = async () => {
    for (let phone = waiting.shift(); phone !== undefined; phone = waiting.shift()) {
      await simulator.call('POST', '/accounts', { phone, name: 'Fleet' })
      const { id } = await api(fleet.server.url, 'POST', '/sessions', { name: phone })
      await api(fleet.server.url, 'POST', `/sessions/${id}/start`, {})
      const code = await poll(async () => {
        const answer = await api(fleet.server.url, 'GET', `/sessions/${id}/qr`).catch(() => undefined)
        return answer?.code as string | undefined
      })
      await simulator.call('POST', `/accounts/${phone}/scan`, { code })
      await poll(async () =>
        (await api(fleet.server.url, 'GET', `/sessions/${id}`)).status === 'working' ? true : undefined,
      )
      fleet.sessionIds.push(id)
      fleet.phones.push(phone)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, link))
}

/** Bare Baileys with any number of sockets in one process. */
export interface BareFleet {
  /** Links the accounts of these phones, which exist at the simulator. */
  link(phones: readonly string[]): Promise<void>
  /** Messages received since the last count, and milliseconds from the first to the last. */
  count(): Promise<{ received: number; ms: number }>
  sendMedia(order: { to: string; file: string; times: number }): Promise<number>
  residentMb(): Promise<number>
  /** Closes all sockets and opens them again; milliseconds until the last is open. */
  reconnect(): Promise<number>
  pid: number
  stop(): void
}

/** Starts it; `stock` keeps libsignal's own signatures. */
export async function startBareFleet(
  simulator: SimulatorProcess,
  options: { isStock?: boolean; env?: Record<string, string> } = {},
): Promise<BareFleet> {
  const file = fileURLToPath(new URL('bare-fleet.ts', import.meta.url))
  const child: ChildProcess = fork(file, options.isStock === true ? ['stock'] : [], {
    env: { ...process.env, ...options.env },
  })
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
    }, 300_000)
  const ask = <T>(order: object, key: string): Promise<T> => {
    child.send(order)
    return next<T>(key)
  }
  let linked = 0
  await next('ready')
  return {
    async link(phones) {
      for (let start = 0; start < phones.length; start += 5) {
        const some = phones.slice(start, start + 5)
        const from = linked
        linked += some.length
        const root = SIMULATOR_ROOT_PUBLIC_KEY
        child.send({ connect: { url: simulator.url, root, from, sockets: some.length } })
        await Promise.all(
          some.map(async (phone, n) => {
            const code = await next<string>(`qr ${from + n}`)
            await simulator.call('POST', `/accounts/${phone}/scan`, { code })
            await next(`open ${from + n}`)
          }),
        )
      }
    },
    count: () => ask({ count: true }, 'counted'),
    sendMedia: (media) => ask({ media }, 'media'),
    residentMb: () => ask({ memory: true }, 'memory'),
    async reconnect() {
      child.send({ reconnect: true })
      await next('ended')
      const startedMs = performance.now()
      for (let n = 0; n < linked; n++) await next(`open ${n}`)
      return performance.now() - startedMs
    },
    pid: child.pid ?? 0,
    stop: () => child.disconnect(),
  }
}

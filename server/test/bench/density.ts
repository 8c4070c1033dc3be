import { setTimeout as wait } from 'node:timers/promises'
import { startServer, temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, poll, residentMb, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startBareFleet, startFleet } from './fleet.ts'

const friend = fleetPhone(20, 999_999)

/** Megabytes that each further session costs when `at` are connected, ours and bare. */
export interface Density {
  at: number
  oursMb: number
  bareMb: number
}

/** Resident memory per further connected session, and how soon all work again after a restart. */
export async function benchDensity(options: {
  databaseUrl?: string
  steps?: readonly number[]
  settleSeconds?: number
}) {
  const steps = options.steps ?? [100, 300]
  const settleMs = (options.settleSeconds ?? 20) * 1000
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([], [friend])
  const env = benchEnvironment(data.path, simulator.url, options.databaseUrl)
  const fleet = await startFleet(env)
  const bare = await startBareFleet(simulator)
  try {
    const density: Density[] = []
    const pid = () => fleet.server.process.child.pid ?? 0
    // Each account hears from a friend once, as an account in use does.
    const hear = async (phones: readonly string[]) => {
      for (const phone of phones)
        await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${phone}@c.us`, text: 'hello' })
    }
    const grow = async (from: number, to: number) => {
      const ours = Array.from({ length: to - from }, (_, n) => fleetPhone(21, from + n))
      const theirs = Array.from({ length: to - from }, (_, n) => fleetPhone(22, from + n))
      await linkMore(fleet, simulator, ours)
      for (const phone of theirs) await simulator.call('POST', '/accounts', { phone, name: 'Bare' })
      await bare.link(theirs)
      await hear(ours)
      await hear(theirs)
      await wait(settleMs)
      return { ours: await residentMb(pid()), bare: await residentMb(bare.pid) }
    }
    let linked = 1
    const base = await grow(0, 1)
    const restarts: { sessions: number; ms: number }[] = []
    for (const at of steps) {
      const grown = await grow(linked, at)
      linked = at
      density.push({
        at,
        oursMb: (grown.ours - base.ours) / (at - 1),
        bareMb: (grown.bare - base.bare) / (at - 1),
      })
      await fleet.server.process.stop()
      const stoppedAt = new Date()
      fleet.server = await startServer({ env, by: 'program' })
      // From the start of the process, not from its first answer.
      const workMs = await untilAllWork(fleet.server.url, at, stoppedAt)
      restarts.push({ sessions: at, ms: fleet.server.readyMs + workMs })
    }
    return { baseMb: base.ours, density, restarts, bareReconnectMs: await bare.reconnect() }
  } finally {
    bare.stop()
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

/**
 * Milliseconds from now (ready) until every session works again. A session that is not resumed yet still says what it
 * was before the stop, so what counts is when it was let in.
 */
async function untilAllWork(url: string, count: number, since: Date): Promise<number> {
  const startedMs = performance.now()
  await poll(async () => {
    const sessions: { status: string; last_connected_at: string | null }[] = await api(
      url,
      'GET',
      '/sessions',
    )
    const working = sessions.filter(
      ({ status, last_connected_at: at }) => status === 'working' && at !== null && new Date(at) > since,
    )
    return working.length >= count ? true : undefined
  }, 120_000)
  return performance.now() - startedMs
}

import pg from 'pg'
import { startServer, temporaryDirectory } from '../processes.ts'
import { benchEnvironment, poll, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startFleet } from './fleet.ts'

const friend = fleetPhone(70, 999_999)

/** How a process ends: told to, or without a word. */
export type Ending = 'SIGTERM' | 'SIGKILL'

/** One hand-over: from the signal until every session works in the other process, and what went wrong on the way. */
export interface HandOver {
  ending: Ending
  sessions: number
  ms: number
  /** States that no hand-over may bring: failed ones, or sessions that WhatsApp saw twice. */
  conflicts: number
}

/** Two processes over one server: the holder of all sessions ends, again and again, and the other takes over. */
export async function benchHandOver(options: {
  databaseUrl: string
  sizes?: readonly number[]
  rounds?: number
}): Promise<HandOver[]> {
  const { databaseUrl, sizes = [1, 100], rounds = 2 } = options
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([], [friend])
  const env = benchEnvironment(data.path, simulator.url, databaseUrl)
  const fleet = await startFleet(env)
  const found: HandOver[] = []
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  let linked = 0
  try {
    for (const size of sizes) {
      const phones = Array.from({ length: size - linked }, (_, n) => fleetPhone(71, linked + n))
      await linkMore(fleet, simulator, phones)
      linked = size
      for (let round = 0; round < rounds; round++) {
        for (const ending of ['SIGTERM', 'SIGKILL'] as const) {
          const heir = await startServer({ env, by: 'program' })
          const startedMs = performance.now()
          const since = new Date()
          const ended = fleet.server.process.stop(ending)
          await poll(async () => ((await countWorking(client, since)) >= size ? true : undefined), 60_000)
          found.push({
            ending,
            sessions: size,
            ms: performance.now() - startedMs,
            conflicts: await countConflicts(client, since),
          })
          await ended
          fleet.server = heir
        }
      }
    }
    return found
  } finally {
    await client.end()
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

/** Sessions that were let in since then. */
async function countWorking(client: pg.Client, since: Date): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM sessions WHERE status = 'working' AND last_connected_at >= $1`,
    [since],
  )
  return rows[0]?.count ?? 0
}

async function countConflicts(client: pg.Client, since: Date): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM session_states WHERE at >= $1 AND (status = 'failed' OR reason = 'replaced')`,
    [since],
  )
  return rows[0]?.count ?? 0
}

import { sql as text } from 'drizzle-orm'
import { type ServerProcess, type SimulatorProcess, startServer, temporaryDirectory } from '../processes.ts'
import {
  api,
  benchEnvironment,
  percentile,
  poll,
  residentMb,
  startBenchSimulator,
  startPaired,
} from './bench-world.ts'
import {
  countPages,
  findPostmaster,
  openBeside,
  type ProcessorTime,
  processorTime,
} from './processor-time.ts'

const phone = '4915550100001'
const recipientsOfJob = 1000
/** Jobs that are measured, and those before them that warm the process up. */
const measuredJobs = 3
const warmingJobs = 1
const firstWaiting = 15_560_000_000

interface CampaignsOptions {
  databaseUrl?: string
  /** Recipients of each job that is sent: enough to tell what a message costs. */
  friends?: number
  /** Jobs that wait in the second turn. */
  manyJobs?: number
}

/** What the messages of one job cost. */
interface JobCost extends ProcessorTime {
  wallMs: number
  /** Pages that the database server looked at. */
  pages: number
}

/** The processes whose time is told: the program, and the processes of its database server. */
interface Measured {
  env: Record<string, string>
  server: ServerProcess
  postmaster: number | undefined
}

/** Adds jobs behind those that were made through the API, until so many wait, each for people of its own. */
async function addWaiting(env: Record<string, string>, have: number, want: number): Promise<void> {
  const db = await openBeside(env)
  try {
    for (let from = have; from < want; from += 20) {
      const count = Math.min(20, want - from)
      await db.sql.execute(text`
        WITH template AS (SELECT * FROM bulk_jobs ORDER BY created_at DESC, id DESC LIMIT 1),
        added AS (
          INSERT INTO bulk_jobs (id, tenant_id, session_id, source, status, message_type, message_content,
            total_recipients, created_at, updated_at)
          SELECT gen_random_uuid(), tenant_id, session_id, 'api', 'pending', 'text', message_content,
            ${recipientsOfJob}::int, created_at + interval '1 second', now() FROM template, generate_series(1, ${count}::int)
          RETURNING id, tenant_id
        ), numbered AS (SELECT id, tenant_id, row_number() OVER () - 1 AS n FROM added)
        INSERT INTO bulk_recipients (tenant_id, job_id, position, phone, name)
        SELECT tenant_id, id, p, (${firstWaiting}::bigint + (${from}::int + n) * ${recipientsOfJob}::int + p)::text, 'Person ' || p
        FROM numbered, generate_series(0, ${recipientsOfJob - 1}::int) AS p`)
    }
    for (const table of ['bulk_jobs', 'bulk_recipients', 'messages', 'chats', 'contacts'])
      await db.sql.execute(text.raw(`VACUUM (ANALYZE) ${table}`))
    await db.sql.execute(text`CHECKPOINT`)
  } finally {
    await db.close()
  }
}

/** Waits until a job is through, and answers what each of its messages cost from a share of them on. */
async function watchJob({ env, server, postmaster }: Measured, jobId: string): Promise<JobCost> {
  const look = async () => ({
    sent: (await api(server.url, 'GET', `/bulk-send/${jobId}`)).sent_count as number,
    ms: performance.now(),
    pages: await countPages(env),
    ...(await processorTime(server, postmaster)),
  })
  const from = await poll(async () => {
    const now = await look()
    return now.sent > 0 ? now : undefined
  }, 600_000)
  await poll(async () => {
    const { status } = await api(server.url, 'GET', `/bulk-send/${jobId}`)
    return status === 'completed' ? true : undefined
  }, 600_000)
  const to = await look()
  const sent = to.sent - from.sent
  return {
    wallMs: (to.ms - from.ms) / sent,
    pages: (to.pages - from.pages) / sent,
    programMs: (to.programMs - from.programMs) / sent,
    databaseMs: (to.databaseMs - from.databaseMs) / sent,
  }
}

/** Sends the next jobs while others wait: what a message costs, and the most memory that takes. */
async function sendTurn(
  env: Record<string, string>,
  postmaster: number | undefined,
  jobIds: readonly string[],
) {
  const server = await startServer({ env, by: 'program' })
  const pid = server.process.child.pid ?? 0
  let highestMb = 0
  let isOver = false
  try {
    const watching = (async () => {
      while (!isOver) {
        highestMb = Math.max(highestMb, await residentMb(pid).catch(() => 0))
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })()
    const costs: JobCost[] = []
    for (const jobId of jobIds) costs.push(await watchJob({ env, server, postmaster }, jobId))
    isOver = true
    await watching
    const median = (of: (cost: JobCost) => number) => percentile(costs.slice(warmingJobs).map(of), 0.5)
    return {
      costs,
      wallMs: median(({ wallMs }) => wallMs),
      pages: median(({ pages }) => pages),
      programMs: median(({ programMs }) => programMs),
      databaseMs: median(({ databaseMs }) => databaseMs),
      highestMb,
    }
  } finally {
    isOver = true
    await server.process.stop()
  }
}

/** Pairs an account, hears from every friend, so that none is a stranger, and asks for all jobs that will be sent. */
async function prepare(
  simulator: SimulatorProcess,
  env: Record<string, string>,
  friends: readonly string[],
  jobs: number,
): Promise<string[]> {
  const { server, sessionId } = await startPaired(simulator, env, phone)
  try {
    for (const friend of friends)
      await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${phone}@c.us`, text: 'Hello' })
    const members = friends.map((friend) => ({ phone: friend, name: `Friend ${friend}` }))
    const list = await api(server.url, 'POST', '/custom-groups', { name: 'Friends', members })
    await poll(async () => {
      const { total } = await api(server.url, 'GET', `/messages/chats/${sessionId}?limit=1`)
      return total >= friends.length ? true : undefined
    }, 300_000)
    const ids: string[] = []
    for (let n = 0; n < jobs; n++) {
      const job = await api(server.url, 'POST', '/bulk-send', {
        session_id: sessionId,
        custom_group_id: list.id,
        message_content: `Hello {{name}}, this is campaign ${n}.`,
      })
      ids.push(job.id)
    }
    return ids
  } finally {
    await server.process.stop()
  }
}

/** What a message of a campaign costs while few recipients wait, and while many do, in one installation. */
export async function benchCampaigns(options: CampaignsOptions = {}) {
  const friends = Array.from({ length: options.friends ?? 300 }, (_, n) => String(15_550_300_000 + n))
  const [few, many] = [10, options.manyJobs ?? 1000]
  await using directory = await temporaryDirectory()
  const simulator = await startBenchSimulator([phone], friends)
  try {
    const env = benchEnvironment(directory.path, simulator.url, options.databaseUrl)
    const each = warmingJobs + measuredJobs
    // One more for each turn: it begins when the others are through, and is let go with the process.
    const ids = await prepare(simulator, env, friends, 2 * (each + 1))
    const postmaster = await findPostmaster(env)
    await addWaiting(env, 0, few)
    const before = await sendTurn(env, postmaster, ids.slice(1, 1 + each))
    await addWaiting(env, few, many)
    const after = await sendTurn(env, postmaster, ids.slice(2 + each))
    return { few: few * recipientsOfJob, many: many * recipientsOfJob, before, after }
  } finally {
    await simulator.process.stop()
  }
}

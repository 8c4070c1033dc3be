import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type Db, PgBoss } from 'pg-boss'
import pino from 'pino'
import { systemClock } from '../../src/platform/clock.ts'
import type { Database, Sql } from '../../src/platform/database/database.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { openJobs } from '../../src/platform/jobs/job-store.ts'
import { done, type JobType } from '../../src/platform/jobs/jobs.ts'
import { createJobRunner } from '../../src/platform/jobs/runner.ts'

const log = pino({ level: 'silent' })
const ids = systemIds()

/** What a measured job carries. */
export interface BenchPayload {
  n: number
}

/** A kind of job and its work. */
export interface BenchQueue {
  type: JobType<BenchPayload>
  run(payload: BenchPayload, attempt: number): Promise<void>
}

/** One of the ways to run jobs that are measured beside each other. */
export interface JobSide {
  add(
    sql: Sql,
    type: JobType<BenchPayload>,
    payloads: readonly BenchPayload[],
    options?: { key?: string; delayMs?: number },
  ): Promise<void>
  stop(timeoutMs?: number): Promise<void>
}

/** Starts a side with these queues. */
export type StartSide = (db: Database, queues: readonly BenchQueue[]) => Promise<JobSide>

/** Our runner, as the program starts it. */
export const startOurs: StartSide = async (db, queues) => {
  const store = await openJobs({ db, log })
  const runner = createJobRunner<null>({
    store,
    clock: systemClock(),
    log,
    contextFor: () => null,
    handlers: queues.map(({ type, run }) => ({
      type,
      async run(_context, payload, { attempt }) {
        await run(payload as BenchPayload, attempt)
        return done
      },
    })),
  })
  await runner.start()
  return {
    add: (sql, type, payloads, options) => store.addMany(sql, type, payloads, options),
    async stop(timeoutMs) {
      await runner.stop(timeoutMs)
      await store.close()
    },
  }
}

/** How pg-boss's own workers are set up. */
export interface BossOptions {
  schema: string
  /** How often a worker looks by itself while notifications work; 30 s is pg-boss's own default. */
  lookSeconds: number
  /** One batch of as many jobs as may run at once, or as many workers with one job each. */
  by: 'batch' | 'workers'
}

/** pg-boss's own workers with `useListenNotify`, over the same pool. */
export function startBoss({ schema, lookSeconds, by }: BossOptions): StartSide {
  return async (db, queues) => {
    const boss = new PgBoss({ db: adapt(db.pool, db), schema, useListenNotify: true, schedule: true })
    boss.on('error', () => undefined)
    await boss.start()
    for (const { type } of queues) {
      await boss.createQueue(type.name, {
        policy: type.options.isOrdered === true ? 'key_strict_fifo' : 'short',
        notify: true,
        retryLimit: type.options.retryLimit ?? 5,
        retryDelay: 5,
        retryBackoff: true,
        expireInSeconds: 900,
        deleteAfterSeconds: 3600,
        heartbeatSeconds: 60,
      })
      await boss.insert(type.name, [])
      const { cron } = type.options
      if (cron !== undefined) await boss.schedule(type.name, cron.expression, {}, { tz: cron.timeZone })
    }
    for (const queue of queues) await work(boss, queue, lookSeconds, by)
    return {
      async add(sql, type, payloads, options = {}) {
        const client = (sql as Sql & { $client: Pick<pg.Pool, 'query'> }).$client
        const jobs = payloads.map((data) => {
          const id = ids.uuid()
          const startAfter =
            options.delayMs === undefined ? {} : { startAfter: `${options.delayMs / 1000} seconds` }
          return { id, data, singletonKey: options.key ?? id, ...startAfter }
        })
        await boss.insert(type.name, jobs, { db: adapt(client) })
      },
      stop: (timeoutMs) =>
        boss.stop({ close: false, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) }),
    }
  }
}

async function work(
  boss: PgBoss,
  { type, run }: BenchQueue,
  lookSeconds: number,
  by: BossOptions['by'],
): Promise<void> {
  const concurrency = type.options.concurrency ?? 1
  const polling = {
    pollingIntervalSeconds: Math.min(2, lookSeconds),
    notifyPollingIntervalSeconds: lookSeconds,
    includeMetadata: true as const,
  }
  if (by === 'workers') {
    await boss.work<BenchPayload>(type.name, { ...polling, localConcurrency: concurrency }, async ([job]) => {
      if (job !== undefined) await run(job.data, job.retryCount + 1)
    })
    return
  }
  const batch = { ...polling, batchSize: concurrency, burstWhenBatchFull: true, perJobResults: true as const }
  await boss.work<BenchPayload>(type.name, batch, async (jobs) => {
    const runs = await Promise.allSettled(jobs.map((job) => run(job.data, job.retryCount + 1)))
    return jobs.map((job, index) => ({
      id: job.id,
      status: runs[index]?.status === 'fulfilled' ? ('completed' as const) : ('failed' as const),
    }))
  })
}

/** Our pool as pg-boss wants it; with a database it can listen as well. */
function adapt(client: Pick<pg.Pool, 'query'>, db?: Database): Db {
  return {
    async executeSql(statement: string, values: unknown[]) {
      const result: unknown = await client.query(statement, values)
      if (Array.isArray(result))
        return { rows: result.flatMap((part: { rows?: object[] }) => part.rows ?? []) }
      return result as { rows: object[] }
    },
    ...(db === undefined
      ? {}
      : {
          async listen(channel: string, onNotification: (payload: string) => void, onReconnect: () => void) {
            const subscription = await db.listen(channel, onNotification, onReconnect)
            onReconnect()
            return subscription
          },
        }),
  } as Db
}

/** Counts the statements that name a schema or channel, over all connections of this process. */
export class StatementCounter implements Disposable {
  readonly #original = pg.Client.prototype.query
  readonly #counts = new Map<string, number>()

  /** `names` tells whose a statement is by a word in it; the first that fits counts. */
  constructor(names: Record<string, RegExp>) {
    const original = this.#original as (...args: unknown[]) => unknown
    const counts = this.#counts
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [first, values] = args as [string | { text?: string; values?: unknown[] }, unknown]
      const text = typeof first === 'string' ? first : (first?.text ?? '')
      const said = `${text} ${Array.isArray(values) ? String(values[0]) : ''}`
      const name = Object.keys(names).find((key) => names[key]?.test(said))
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
      return original.apply(this, args)
    } as typeof pg.Client.prototype.query
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  [Symbol.dispose](): void {
    pg.Client.prototype.query = this.#original
  }
}

/** Waits until `isReached` or the time is up; answers the milliseconds it took, or undefined. */
export async function until(isReached: () => boolean, timeoutMs: number): Promise<number | undefined> {
  const startedMs = performance.now()
  while (!isReached()) {
    if (performance.now() - startedMs > timeoutMs) return undefined
    await wait(2)
  }
  return performance.now() - startedMs
}

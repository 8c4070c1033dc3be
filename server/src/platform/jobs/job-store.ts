import type pg from 'pg'
import { type Db, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { afterCommit, type Database, type Sql } from '../database/database.ts'
import { type Ids, systemIds } from '../ids.ts'
import type { EnqueueOptions, Jobs, JobType, QueueBacklog } from './jobs.ts'
import { JobNotifications } from './notifications.ts'

/** A job as a runner claims it; `retryCount` names the attempt, so that a stale one cannot settle it. */
export type ClaimedJob = JobWithMetadata<object>

/** What the job store works with. */
export interface JobStoreOptions {
  db: Database
  log: Pick<Logger, 'error' | 'warn' | 'debug'>
  ids?: Ids
  /** Makes jobs due by this clock instead of the database's: for tests that move time by hand. */
  testClock?: Clock
}

const schema = 'pgboss'
/** Finished jobs are kept so long for whoever looks for the cause of something. */
const keepFinishedSeconds = 3600
const heartbeatSeconds = 60
/** So often in a row the job that has a key begins while another one is added. */
const mostAttempts = 10
/** The policy of queues in which the jobs of a key run one after another. */
const orderedPolicy = 'key_strict_fifo'

/** Opens the job store: creates or migrates pg-boss's own schema. */
export async function openJobs(options: JobStoreOptions): Promise<JobStore> {
  const store = new JobStore(options)
  await store.open()
  return store
}

/** Durable jobs on pg-boss, over the pool that everything else uses. */
export class JobStore implements Jobs {
  readonly db: Database
  readonly notifications: JobNotifications
  readonly #boss: PgBoss
  readonly #log: JobStoreOptions['log']
  readonly #ids: Ids
  readonly #testClock: Clock | undefined
  readonly #prepared = new Map<string, JobType<object>>()
  #databaseClockMs: number | undefined

  constructor(options: JobStoreOptions) {
    this.db = options.db
    this.#log = options.log
    this.#ids = options.ids ?? systemIds()
    this.#testClock = options.testClock
    this.notifications = new JobNotifications(options.db, options.log)
    // pg-boss keeps schema, claims and upkeep; when to look for work is decided by our runner, because
    // its own polling would keep an idle machine busy.
    this.#boss = new PgBoss({
      db: adapt(options.db.pool),
      schema,
      supervise: false,
      schedule: false,
      useListenNotify: false,
      queueCacheIntervalSeconds: 3600,
      bamIntervalSeconds: 3600,
      maintenanceIntervalSeconds: 300,
      monitorIntervalSeconds: 30,
      monitorVacuum: false,
      reindex: false,
    })
    this.#boss.on('error', (error) => this.#log.error({ err: error }, 'the job store failed'))
    this.#boss.on('warning', (warning) => this.#log.warn({ warning }, 'the job store warns'))
  }

  async open(): Promise<void> {
    await this.#boss.start()
    // Answers "when is the next job of this queue due" without reading all that wait.
    await this.db.pool.query(
      `CREATE INDEX IF NOT EXISTS moltflow_job_due ON ${schema}.job_common (name, start_after)
       WHERE state < 'active' AND NOT blocked`,
    )
    await this.notifications.open()
  }

  /** Ends the upkeep; jobs stay where they are. */
  async close(): Promise<void> {
    await this.notifications.close()
    await this.#boss.stop({ graceful: false, close: false })
  }

  /** Creates or updates the queues of these types; a type must be prepared before jobs of it are added. */
  async prepare(types: readonly JobType<object>[]): Promise<void> {
    const known = new Map((await this.#boss.getQueues()).map((queue) => [queue.name, queue]))
    for (const type of types) {
      const policy = policyOf(type)
      const settings = {
        retryLimit: type.options.retryLimit ?? 5,
        retryDelay: type.options.retryDelaySeconds ?? 5,
        retryBackoff: true,
        expireInSeconds: type.options.expireSeconds ?? 900,
        deleteAfterSeconds: keepFinishedSeconds,
        heartbeatSeconds,
      }
      const queue = known.get(type.name)
      if (queue === undefined) await this.#boss.createQueue(type.name, { policy, ...settings })
      else if (queue.policy !== policy)
        throw new Error(`job ${type.name}: isOrdered cannot change; take a new name`)
      else if (Object.entries(settings).some(([key, value]) => queue[key as keyof typeof queue] !== value)) {
        await this.#boss.updateQueue(type.name, settings)
      }
      this.#prepared.set(type.name, type)
      // Fills pg-boss's cache now: inside a caller's transaction it could not ask for the queue.
      await this.#boss.insert(type.name, [])
    }
  }

  async add<P extends object>(
    sql: Sql,
    type: JobType<P>,
    payload: P,
    options: EnqueueOptions = {},
  ): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const [id] = await this.#insert(sql, type, [payload], options)
      const known = id ?? (await this.#findWaiting(sql, type, options.key))
      if (known !== undefined) return known
      // The one that waited began in between: then this one is to wait.
      if (attempt === mostAttempts)
        throw new Error(`job ${type.name} could not be added: its key was just taken`)
    }
  }

  async addMany<P extends object>(
    sql: Sql,
    type: JobType<P>,
    payloads: readonly P[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    if (payloads.length > 0) await this.#insert(sql, type, payloads, options)
  }

  async cancel(sql: Sql, type: JobType<object>, id: string): Promise<void> {
    await clientOf(sql).query(
      `UPDATE ${schema}.job SET state = 'cancelled', completed_on = ${schema}.job_now()
       WHERE name = $1 AND id = $2 AND state < 'active'`,
      [type.name, id],
    )
  }

  /** Adds a job under an id of the caller's choice, once: a second job with the id is ignored. */
  async addOnce(type: JobType<object>, id: string, payload: object): Promise<void> {
    await this.#insert(this.db.sql, type, [payload], {}, id)
  }

  async #insert(
    sql: Sql,
    type: JobType<object>,
    payloads: readonly object[],
    options: EnqueueOptions,
    onlyId?: string,
  ): Promise<string[]> {
    if (!this.#prepared.has(type.name)) throw new Error(`job ${type.name} has no handler in this process`)
    const delayMs = Math.max(0, options.delayMs ?? 0)
    const jobs = payloads.map((data) => {
      const id = onlyId ?? this.#ids.uuid()
      return { id, data, singletonKey: options.key ?? id, ...this.#startAfter(delayMs) }
    })
    const inserted = await this.#boss.insert(type.name, jobs, { db: adapt(clientOf(sql)), returnId: true })
    if (inserted !== null) afterCommit(sql, () => this.notifications.notify(type.name, delayMs))
    return inserted ?? []
  }

  #startAfter(delayMs: number): { startAfter?: string } {
    if (this.#testClock !== undefined)
      return { startAfter: new Date(this.#testClock.nowMs() + delayMs).toISOString() }
    // An interval, so that the database's time counts and not this machine's.
    return delayMs > 0 ? { startAfter: `${delayMs / 1000} seconds` } : {}
  }

  async #findWaiting(sql: Sql, type: JobType<object>, key: string | undefined): Promise<string | undefined> {
    const { rows } = await clientOf(sql).query<{ id: string }>(
      `SELECT id FROM ${schema}.job WHERE name = $1 AND singleton_key = $2 AND state = 'created' LIMIT 1`,
      [type.name, key],
    )
    return rows[0]?.id
  }

  /** Claims up to `limit` due jobs of a queue, in order; `isDueIgnored` claims delayed ones as well. */
  async claim(name: string, limit: number, isDueIgnored = false): Promise<ClaimedJob[]> {
    await this.#moveDatabaseClock()
    const jobs = await this.#boss.fetch<object>(name, {
      batchSize: limit,
      includeMetadata: true,
      ignoreStartAfter: isDueIgnored,
    })
    // A statement that takes them answers in any order. Ids tell it of those that one transaction added.
    return jobs.sort((a, b) => a.createdOn.getTime() - b.createdOn.getTime() || (a.id < b.id ? -1 : 1))
  }

  /** Marks claimed jobs of one queue as done, in one statement. */
  async complete(name: string, jobs: readonly ClaimedJob[]): Promise<void> {
    await this.#boss.complete(
      name,
      jobs.map((job) => ({ id: job.id, retryCount: job.retryCount })),
    )
  }

  /**
   * Puts a claimed job back, due after `afterMs`. `isCounted` lets it count against the retry limit;
   * otherwise the limit grows with it.
   */
  async putBack(job: ClaimedJob, afterMs: number, isCounted: boolean): Promise<void> {
    const from =
      this.#testClock === undefined
        ? 'clock_timestamp()'
        : `'${this.#testClock.now().toISOString()}'::timestamptz`
    await this.db.pool.query(
      `UPDATE ${schema}.job SET state = 'retry', heartbeat_on = NULL,
         start_after = ${from} + $4 * interval '1 millisecond',
         keep_until = ${from} + $4 * interval '1 millisecond' + interval '14 days',
         retry_limit = retry_limit + $5
       WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`,
      [job.name, job.id, job.retryCount, Math.max(0, Math.round(afterMs)), isCounted ? 0 : 1],
    )
    this.notifications.notify(job.name, Math.max(0, afterMs))
  }

  /**
   * Ends a claimed job for good. Cancelled, not failed: a failed job would block its key in an ordered
   * queue for ever.
   */
  async abandon(job: ClaimedJob, reason: string): Promise<void> {
    await this.db.pool.query(
      `UPDATE ${schema}.job SET state = 'cancelled', completed_on = ${schema}.job_now(), output = $4
       WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`,
      [job.name, job.id, job.retryCount, JSON.stringify({ reason })],
    )
  }

  /** Tells that these long-running jobs still live, so that nobody else takes them. */
  async touch(jobs: readonly ClaimedJob[]): Promise<void> {
    for (const [name, own] of Map.groupBy(jobs, (job) => job.name)) {
      await this.#boss.touch(name, [...own.map((job) => ({ id: job.id, retryCount: job.retryCount }))])
    }
  }

  /**
   * Milliseconds until the next waiting job of each queue can be claimed, 0 when it can be now; queues without one are
   * missing. A job whose key is taken counts only when it is the one that holds it: the end of the holder wakes the rest.
   */
  async readNextDue(names: readonly string[]): Promise<Map<string, number>> {
    await this.#moveDatabaseClock()
    const { rows } = await this.db.pool.query<{ name: string; in_ms: string | null }>(
      `SELECT q.name, extract(epoch FROM due - ${schema}.job_now()) * 1000 AS in_ms
       FROM unnest($1::text[]) AS q(name), LATERAL (
         SELECT min(start_after) AS due FROM ${schema}.job_common j
         WHERE j.name = q.name AND state < 'active' AND NOT blocked
           AND (j.policy <> '${orderedPolicy}' OR NOT EXISTS (
             SELECT 1 FROM ${schema}.job_common h
             WHERE h.name = j.name AND h.singleton_key = j.singleton_key AND h.id <> j.id
               AND h.state IN ('active', 'retry', 'failed') AND h.policy = '${orderedPolicy}'))
       ) AS next WHERE due IS NOT NULL`,
      [[...names]],
    )
    return new Map(rows.map((row) => [row.name, Math.max(0, Number(row.in_ms))]))
  }

  async readBacklog(): Promise<QueueBacklog[]> {
    const { rows } = await this.db.pool.query<Omit<QueueBacklog, 'lateSeconds'> & { late_seconds: number }>(
      `SELECT q.name, count(*) FILTER (WHERE is_due)::int AS waiting,
         coalesce(max(late) FILTER (WHERE is_due), 0)::float8 AS late_seconds,
         count(*) FILTER (WHERE j.state = 'active')::int AS running
       FROM unnest($1::text[]) AS q(name)
       LEFT JOIN LATERAL (
         SELECT state, state < 'active' AND start_after <= ${schema}.job_now() AS is_due,
           extract(epoch FROM ${schema}.job_now() - start_after) AS late
         FROM ${schema}.job WHERE name = q.name AND state <= 'active'
       ) AS j ON true
       GROUP BY q.name ORDER BY q.name`,
      [[...this.#prepared.keys()]],
    )
    return rows.map(({ late_seconds: lateSeconds, ...queue }) => ({ ...queue, lateSeconds }))
  }

  /** Takes back what died: expired and silent jobs, and blocked keys. Deletes what finished long ago. */
  async recover(names: readonly string[]): Promise<void> {
    await this.#boss.supervise()
    await this.db.pool.query(
      `UPDATE ${schema}.job SET state = 'cancelled' WHERE name = ANY($1) AND state = 'failed' AND policy = '${orderedPolicy}'`,
      [[...names]],
    )
  }

  /**
   * Puts every claimed job back at once. Only for the embedded database, where the data directory's
   * lock proves that no other process can be running them.
   */
  async reclaimAll(): Promise<void> {
    if (this.db.kind !== 'embedded') return
    await this.db.pool.query(
      `UPDATE ${schema}.job SET state = 'retry', heartbeat_on = NULL, start_after = ${schema}.job_now() WHERE state = 'active'`,
    )
  }

  /** In tests the database's idea of "due" follows the test's clock. */
  async #moveDatabaseClock(): Promise<void> {
    if (this.#testClock === undefined || this.#databaseClockMs === this.#testClock.nowMs()) return
    this.#databaseClockMs = this.#testClock.nowMs()
    const now = new Date(this.#databaseClockMs).toISOString()
    await this.db.pool.query(
      `CREATE OR REPLACE FUNCTION ${schema}.job_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT '${now}'::timestamptz $$`,
    )
  }
}

/** `short` lets one job per key wait; jobs without a key get their id as key. */
function policyOf(type: JobType<object>): string {
  return type.options.isOrdered === true ? orderedPolicy : 'short'
}

type Client = Pick<pg.Pool, 'query'>

/** The driver's connection behind a database handle or a transaction. */
function clientOf(sql: Sql): Client {
  const client = (sql as Sql & { $client?: Client }).$client
  // A nested drizzle transaction hides its connection; ours are never nested.
  if (client === undefined) throw new Error('not a handle of Database.sql or Database.transaction')
  return client
}

function adapt(client: Client): Db {
  return {
    async executeSql(statement, values) {
      // Several statements in one text answer with an array, which the driver's types do not tell.
      const result: unknown = await client.query(statement, values)
      if (Array.isArray(result))
        return { rows: result.flatMap((part: { rows?: object[] }) => part.rows ?? []) }
      return result as { rows: object[] }
    },
  }
}

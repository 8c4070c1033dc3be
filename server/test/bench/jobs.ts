import { setTimeout as wait } from 'node:timers/promises'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { features } from '../../src/features.ts'
import type { Database } from '../../src/platform/database/database.ts'
import { openDatabase } from '../../src/platform/database/open.ts'
import { defineJob, type JobOptions, type JobType } from '../../src/platform/jobs/jobs.ts'
import { temporaryDirectory } from '../processes.ts'
import { percentile } from './bench-world.ts'
import {
  type BenchPayload,
  type BenchQueue,
  type JobSide,
  type StartSide,
  StatementCounter,
  startBoss,
  startOurs,
  until,
} from './jobs-sides.ts'

const calm = { schema: 'boss_calm', lookSeconds: 30 } as const
const quick = { schema: 'boss_quick', lookSeconds: 0.5 } as const
const sides = {
  ours: startOurs,
  batch: startBoss({ ...calm, by: 'batch' }),
  workers: startBoss({ ...calm, by: 'workers' }),
  quickBatch: startBoss({ ...quick, by: 'batch' }),
} as const
type SideName = keyof typeof sides

/** Whose a statement is, by the schema or channel that it names. */
const owners = { calm: /boss_calm/, quick: /boss_quick/, ours: /pgboss\.|moltflow_jobs/ }
const ownerOf = { ours: 'ours', batch: 'calm', workers: 'calm', quickBatch: 'quick' } as const

const atOnce = 10
const kinds = { idle: 'bench.idle', short: 'bench.short', uneven: 'bench.uneven', later: 'bench.later' }
const typeOf = (name: string, options: JobOptions = {}): JobType<BenchPayload> =>
  defineJob<BenchPayload>(name, { concurrency: atOnce, ...options })

/** Runs `measure` against a side that has one queue, and ends the side. */
async function withQueue<T>(
  db: Database,
  start: StartSide,
  queue: BenchQueue,
  measure: (side: JobSide) => Promise<T>,
): Promise<T> {
  const side = await start(db, [queue])
  try {
    await wait(300)
    return await measure(side)
  } finally {
    await side.stop()
  }
}

/** Milliseconds from the call of `add`, in a transaction of its own, to the start of the job. */
function measureIdle(db: Database, name: SideName, counter: StatementCounter, count: number) {
  const type = typeOf(kinds.idle)
  const startedAtMs: number[] = []
  const run = async ({ n }: BenchPayload) => {
    startedAtMs[n] = performance.now()
  }
  return withQueue(db, sides[name], { type, run }, async (side) => {
    const each: number[] = []
    const before = counter.count(ownerOf[name])
    for (let n = 0; n < count; n += 1) {
      await wait(20 + (n % 7) * 5)
      const addedAtMs = performance.now()
      await db.transaction((sql) => side.add(sql, type, [{ n }]))
      await until(() => startedAtMs[n] !== undefined, 40_000)
      each.push((startedAtMs[n] ?? Number.POSITIVE_INFINITY) - addedAtMs)
    }
    await wait(200)
    return { each, statementsPerJob: (counter.count(ownerOf[name]) - before) / count }
  })
}

/** Jobs per second of a backlog that is added in one transaction; `undone` is what was left after `limitMs`. */
function measureBacklog(
  db: Database,
  name: SideName,
  counter: StatementCounter,
  { kind, count, slowMs, limitMs }: { kind: string; count: number; slowMs: number; limitMs: number },
) {
  const type = typeOf(kind)
  let finished = 0
  const run = async ({ n }: BenchPayload) => {
    if (slowMs > 0 && n % 10 === 0) await wait(slowMs)
    finished += 1
  }
  return withQueue(db, sides[name], { type, run }, async (side) => {
    const payloads = Array.from({ length: count }, (_, n) => ({ n }))
    await db.transaction((sql) => side.add(sql, type, payloads))
    const before = counter.count(ownerOf[name])
    const startedMs = performance.now()
    await until(() => finished === count, limitMs)
    const ms = performance.now() - startedMs
    await db.sql.execute(
      text.raw(`DELETE FROM ${schemaOf(name)}.job WHERE name = '${kind}' AND state < 'active'`),
    )
    return {
      perSecond: (finished / ms) * 1000,
      undone: count - finished,
      statementsPerJob: (counter.count(ownerOf[name]) - before) / Math.max(finished, 1),
    }
  })
}

const schemaOf = (name: SideName) =>
  name === 'ours' ? 'pgboss' : name === 'quickBatch' ? quick.schema : calm.schema

/** Six keys with `perKey` jobs each, added at once: how long until all ran, and whether any key broke its order. */
function measureKeys(db: Database, name: SideName, perKey: number, round: number) {
  const type = typeOf(`bench.keys.${round}`, { isOrdered: true })
  const seen: number[][] = Array.from({ length: 6 }, () => [])
  const running = new Set<number>()
  let overlaps = 0
  const run = async ({ n }: BenchPayload) => {
    const key = n % 6
    if (running.has(key)) overlaps += 1
    running.add(key)
    await wait(2)
    running.delete(key)
    seen[key]?.push(n)
  }
  return withQueue(db, sides[name], { type, run }, async (side) => {
    await db.transaction(async (sql) => {
      for (let n = 0; n < 6 * perKey; n += 1) await side.add(sql, type, [{ n }], { key: `key ${n % 6}` })
    })
    const ms = await until(() => seen.flat().length === 6 * perKey, 45_000)
    const isInOrder = seen.every((own) => own.every((n, at) => at === 0 || n > (own[at - 1] ?? 0)))
    return {
      ms: ms ?? Number.POSITIVE_INFINITY,
      undone: 6 * perKey - seen.flat().length,
      overlaps,
      isInOrder,
    }
  })
}

/** By how many milliseconds jobs start after the moment they were due. */
function measureDelays(db: Database, name: SideName, count: number) {
  const type = typeOf(kinds.later)
  const dueAtMs: number[] = []
  const late: number[] = []
  const run = async ({ n }: BenchPayload) => {
    late.push(performance.now() - (dueAtMs[n] ?? 0))
  }
  return withQueue(db, sides[name], { type, run }, async (side) => {
    for (let n = 0; n < count; n += 1) {
      const delayMs = 300 + ((n * 97) % 1500)
      dueAtMs[n] = performance.now() + delayMs
      await db.transaction((sql) => side.add(sql, type, [{ n }], { delayMs }))
    }
    await until(() => late.length === count, 45_000)
    return { late, undone: count - late.length }
  })
}

/** What becomes of a job that does not end while its process stops. */
async function probeStop(db: Database, name: SideName) {
  const type = typeOf('bench.stop', { retryLimit: 2 })
  let hasStarted = false
  const released = Promise.withResolvers<void>()
  const run = async () => {
    hasStarted = true
    await released.promise
  }
  const side = await sides[name](db, [{ type, run }])
  await db.transaction((sql) => side.add(sql, type, [{ n: 0 }]))
  await until(() => hasStarted, 40_000)
  const startedMs = performance.now()
  await side.stop(1000)
  const stoppedAfterMs = performance.now() - startedMs
  const { rows } = await db.sql.execute(
    text.raw(`SELECT state, retry_count AS retries, retry_limit AS limit,
      extract(epoch FROM start_after - now())::float AS due_in_seconds
      FROM ${schemaOf(name)}.job WHERE name = 'bench.stop' AND state < 'completed'`),
  )
  released.resolve()
  return { stoppedAfterMs, job: rows[0] }
}

/** Statements of a minute in which nothing happens, with the program's own kinds of jobs; all sides wait at once. */
async function measureQuiet(db: Database, counter: StatementCounter, seconds: number) {
  const types = features.flatMap((feature) => feature.jobs ?? []).map(({ type }) => type)
  const queues = types.map((type) => ({ type: type as JobType<BenchPayload>, run: async () => undefined }))
  const waiting = [
    await sides.ours(db, queues),
    await sides.batch(db, queues),
    await sides.quickBatch(db, queues),
  ]
  await wait(3000)
  const names = ['ours', 'calm', 'quick'] as const
  const before = names.map((name) => counter.count(name))
  await wait(seconds * 1000)
  const after = names.map((name) => counter.count(name))
  for (const side of waiting) await side.stop()
  const perMinute = names.map((name, at) => [name, (((after[at] ?? 0) - (before[at] ?? 0)) / seconds) * 60])
  return { kinds: types.length, ...(Object.fromEntries(perMinute) as Record<(typeof names)[number], number>) }
}

/** Takes turns: who begins changes with every round. */
async function inTurns<T>(
  rounds: number,
  names: readonly SideName[],
  measure: (name: SideName, round: number) => Promise<T>,
) {
  const found = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<SideName, T[]>
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed())
      found[name].push(await measure(name, round))
  return found
}

/** (p) Our job runner beside pg-boss's own workers with `useListenNotify`, on one database. */
export async function benchJobs(options: { databaseUrl?: string; rounds?: number; quietSeconds?: number }) {
  await using data = await temporaryDirectory()
  const db = await openDatabase({
    databaseUrl: options.databaseUrl,
    dataDirectory: data.path,
    log: pino({ level: 'silent' }),
  })
  const rounds = options.rounds ?? 3
  using counter = new StatementCounter(owners)
  const pair = ['ours', 'batch'] as const
  const backlog = { kind: kinds.short, count: 3000, slowMs: 0, limitMs: 60_000 }
  const uneven = { kind: kinds.uneven, count: 300, slowMs: 100, limitMs: 60_000 }
  try {
    for (const name of pair) await measureBacklog(db, name, counter, { ...backlog, count: 300 })
    return {
      idle: await inTurns(rounds, [...pair, 'workers'], (name) => measureIdle(db, name, counter, 100)),
      backlog: await inTurns(rounds, pair, (name) => measureBacklog(db, name, counter, backlog)),
      backlogByWorkers: await measureBacklog(db, 'workers', counter, { ...backlog, limitMs: 5000 }),
      uneven: await inTurns(rounds, pair, (name) => measureBacklog(db, name, counter, uneven)),
      keys: await inTurns(rounds, ['ours', 'quickBatch'], (name, round) => measureKeys(db, name, 8, round)),
      keysCalm: await measureKeys(db, 'batch', 8, 0),
      delays: await inTurns(rounds, ['ours', 'quickBatch'], (name) => measureDelays(db, name, 40)),
      delaysCalm: await measureDelays(db, 'batch', 40),
      quiet: await measureQuiet(db, counter, options.quietSeconds ?? 120),
      stop: { ours: await probeStop(db, 'ours'), boss: await probeStop(db, 'batch') },
    }
  } finally {
    await db.close()
  }
}

/** The percentiles of all rounds together. */
export function spread(numbers: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(numbers, 0.5), p99: percentile(numbers, 0.99) }
}

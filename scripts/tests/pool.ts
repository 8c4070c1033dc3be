import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgresServer } from '../../server/test/postgres-server.ts'
import { emptyTotals } from '../totals.ts'
import type { Job, JobResult } from './job.ts'
import { needsServer } from './jobs.ts'
import { type RunOptions, runJob } from './run-job.ts'

/** How the pool runs. */
export interface PoolOptions {
  /** Jobs at once. */
  concurrency: number
  testName?: string | undefined
  /** Told of each job as it ends. */
  onEnd(result: JobResult, seconds: number): void
}

/** Runs all jobs, in this order as far as there is room, over one PostgreSQL server. */
export async function runPool(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  using scratch = openScratch()
  process.env['TMPDIR'] = scratch.path
  await using server = jobs.some(needsServer) ? serverOfRun() : undefined
  using interruption = listenForInterruption()
  const { signal } = interruption
  const queue = jobs.values()
  const workers = Array.from({ length: options.concurrency }, async () => {
    for (const job of queue) {
      if (signal.aborted) return
      const startedAt = performance.now()
      const result = await runGuarded(job, { signal, testName: options.testName }, server)
      options.onEnd(result, (performance.now() - startedAt) / 1000)
    }
  })
  await Promise.all(workers)
}

/** Ends what runs, so that nothing is left behind; the run is red by what was cut off. */
function listenForInterruption(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, abort)
    },
  }
}

/** A job that cannot even be run is one failed test. */
async function runGuarded(job: Job, options: RunOptions, server?: ServerOfRun): Promise<JobResult> {
  try {
    const env = needsServer(job) && server !== undefined ? await server.environment() : {}
    return await runJob(job, { ...options, env })
  } catch (error) {
    const failures = [{ file: job.name, name: 'could not be run', error }]
    return {
      name: job.name,
      totals: { ...emptyTotals(), tests: 1, fail: 1 },
      failures,
      output: '',
      processorSeconds: 0,
    }
  }
}

interface ServerOfRun extends AsyncDisposable {
  environment(): Promise<Record<string, string>>
}

/** The server that the caller names, or one of this run's own, which starts while other jobs run. */
function serverOfRun(): ServerOfRun {
  const given = process.env['TEST_DATABASE_URL']
  const own: Promise<PostgresServer> | undefined = given === undefined ? startPostgresServer() : undefined
  // Every job that waits for it says so.
  own?.catch(() => undefined)
  return {
    async environment() {
      const url = given ?? (await own)?.url ?? ''
      return { TEST_DATABASE: 'postgres', TEST_DATABASE_URL: url }
    },
    async [Symbol.asyncDispose]() {
      const server = await own?.catch(() => undefined)
      await server?.stop()
    },
  }
}

const memory = '/dev/shm'
const enoughBytes = 3 * 1024 ** 3
const prefix = 'moltflow-tests-'

/**
 * A directory for everything that tests write, in memory where there is room: every database is a thousand files, and
 * to create them takes some disks longer than the tests.
 */
function openScratch(): { path: string } & Disposable {
  const parent = hasRoom(memory) ? memory : tmpdir()
  removeLeftovers(parent)
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  // The PostgreSQL server has another account.
  chmodSync(path, 0o711)
  return { path, [Symbol.dispose]: () => remove(path) }
}

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize > enoughBytes
  } catch {
    // Not every system has one.
    return false
  }
}

/** What runs left behind that were killed. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) remove(join(parent, name))
  }
}

/** A file system that a killed test left mounted in it is no reason to hide a run's results, or to refuse the next one. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    process.stderr.write(`${path} could not be removed: ${String(error)}\n`)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return Reflect.get(error as object, 'code') === 'EPERM'
  }
}

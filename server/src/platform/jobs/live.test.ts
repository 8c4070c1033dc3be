import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { systemClock } from '../clock.ts'
import { type JobStore, openJobs } from './job-store.ts'
import { defineJob, done, type JobOutcome } from './jobs.ts'
import type { RunnableJob } from './runnable-job.ts'
import { createJobRunner, type JobRunner } from './runner.ts'

const log = pino({ level: 'silent' })

/** Resolves when `open` is called, for waiting on what a handler does. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

suite('job runner at work', () => {
  let database: TestDatabase
  let store: JobStore

  before(async () => {
    database = await openTestDatabase()
    store = await openJobs({ db: database.db, log })
  })
  after(async () => {
    await store.close()
    await database.close()
  })

  async function start(handler: RunnableJob<null>, jobStore = store): Promise<JobRunner<null>> {
    const runner = createJobRunner({
      store: jobStore,
      clock: systemClock(),
      log,
      handlers: [handler],
      contextFor: () => null,
    })
    await runner.start()
    return runner
  }

  test('a job starts by itself after its commit, and again after its delay', async () => {
    const finished = gate()
    const attempts: number[] = []
    const type = defineJob<{ n: number }>('live.start')
    const runner = await start({
      type,
      async run(_context, _payload, { attempt }): Promise<JobOutcome> {
        attempts.push(attempt)
        if (attempt < 3) return { kind: 'retry', afterMs: 20 }
        finished.open()
        return done
      },
    })
    await database.db.transaction((sql) => store.add(sql, type, { n: 1 }))
    await finished.opened
    await runner.stop()
    assert.deepEqual(attempts, [1, 2, 3])
  })

  test('stop aborts running jobs, does not wait for ever, and puts back what still runs', async () => {
    const started = gate()
    const never = new Promise<JobOutcome>(() => undefined)
    let wasAborted = false
    const type = defineJob<{ n: number }>('live.stop')
    const runner = await start({
      type,
      run(_context, _payload, { signal }) {
        signal.addEventListener('abort', () => {
          wasAborted = true
        })
        started.open()
        return never
      },
    })
    const id = await store.add(database.db.sql, type, { n: 1 })
    await started.opened
    await runner.stop(10)
    const { rows } = await database.db.sql.execute<{ state: string }>(
      text`SELECT state FROM pgboss.job WHERE id = ${id}`,
    )
    assert.deepEqual([wasAborted, rows[0]?.state], [true, 'retry'])
    const again = gate()
    const next = await start({
      type,
      async run() {
        again.open()
        return done
      },
    })
    await again.opened
    await next.stop()
  })

  test('two processes share the work and run no job twice', async () => {
    const db = (await database.openSecond()) ?? database.db
    const second = db === database.db ? store : await openJobs({ db, log })
    const type = defineJob<{ n: number }>('live.shared', { concurrency: 5 })
    const seen: number[] = []
    const finished = gate()
    const handler: RunnableJob<null> = {
      type,
      async run(_context, payload) {
        seen.push((payload as { n: number }).n)
        if (seen.length === 200) finished.open()
        return done
      },
    }
    const runners = [await start(handler), await start(handler, second)]
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    await database.db.transaction((sql) =>
      store.addMany(
        sql,
        type,
        numbers.map((n) => ({ n })),
      ),
    )
    await finished.opened
    for (const runner of runners) await runner.stop()
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      numbers,
    )
    if (second !== store) {
      await second.close()
      await db.close()
    }
  })
})

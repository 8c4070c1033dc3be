import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { TestClock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import { type JobStore, openJobs } from './job-store.ts'
import { defineJob, done, giveUp, type JobOutcome, type JobType, retryLater } from './jobs.ts'
import type { RunnableJob } from './runnable-job.ts'
import { createJobRunner, type JobRunner } from './runner.ts'

const log = pino({ level: 'silent' })

type Work = (
  payload: { n: number },
  run: { id: string; attempt: number; signal: AbortSignal },
) => Promise<JobOutcome>

function handle(type: JobType<{ n: number }>, work: Work): RunnableJob<null> {
  return { type, run: (_context, payload, run) => work(payload as { n: number }, run) }
}

/** Work that only notes that it was done. */
function record(seen: number[]): Work {
  return async ({ n }) => {
    seen.push(n)
    return done
  }
}

suite('jobs', () => {
  let database: TestDatabase
  let clock: TestClock
  let store: JobStore

  before(async () => {
    database = await openTestDatabase()
    clock = new TestClock()
    store = await openJobs({ db: database.db, log, testClock: clock })
  })

  after(async () => {
    await store.close()
    await database.close()
  })

  async function startManual(...handlers: RunnableJob<null>[]): Promise<JobRunner<null>> {
    const runner = createJobRunner({ store, clock, log, handlers, contextFor: () => null, isManual: true })
    await runner.start()
    return runner
  }

  test('a job of a transaction that rolls back never runs', async () => {
    const type = defineJob<{ n: number }>('test.rollback')
    const seen: number[] = []
    const runner = await startManual(handle(type, record(seen)))
    await assert.rejects(
      database.db.transaction(async (sql) => {
        await store.add(sql, type, { n: 1 })
        throw new Error('no')
      }),
    )
    await database.db.transaction((sql) => store.add(sql, type, { n: 2 }))
    assert.equal(await runner.drain(), 1)
    assert.deepEqual(seen, [2])
  })

  test('drain also runs what handlers enqueue', async () => {
    const type = defineJob<{ n: number }>('test.chain')
    const seen: number[] = []
    const runner = await startManual(
      handle(type, async ({ n }) => {
        seen.push(n)
        if (n < 3) await store.add(database.db.sql, type, { n: n + 1 })
        return done
      }),
    )
    await store.add(database.db.sql, type, { n: 1 })
    assert.equal(await runner.drain(), 3)
    assert.deepEqual(seen, [1, 2, 3])
  })

  test('a delayed job runs when its time has come, not before', async () => {
    const type = defineJob<{ n: number }>('test.delay')
    const runner = await startManual(handle(type, async () => done))
    await store.add(database.db.sql, type, { n: 1 }, { delayMs: 60_000 })
    assert.equal(await runner.drain(), 0)
    clock.advance(59_000)
    assert.equal(await runner.drain(), 0)
    clock.advance(1000)
    assert.equal(await runner.drain(), 1)
  })

  test('drain with includeDelayed runs each waiting job once', async () => {
    const type = defineJob<{ n: number }>('test.include_delayed')
    const runner = await startManual(handle(type, async () => retryLater(60_000)))
    await store.addMany(database.db.sql, type, [{ n: 1 }, { n: 2 }], { delayMs: 60_000 })
    assert.equal(await runner.drain({ includeDelayed: true }), 2)
    assert.equal(await runner.drain(), 0)
  })

  test('retryLater runs again after exactly its delay, more often than the retry limit', async () => {
    const type = defineJob<{ n: number }>('test.retry_later', { retryLimit: 1 })
    const attempts: number[] = []
    const runner = await startManual(
      handle(type, async (_payload, { attempt }) => {
        attempts.push(attempt)
        return attempt < 5 ? retryLater(1500) : done
      }),
    )
    await store.add(database.db.sql, type, { n: 1 })
    for (let run = 0; run < 5; run += 1) {
      assert.equal(await runner.drain(), 1)
      clock.advance(1499)
      assert.equal(await runner.drain(), 0)
      clock.advance(1)
    }
    assert.deepEqual(attempts, [1, 2, 3, 4, 5])
  })

  test('a thrown error is tried again with growing delays up to the limit, then given up', async () => {
    const type = defineJob<{ n: number }>('test.thrown', { retryLimit: 2, retryDelaySeconds: 10 })
    let runs = 0
    const runner = await startManual(
      handle(type, async () => {
        runs += 1
        throw new Error('broken')
      }),
    )
    const id = await store.add(database.db.sql, type, { n: 1 })
    for (const waitMs of [0, 10_000, 20_000]) {
      clock.advance(waitMs)
      assert.equal(await runner.drain(), 1)
    }
    clock.advance(3_600_000)
    assert.equal(await runner.drain(), 0)
    assert.equal(runs, 3)
    const { rows } = await database.db.sql.execute<{ state: string }>(
      text`SELECT state FROM pgboss.job WHERE id = ${id}`,
    )
    assert.equal(rows[0]?.state, 'cancelled')
  })

  test('giveUp ends a job at once, and frees the key of an ordered one', async () => {
    const type = defineJob<{ n: number }>('test.give_up', { isOrdered: true })
    const seen: number[] = []
    const runner = await startManual(
      handle(type, async ({ n }) => {
        seen.push(n)
        return n === 1 ? giveUp('never works') : done
      }),
    )
    await store.addMany(database.db.sql, type, [{ n: 1 }, { n: 2 }], { key: 'a' })
    assert.equal(await runner.drain(), 2)
    assert.deepEqual(seen, [1, 2])
  })

  test('a cancelled job does not run; cancelling a finished one does nothing', async () => {
    const type = defineJob<{ n: number }>('test.cancel')
    const seen: number[] = []
    const runner = await startManual(handle(type, record(seen)))
    const first = await store.add(database.db.sql, type, { n: 1 }, { delayMs: 1000 })
    const second = await store.add(database.db.sql, type, { n: 2 })
    await database.db.transaction((sql) => store.cancel(sql, type, first))
    clock.advance(1000)
    await runner.drain()
    await store.cancel(database.db.sql, type, second)
    assert.deepEqual(seen, [2])
  })

  test('jobs of one key run one after another in order, also when one is retried', async () => {
    const type = defineJob<{ n: number }>('test.ordered', { isOrdered: true, concurrency: 8 })
    const running = new Set<string>()
    const seen: Record<string, number[]> = { a: [], b: [] }
    const runner = await startManual(
      handle(type, async ({ n }, { attempt }) => {
        const key = n < 100 ? 'a' : 'b'
        assert.ok(!running.has(key), 'two jobs of a key at once')
        running.add(key)
        await new Promise((resolve) => setImmediate(resolve))
        running.delete(key)
        if (n === 3 && attempt === 1) return retryLater(1000)
        seen[key]?.push(n)
        return done
      }),
    )
    for (let n = 1; n <= 6; n += 1) {
      await store.add(database.db.sql, type, { n }, { key: 'a' })
      await store.add(database.db.sql, type, { n: n + 100 }, { key: 'b' })
    }
    await runner.drain()
    assert.deepEqual(seen, { a: [1, 2], b: [101, 102, 103, 104, 105, 106] })
    clock.advance(1000)
    await runner.drain()
    assert.deepEqual(seen.a, [1, 2, 3, 4, 5, 6])
  })

  test('a job whose key is freed while it is added is added all the same', async () => {
    const type = defineJob<{ n: number }>('test.freed_key')
    await store.prepare([type])
    const first = await store.add(database.db.sql, type, { n: 1 }, { key: 'x' })
    const { pool } = database.db
    const query = async (statement: string, values?: unknown[]) => {
      // Between the two statements of one that is added.
      if (statement.startsWith('SELECT id FROM')) await store.claim(type.name, 1)
      return pool.query(statement, values)
    }
    const sql = { $client: { query } } as unknown as Sql
    const second = await store.add(sql, type, { n: 2 }, { key: 'x' })
    assert.notEqual(second, first)
    assert.deepEqual(
      (await store.claim(type.name, 1)).map(({ id }) => id),
      [second],
    )
  })

  test('of an unordered type only one job per key waits, and add answers its id', async () => {
    const type = defineJob<{ n: number }>('test.key')
    const seen: number[] = []
    const runner = await startManual(handle(type, record(seen)))
    const first = await store.add(database.db.sql, type, { n: 1 }, { key: 'x' })
    assert.equal(await store.add(database.db.sql, type, { n: 2 }, { key: 'x' }), first)
    await store.add(database.db.sql, type, { n: 3 })
    await runner.drain()
    await store.add(database.db.sql, type, { n: 4 }, { key: 'x' })
    await runner.drain()
    assert.deepEqual(seen.sort(), [1, 3, 4])
  })

  test('a schedule fires at its local time and once per occurrence, however many processes arm it', async () => {
    const type = defineJob<{ n: number }>('test.cron', {
      cron: { expression: '0 9 * * *', timeZone: 'Asia/Tokyo' },
    })
    const times: string[] = []
    const handler = handle(type, async () => {
      times.push(clock.now().toISOString())
      return done
    })
    const runner = await startManual(handler)
    const other = await startManual(handler)
    clock.advance(Date.parse('2026-02-13T00:00:00Z') - clock.nowMs() - 1)
    await runner.drain()
    times.length = 0
    clock.advance(1)
    await runner.drain()
    await other.drain()
    assert.deepEqual(times, ['2026-02-13T00:00:00.000Z'])
    await runner.stop()
    await other.stop()
  })

  test('an impossible time zone, a type without handler and two handlers are refused at the start', async () => {
    const cron = { expression: '0 9 * * *', timeZone: 'Mars/Olympus' }
    const bad = createJobRunner({
      store,
      clock,
      log,
      contextFor: () => null,
      isManual: true,
      handlers: [handle(defineJob<{ n: number }>('test.bad_zone', { cron }), async () => done)],
    })
    await assert.rejects(bad.start())
    const type = defineJob<{ n: number }>('test.orphan')
    const options = { store, clock, log, contextFor: () => null }
    assert.throws(
      () => createJobRunner({ ...options, handlers: [], types: [type] }),
      /no handler for job test\.orphan/,
    )
    const twice = [handle(type, async () => done), handle(type, async () => done)]
    assert.throws(() => createJobRunner({ ...options, handlers: twice }), /two handlers/)
    await assert.rejects(store.add(database.db.sql, type, { n: 1 }), /no handler/)
  })

  test('jobs of a queue that nobody here handles are left alone', async () => {
    const type = defineJob<{ n: number }>('test.other_version')
    await store.prepare([type])
    const id = await store.add(database.db.sql, type, { n: 1 })
    const runner = await startManual(handle(defineJob<{ n: number }>('test.this_version'), async () => done))
    await runner.drain({ includeDelayed: true })
    const { rows } = await database.db.sql.execute<{ state: string }>(
      text`SELECT state FROM pgboss.job WHERE id = ${id}`,
    )
    assert.equal(rows[0]?.state, 'created')
  })
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import pino from 'pino'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { until } from '../../../test/until.ts'
import { systemClock } from '../clock.ts'
import { type JobStore, openJobs } from './job-store.ts'
import { defineJob, done, type JobType, retryLater } from './jobs.ts'
import { createJobRunner, type JobRunner } from './runner.ts'

const log = pino({ level: 'silent' })
const clock = systemClock()
/** Far less than the 30 s between the looks of a runner, which must not be what finds a job. */
const promptMs = 5_000

interface Numbered {
  n: number
}

let database: TestDatabase
let store: JobStore

async function start(
  type: JobType<Numbered>,
  run: (payload: Numbered, attempt: number) => Promise<number | undefined>,
  jobStore = store,
): Promise<JobRunner<null>> {
  const runner = createJobRunner({
    store: jobStore,
    clock,
    log,
    contextFor: () => null,
    handlers: [
      {
        type,
        async run(_context, payload, { attempt }) {
          const againAfterMs = await run(payload as Numbered, attempt)
          return againAfterMs === undefined ? done : retryLater(againAfterMs)
        },
      },
    ],
  })
  await runner.start()
  return runner
}

/** The job store of another process; an embedded database belongs to one. */
async function openSecond(): Promise<{ store: JobStore; close(): Promise<void> } | undefined> {
  const db = await database.openSecond()
  if (db === undefined) return undefined
  const second = await openJobs({ db, log })
  return {
    store: second,
    async close() {
      await second.close()
      await db.close()
    },
  }
}

suite('jobs that become due', () => {
  before(async () => {
    database = await openTestDatabase()
    store = await openJobs({ db: database.db, log })
  })
  after(async () => {
    await store.close()
    await database.close()
  })

  for (const isOrdered of [false, true]) {
    const kind = isOrdered ? 'each of a key of its own' : 'of an unordered type'
    test(`many delayed jobs, ${kind}, start when they are due, whenever the queue looks`, async () => {
      const type = defineJob<Numbered>(`due.many.${isOrdered}`, { concurrency: 3, isOrdered })
      const late: number[] = []
      const dueAtMs: number[] = []
      const runner = await start(type, async ({ n }) => {
        late.push(clock.monotonicMs() - (dueAtMs[n] ?? 0))
        return undefined
      })
      for (let n = 0; n < 60; n += 1) {
        const delayMs = 100 + ((n * 97) % 600)
        dueAtMs[n] = clock.monotonicMs() + delayMs
        await store.add(database.db.sql, type, { n }, { delayMs, key: `key ${n}` })
      }
      await until('all jobs', () => late.length === 60 || undefined, { timeoutMs: 20_000 })
      await runner.stop()
      assert.ok(Math.max(...late) < promptMs, `one was ${Math.max(...late)} ms late`)
    })
  }

  test('jobs that come back again and again are never left until the next look', async () => {
    const type = defineJob<Numbered>('due.again', { concurrency: 50 })
    let runs = 0
    const runner = await start(type, async ({ n }, attempt) => {
      runs += 1
      return attempt < 8 ? 5 + ((n * 7 + attempt * 13) % 60) : undefined
    })
    const payloads = Array.from({ length: 40 }, (_, n) => ({ n }))
    await store.addMany(database.db.sql, type, payloads)
    const startedMs = clock.monotonicMs()
    await until('all runs', () => runs === 320 || undefined, { timeoutMs: 25_000 })
    await runner.stop()
    assert.ok(clock.monotonicMs() - startedMs < 10_000)
  })

  test('jobs that were added together start in their order, however many are claimed at once', async () => {
    const type = defineJob<Numbered>('due.order', { concurrency: 200 })
    const seen: number[] = []
    const numbers = Array.from({ length: 400 }, (_, n) => n)
    await store.prepare([type])
    // Rows that others left behind make a database answer in another order than that of the insert.
    await store.addMany(
      database.db.sql,
      type,
      numbers.map(() => ({ n: -1 })),
    )
    const runner = await start(type, async ({ n }) => {
      if (n >= 0) seen.push(n)
      return undefined
    })
    await store.addMany(
      database.db.sql,
      type,
      numbers.map((n) => ({ n })),
    )
    await until('all', () => seen.length === 400 || undefined, { timeoutMs: 20_000 })
    await runner.stop()
    assert.deepEqual(seen, numbers)
  })

  test('the end of the job that holds a key wakes the next, and nobody looks in vain meanwhile', async () => {
    const type = defineJob<Numbered>('due.taken', { concurrency: 5, isOrdered: true })
    const seen: number[] = []
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    const runner = await start(type, async ({ n }) => {
      seen.push(n)
      if (n === 1) await isReleased
      return undefined
    })
    await store.add(database.db.sql, type, { n: 1 }, { key: 'k' })
    await until('the first', () => seen.length === 1 || undefined)
    // A delayed one of another key lets the queue ask what comes next while the key is taken.
    await store.add(database.db.sql, type, { n: 2 }, { key: 'k', delayMs: 20 })
    await store.add(database.db.sql, type, { n: 3 }, { key: 'k' })
    await store.add(database.db.sql, type, { n: 4 }, { key: 'other', delayMs: 40 })
    await until('the other key', () => seen.includes(4) || undefined)
    const claim = store.claim.bind(store)
    let claims = 0
    store.claim = (...input) => {
      claims += 1
      return claim(...input)
    }
    await clock.sleep(300)
    store.claim = claim
    release()
    await until('all', () => seen.length === 4 || undefined, { timeoutMs: promptMs })
    await runner.stop()
    assert.ok(claims <= 2, `${claims} claims while the key was taken`)
    assert.deepEqual(seen.slice(0, 2), [1, 4])
  })

  test('a job that was put back keeps its key, and what waits behind it follows at once', async () => {
    const type = defineJob<Numbered>('due.put-back', { concurrency: 5, isOrdered: true })
    const seen: string[] = []
    const runner = await start(type, async ({ n }, attempt) => {
      seen.push(`${n}.${attempt}`)
      return n === 1 && attempt < 4 ? 30 : undefined
    })
    for (const n of [1, 2, 3]) await store.add(database.db.sql, type, { n }, { key: 'k' })
    await until('all', () => seen.length === 6 || undefined, { timeoutMs: promptMs })
    await runner.stop()
    assert.deepEqual(seen, ['1.1', '1.2', '1.3', '1.4', '2.1', '3.1'])
  })

  test('a delayed job from before a start starts when it is due, though others were due already', async () => {
    const type = defineJob<Numbered>('due.before')
    const seen: number[] = []
    await store.prepare([type])
    await store.add(database.db.sql, type, { n: 2 }, { delayMs: 600 })
    await store.add(database.db.sql, type, { n: 1 })
    const runner = await start(type, async ({ n }) => {
      seen.push(n)
      return undefined
    })
    await until('both', () => seen.length === 2 || undefined, { timeoutMs: promptMs })
    await runner.stop()
    assert.deepEqual(seen, [1, 2])
  })

  test('a job delayed by a process that is gone when it is due starts in another one', async (t) => {
    const type = defineJob<Numbered>('due.gone')
    const second = await openSecond()
    if (second === undefined) return t.skip('an embedded database belongs to one process')
    const seen: string[] = []
    const note = (who: string) => async () => {
      seen.push(who)
      return undefined
    }
    const one = await start(type, note('one'))
    const other = await start(type, note('other'), second.store)
    await store.add(database.db.sql, type, { n: 1 }, { delayMs: 400 })
    await one.stop()
    await until('the job', () => seen.length > 0 || undefined, { timeoutMs: promptMs })
    await other.stop()
    await second.close()
    assert.deepEqual(seen, ['other'])
  })

  test('a key that a stopping process frees is taken at once by another one', async (t) => {
    const type = defineJob<Numbered>('due.freed', { isOrdered: true })
    const second = await openSecond()
    if (second === undefined) return t.skip('an embedded database belongs to one process')
    const seen: string[] = []
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    const one = await start(type, async ({ n }) => {
      seen.push(`one ${n}`)
      await isReleased
      return undefined
    })
    await store.add(database.db.sql, type, { n: 1 }, { key: 'k' })
    await until('the first', () => seen.length === 1 || undefined)
    const takeOver = async ({ n }: Numbered) => {
      seen.push(`other ${n}`)
      return undefined
    }
    const other = await start(type, takeOver, second.store)
    await store.add(database.db.sql, type, { n: 2 }, { key: 'k' })
    const stopped = one.stop()
    release()
    await stopped
    await until('the second', () => seen.length === 2 || undefined, { timeoutMs: promptMs })
    await other.stop()
    await second.close()
    assert.deepEqual(seen, ['one 1', 'other 2'])
  })
})

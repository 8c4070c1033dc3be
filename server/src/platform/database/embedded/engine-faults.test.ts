import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { isServerTest } from '../../../../test/harness-database.ts'
import { temporaryDirectory } from '../../../../test/processes.ts'
import { until } from '../../../../test/until.ts'
import type { Database } from '../database.ts'
import { openDatabase } from '../open.ts'
import { isOutage } from '../outages.ts'

/** What stands in the way of a checkpoint: the engine panics as on a full disk, on any file system. */
function blockCheckpoints(dataDirectory: string): () => void {
  const obstacle = join(dataDirectory, 'database/pg_logical/replorigin_checkpoint.tmp')
  mkdirSync(obstacle)
  return () => rmSync(obstacle, { recursive: true })
}

async function open(t: TestContext) {
  const data = await temporaryDirectory()
  const said: string[] = []
  const keep = (_entry: unknown, words?: string) => void said.push(words ?? String(_entry))
  const log = { error: keep, warn: keep, info: keep, debug: keep } as never
  const db = await openDatabase({ dataDirectory: data.path, log })
  t.after(async () => {
    await db.close()
    await data[Symbol.asyncDispose]()
  })
  await db.pool.query('CREATE TABLE kept (n int PRIMARY KEY)')
  return { db, said, directory: data.path }
}

const serves = (db: Database) =>
  until('the database', () =>
    db.pool.query('SELECT 1').then(
      () => true,
      () => undefined,
    ),
  )

suite('an engine that a checkpoint without room breaks', { skip: isServerTest }, () => {
  test('answers nobody wrongly meanwhile, is started again by itself, and nothing acknowledged is lost', async (t) => {
    const { db, said, directory } = await open(t)
    let acknowledged = 0
    for (; acknowledged < 50; acknowledged += 1)
      await db.pool.query('INSERT INTO kept VALUES ($1)', [acknowledged])
    const heard: string[] = []
    await db.listen('after', (payload) => heard.push(payload))
    const opened = Promise.withResolvers<void>()
    const proceed = Promise.withResolvers<void>()
    const inTransaction = db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO kept VALUES (1000)`)
      opened.resolve()
      await proceed.promise
      await sql.execute(text`INSERT INTO kept VALUES (1001)`)
    })
    inTransaction.catch(() => {})
    await opened.promise
    let recoveries = 0
    db.onRecovery(() => {
      recoveries += 1
    })
    const unblock = blockCheckpoints(directory)
    const waiting = Array.from({ length: 6 }, () => db.pool.query('SELECT n FROM kept'))
    const checkpoint = db.pool.query('CHECKPOINT')
    checkpoint.catch(() => {})
    const settled = Promise.allSettled([...waiting, checkpoint])
    proceed.resolve()
    await inTransaction.then(
      () => (acknowledged += 2),
      (error: unknown) => assert.ok(isOutage(error)),
    )
    for (const outcome of await settled) {
      if (outcome.status === 'rejected') assert.ok(isOutage(outcome.reason), String(outcome.reason))
      else assert.ok(outcome.value.rows.length >= 50)
    }
    // While it cannot recover every question is an outage, soon, and never an empty answer.
    for (let n = 0; n < 5; n += 1) {
      const startedMs = performance.now()
      await assert.rejects(db.pool.query('SELECT n FROM kept'), (error) => isOutage(error))
      assert.ok(performance.now() - startedMs < 8000)
    }
    unblock()
    assert.equal(recoveries, 0)
    await serves(db)
    await until('that it was told', () => recoveries > 0 || undefined)
    const { rows } = await db.pool.query('SELECT count(*)::int AS count FROM kept')
    // A commit whose answer was cut off has happened whole or not at all: nobody was told which.
    const possible = acknowledged === 50 ? [50, 52] : [52]
    assert.ok(possible.includes(Number(rows[0]?.count)), String(rows[0]?.count))
    await db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO kept VALUES (2000)`)
    })
    await until('a notification', async () => {
      await db.pool.query("NOTIFY after, 'again'")
      return heard.includes('again') || undefined
    })
    await db.pool.query('CHECKPOINT')
    assert.ok(
      said.includes('the embedded database failed') && said.includes('the embedded database serves again'),
    )
  })
})

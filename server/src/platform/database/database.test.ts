import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { isServerTest, openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { until } from '../../../test/until.ts'
import { afterCommit } from './database.ts'
import { isOutage } from './outages.ts'
import { outsideTransaction } from './transaction.ts'

suite('database', () => {
  let database: TestDatabase

  before(async () => {
    database = await openTestDatabase()
    await database.db.sql.execute(text`CREATE TABLE notes (id serial PRIMARY KEY, note text UNIQUE)`)
  })
  after(() => database.close())

  const count = async (note: string): Promise<number> => {
    const { rows } = await database.db.sql.execute(text`SELECT 1 FROM notes WHERE note = ${note}`)
    return rows.length
  }

  test('a transaction that throws leaves nothing, and runs no commit hook', async () => {
    let hooks = 0
    const failing = database.db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO notes (note) VALUES ('undone')`)
      afterCommit(sql, () => (hooks += 1))
      throw new Error('no')
    })
    await assert.rejects(failing, /^Error: no$/)
    assert.deepEqual([await count('undone'), hooks], [0, 0])
  })

  // An error event that nobody listens to would fail this test, as it would end the process.
  test('a connection that breaks between two statements of a transaction is reported by the next one', {
    skip: !isServerTest,
  }, async () => {
    const { db } = database
    const broken = db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO notes (note) VALUES ('broken')`)
      const { rows } = await sql.execute<{ pid: number }>(text`SELECT pg_backend_pid() AS pid`)
      await outsideTransaction(() => db.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]))
      await until('the end of the backend', async () => {
        const question = 'SELECT FROM pg_stat_activity WHERE pid = $1'
        const { rowCount } = await outsideTransaction(() => db.pool.query(question, [rows[0]?.pid]))
        return rowCount === 0 || undefined
      })
      await sql.execute(text`SELECT 1`)
    })
    await assert.rejects(broken, (error) => isOutage(error))
    assert.equal(await count('broken'), 0)
  })

  test('commit hooks run after the commit, and at once outside of a transaction', async () => {
    const seen: string[] = []
    await database.db.transaction(async (sql) => {
      afterCommit(sql, () => seen.push('hook'))
      await sql.execute(text`INSERT INTO notes (note) VALUES ('hooked')`)
      seen.push('work')
    })
    afterCommit(database.db.sql, () => seen.push('at once'))
    assert.deepEqual(seen, ['work', 'hook', 'at once'])
  })

  test('a snapshot sees one moment, whatever others store meanwhile, and writes nothing', async () => {
    const { db } = database
    const numbers = await db.transaction(
      async (sql) => {
        const read = async () =>
          (await sql.execute(text`SELECT 1 FROM notes WHERE note = 'meanwhile'`)).rows.length
        const before = await read()
        const storing = outsideTransaction(() =>
          db.pool.query("INSERT INTO notes (note) VALUES ('meanwhile')"),
        )
        // The embedded database lets nobody in before the end.
        if (isServerTest) await storing
        return { seen: [before, await read()], storing }
      },
      { isSnapshot: true },
    )
    await numbers.storing
    assert.deepEqual([numbers.seen, await count('meanwhile')], [[0, 0], 1])
    const writing = db.transaction((sql) => sql.execute(text`INSERT INTO notes (note) VALUES ('never')`), {
      isSnapshot: true,
    })
    await assert.rejects(writing)
    assert.equal(await count('never'), 0)
  })

  test('transactions of many connections do not mix', async () => {
    const { db } = database
    const runs = Array.from({ length: 30 }, (_, run) =>
      db.transaction(async (sql) => {
        for (let n = 0; n < 3; n += 1)
          await sql.execute(text`INSERT INTO notes (note) VALUES (${`run ${run} ${n}`})`)
        if (run % 3 === 0) throw new Error('rolled back')
      }),
    )
    const results = await Promise.allSettled(runs)
    assert.equal(results.filter((result) => result.status === 'rejected').length, 10)
    const { rows } = await db.sql.execute(text`SELECT note FROM notes WHERE note LIKE 'run %'`)
    assert.equal(rows.length, 60)
  })

  test('a query outside the open transaction is refused instead of waiting for ever', async () => {
    const { db } = database
    await assert.rejects(
      db.transaction(async () => db.pool.query('SELECT 1')),
      /outside the open transaction/,
    )
    await assert.rejects(
      db.transaction(async () => db.transaction(async () => undefined)),
      /outside the open transaction/,
    )
    let background: Promise<unknown> | undefined
    await db.transaction(async () => {
      background = outsideTransaction(async () => db.sql.execute(text`SELECT 1`))
    })
    await background
  })

  test('a statement error that the work ignores does not pass for a commit', async () => {
    const ignoring = database.db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO notes (note) VALUES ('half')`)
      await sql.execute(text`SELECT 1/0`).catch(() => undefined)
    })
    await assert.rejects(ignoring, /nothing was stored/)
    assert.equal(await count('half'), 0)
  })

  test('an error in one connection leaves the others alone', async () => {
    const { db } = database
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        db.sql.execute(n % 2 === 0 ? text`SELECT 1` : text`SELECT nonsense`),
      ),
    )
    assert.deepEqual(
      results.map((result) => result.status),
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'fulfilled' : 'rejected')),
    )
  })

  test('notifications reach every listener of their channel and no other, after the commit', async () => {
    const { db } = database
    const received = new EventTarget()
    const payloads: string[] = []
    const first = await db.listen('Channel "A"', (payload) => {
      payloads.push(payload)
      received.dispatchEvent(new Event('heard'))
    })
    const other = await db.listen('b', (payload) => payloads.push(`b ${payload}`))
    const arrival = once(received, 'heard')
    await db.transaction(async (sql) => {
      await sql.execute(text`SELECT pg_notify('Channel "A"', 'one')`)
      await sql.execute(text`SELECT 1`)
      assert.deepEqual(payloads, [])
    })
    await arrival
    assert.deepEqual(payloads, ['one'])
    await first.close()
    await db.pool.query(`NOTIFY "Channel ""A""", 'two'`)
    await other.close()
    assert.deepEqual(payloads, ['one'])
  })

  test('who listens no longer is content with a connection that broke in this moment', {
    skip: !isServerTest,
  }, async () => {
    const { db } = database
    const listening = await db.listen('broken_channel', () => undefined)
    await db.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN %'`)
    await listening.close()
  })

  test('large values and binary values come back as they went in', async () => {
    const large = 'ä'.repeat(1_500_000)
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 256))
    const { rows } = await database.db.pool.query('SELECT $1::text AS large, $2::bytea AS bytes', [
      large,
      bytes,
    ])
    assert.equal(rows[0].large, large)
    assert.deepEqual(rows[0].bytes, bytes)
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { isServerTest } from '../../../../test/harness-database.ts'
import type { Database } from '../database.ts'
import { openDatabase } from '../open.ts'

// Nothing of it is about a server: the run on the embedded database has it.
suite('statements that come again and again on the embedded database', { skip: isServerTest }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-kept-'))
  let db: Database

  before(async () => {
    db = await openDatabase({ dataDirectory: directory, log: pino({ level: 'silent' }), isDurable: false })
    await db.pool.query('CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL)')
    await db.pool.query('CREATE INDEX things_name ON things (name)')
  })
  after(async () => {
    await db.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const insert = 'INSERT INTO things (id, name) VALUES ($1, $2) RETURNING id, name'
  const find = 'SELECT id, name FROM things WHERE id = $1'
  const kept = async (): Promise<number> => {
    const { rows } = await db.pool.query('SELECT count(*)::int AS count FROM pg_prepared_statements')
    return rows[0].count
  }

  test('are prepared once for all connections, and each answer is that of its own parameters', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, id) => {
        const { rows } = await db.pool.query(insert, [id, `thing ${id}`])
        const found = await db.pool.query(find, [id])
        return [rows[0], found.rows[0]]
      }),
    )
    for (const [id, both] of answers.entries()) {
      const expected = { id, name: `thing ${id}` }
      assert.deepEqual(both, [expected, expected])
    }
    assert.equal(await kept(), 2)
  })

  test('keep working after an error of their own and in a transaction that failed', async () => {
    await assert.rejects(db.pool.query(insert, [1, 'again']), { code: '23505' })
    await assert.rejects(db.pool.query(find, ['no number']), { code: '22P02' })
    const failed = db.transaction(async (sql) => {
      await sql.execute(text`INSERT INTO things (id, name) VALUES (${500}, ${'gone'}) RETURNING id, name`)
      await sql.execute(text`INSERT INTO things (id, name) VALUES (${1}, ${'again'}) RETURNING id, name`)
    })
    await assert.rejects(failed)
    assert.deepEqual((await db.pool.query(find, [500])).rows, [])
    assert.deepEqual((await db.pool.query(find, [2])).rows, [{ id: 2, name: 'thing 2' }])
  })

  test('without parameters are kept as well, with rows and without, and so are their errors', async () => {
    const noRows = "UPDATE things SET name = name WHERE id = 7 AND name = 'thing 7'"
    for (let n = 0; n < 6; n += 1) {
      assert.deepEqual((await db.pool.query('SELECT name FROM things WHERE id = 7')).rows, [
        { name: 'thing 7' },
      ])
      const updated = await db.pool.query(noRows)
      assert.deepEqual([updated.command, updated.rowCount, updated.rows], ['UPDATE', 1, []])
      await assert.rejects(db.pool.query("INSERT INTO things VALUES (7, 'again')"), { code: '23505' })
      const both = (await db.pool.query('SELECT 1 AS one; SELECT 2 AS two')) as unknown as {
        rows: object[]
      }[]
      assert.deepEqual(
        both.map(({ rows }) => rows[0]),
        [{ one: 1 }, { two: 2 }],
      )
    }
    const { rows } = await db.pool.query('SELECT statement FROM pg_prepared_statements')
    const statements = new Set(rows.map(({ statement }) => statement))
    assert.ok(statements.has(noRows) && statements.has('SELECT name FROM things WHERE id = 7'))
  })

  test('that cannot be prepared fail each time in their own words', async () => {
    for (let n = 0; n < 6; n += 1)
      await assert.rejects(db.pool.query('SELECT $1::int FROM nowhere', [n]), { code: '42P01' })
    for (let n = 0; n < 6; n += 1)
      await assert.rejects(db.pool.query('SELECT $1::int +', [n]), { code: '42601' })
    assert.deepEqual((await db.pool.query(find, [2])).rows, [{ id: 2, name: 'thing 2' }])
  })

  test('answer several at once on one connection in order, errors among them', async () => {
    const client = await db.pool.connect()
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          n % 5 === 3
            ? client.query(find, ['x']).catch((error: { code: string }) => error.code)
            : client.query(find, [n]).then(({ rows }) => rows[0]?.name),
        ),
      )
      assert.deepEqual(
        outcomes,
        Array.from({ length: 30 }, (_, n) => (n % 5 === 3 ? '22P02' : `thing ${n}`)),
      )
    } finally {
      client.release()
    }
  })

  test('see tables as they are after a change', async () => {
    const all = 'SELECT * FROM things WHERE id = $1'
    for (let n = 0; n < 8; n += 1) await db.pool.query(all, [n])
    await db.pool.query('ALTER TABLE things ADD COLUMN size int')
    assert.deepEqual((await db.pool.query(all, [3])).rows, [{ id: 3, name: 'thing 3', size: null }])
    await db.transaction(async (sql) => {
      await sql.execute(text.raw('  alter table things drop column size'))
    })
    assert.deepEqual((await db.pool.query(all, [3])).rows, [{ id: 3, name: 'thing 3' }])
    for (let n = 0; n < 8; n += 1) await db.pool.query(all, [n])
    // As migrations do it: a comment, and several statements.
    await db.pool.query(
      '-- How large.\nALTER TABLE things ADD COLUMN size int;\nUPDATE things SET size = id;',
    )
    assert.deepEqual((await db.pool.query(all, [3])).rows, [{ id: 3, name: 'thing 3', size: 3 }])
  })

  test('are planned anew when their tables have grown', async () => {
    const count = 'SELECT name FROM things WHERE name = $1 AND id >= $2'
    for (let n = 0; n < 20; n += 1) await db.pool.query(count, [`thing ${n}`, 0])
    await db.pool.query("INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1000, 40000) AS n")
    for (let n = 0; n < 700; n += 1) {
      const { rows } = await db.pool.query(count, [`thing ${2000 + n}`, 0])
      assert.equal(rows.length, 1)
    }
    const { rows } = await db.pool.query('SELECT name FROM pg_prepared_statements WHERE statement = $1', [
      count,
    ])
    const plan = await db.pool.query(`EXPLAIN EXECUTE "${rows[0].name}" ('thing 5', 0)`)
    assert.match(JSON.stringify(plan.rows), /Index (Scan|Cond)/)
  })

  test('are bounded in number: what is made up anew each time is not kept', async () => {
    for (let n = 0; n < 400; n += 1) {
      for (let again = 0; again < 3; again += 1) await db.pool.query(`SELECT $1::int AS n${n}`, [n])
    }
    assert.equal(await kept(), 300)
  })
})

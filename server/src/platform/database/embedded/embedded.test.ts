import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { suite, type TestContext, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { isServerTest } from '../../../../test/harness-database.ts'
import { openDatabase } from '../open.ts'

const log = pino({ level: 'silent' })
const writeLoop = join(import.meta.dirname, '../../../../test/crash/write-loop.ts')

function freshDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-embedded-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

// Nothing of it is about a server: the run on the embedded database has it.
suite('embedded database', { skip: isServerTest }, () => {
  test('what was acknowledged survives kill -9 in a write loop, and the next one as well', async (t) => {
    const directory = freshDirectory(t)
    let acknowledged = 0
    for (const target of [40, 25]) {
      const child = spawn(process.execPath, [writeLoop, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
      const goal = acknowledged + target
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Math.max(acknowledged, Number(line))
        if (acknowledged >= goal && child.exitCode === null) child.kill('SIGKILL')
      }
      const db = await openDatabase({ dataDirectory: directory, log })
      const { rows } = await db.pool.query(
        'SELECT count(*)::int AS count, max(n) AS max FROM numbers WHERE n <= $1',
        [acknowledged],
      )
      await db.close()
      assert.deepEqual(rows[0], { count: acknowledged, max: acknowledged })
    }
  })

  test('a second process is refused with a sentence that names the first, until that one ends', async (t) => {
    const directory = freshDirectory(t)
    const child = spawn(process.execPath, [writeLoop, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await assert.rejects(
      openDatabase({ dataDirectory: directory, log }),
      new RegExp(`in use by process ${child.pid}\\.`),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    const db = await openDatabase({ dataDirectory: directory, log })
    await assert.rejects(
      openDatabase({ dataDirectory: directory, log }),
      new RegExp(`in use by process ${process.pid}\\.`),
    )
    await db.close()
    await (await openDatabase({ dataDirectory: directory, log })).close()
  })

  test('the directory belongs to its owner alone', async (t) => {
    const directory = join(freshDirectory(t), 'data')
    const db = await openDatabase({ dataDirectory: directory, log })
    assert.equal(statSync(directory).mode & 0o777, 0o700)
    assert.equal(statSync(join(directory, 'database')).mode & 0o777, 0o700)
    await db.close()
  })

  test('a statement without end is stopped, reported, and the database goes on without losing anything', async (t) => {
    const errors: unknown[] = []
    const db = await openDatabase({
      dataDirectory: freshDirectory(t),
      log: { ...log, error: (entry: unknown) => errors.push(entry), warn: () => undefined },
      statementTimeoutMs: 1000,
    })
    const received: string[] = []
    let isBack: () => void = () => undefined
    const reconnected = new Promise<void>((resolve) => {
      isBack = resolve
    })
    await db.listen(
      'after',
      (payload) => received.push(payload),
      () => isBack(),
    )
    await db.pool.query('CREATE TABLE kept (n int)')
    await db.pool.query('INSERT INTO kept VALUES (1)')
    await assert.rejects(db.pool.query('SELECT count(*) FROM generate_series(1, 100000000000)'))
    await reconnected
    const { rows } = await db.pool.query('SELECT n FROM kept')
    assert.deepEqual(rows, [{ n: 1 }])
    assert.equal(errors.length, 1)
    await db.pool.query("NOTIFY after, 'x'")
    await db.pool.query('SELECT 1')
    await db.close()
    assert.deepEqual(received, ['x'])
  })

  test('a commit is answered only after its flush, which commits of the same moment share', async (t) => {
    const db = await openDatabase({ dataDirectory: freshDirectory(t), log })
    const { rows } = await db.pool.query(
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'wal_sync_method', 'full_page_writes') ORDER BY 1",
    )
    assert.deepEqual(
      rows.map((row) => row.setting),
      ['on', 'on', 'fsync'],
    )
    await db.pool.query('CREATE TABLE flushed (n int)')
    const write = async (n: number) => {
      const written = await db.transaction(async (sql) => {
        await sql.execute(text`INSERT INTO flushed VALUES (${n})`)
        return (await sql.execute<{ at: string }>(text`SELECT pg_current_wal_insert_lsn() AS at`)).rows[0]?.at
      })
      const after = await db.pool.query('SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS done', [written])
      assert.equal(after.rows[0]?.done, true)
    }
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 8 }, (_, n) => write(n)))
    }
    await db.close()
  })
})

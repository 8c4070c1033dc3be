import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import pino from 'pino'
import { isServerTest } from '../../../../test/harness-database.ts'
import { RunningProcess, temporaryDirectory } from '../../../../test/processes.ts'
import { openDatabase } from '../open.ts'
import { type PrestartedDatabase, prestart, takePrestarted } from './prestart.ts'

const log = pino({ level: 'silent' })

/** A data directory with a database in it, which is closed. */
async function usedDirectory() {
  const data = await temporaryDirectory()
  const db = await openDatabase({ dataDirectory: data.path, log })
  await db.pool.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)')
  await db.close()
  return data
}

async function end({ engine, lock }: PrestartedDatabase): Promise<void> {
  await (await engine).close()
  lock.release()
}

/** Starts the program, which ends by itself; what it printed. */
async function runProgram(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  const running = new RunningProcess('server/bin/moltflow', [], { MOLTFLOW_PORT: '0', ...environment })
  const [code] = (await once(running.child, 'close')) as [number]
  return { code, output: running.output }
}

// A server is started by somebody else.
suite('the embedded database, started before the program is loaded', { skip: isServerTest }, () => {
  test('has what was there, and keeps the directory to itself', async () => {
    await using data = await usedDirectory()
    const directory = data.path
    const prestarted = prestart(directory)
    assert.ok(prestarted)
    assert.equal(prestart(directory), undefined)
    await assert.rejects(openDatabase({ dataDirectory: directory, log }), /in use by process/)
    await end(prestarted)
    const db = await openDatabase({ dataDirectory: directory, log })
    const { rows } = await db.pool.query('SELECT n FROM kept')
    assert.deepEqual(rows, [{ n: 7 }])
    await db.close()
  })

  test('is not made: a first start is the work of the program', async () => {
    await using data = await temporaryDirectory()
    const directory = join(data.path, 'data')
    assert.equal(prestart(directory), undefined)
    assert.equal(existsSync(directory), false)
  })

  test('says what went wrong to whoever takes it, also what went wrong before', async () => {
    await using data = await usedDirectory()
    const directory = data.path
    writeFileSync(join(directory, 'database', 'global', 'pg_control'), Buffer.alloc(8192))
    const prestarted = prestart(directory)
    assert.ok(prestarted)
    await assert.rejects(prestarted.engine)
    const failure = await new Promise<Error>((resolve) =>
      prestarted.reportTo({ onFailure: resolve, onRecovery: () => {} }),
    )
    assert.ok(failure instanceof Error)
    prestarted.lock.release()
  })

  test('is started for the program alone', () => {
    assert.equal(takePrestarted(join(process.cwd(), 'data')), undefined)
  })

  test('a program that cannot start says so as before', async () => {
    await using data = await usedDirectory()
    const directory = data.path
    const wrong = await runProgram({ MOLTFLOW_DATA_DIR: directory, MOLTFLOW_SIGNUP: 'perhaps' })
    assert.equal(wrong.code, 1)
    assert.match(wrong.output, /^The configuration has problems:\n {2}MOLTFLOW_SIGNUP /)
    const prestarted = prestart(directory)
    assert.ok(prestarted)
    const key = Buffer.alloc(32, 7).toString('base64')
    const second = await runProgram({ MOLTFLOW_DATA_DIR: directory, MOLTFLOW_SECRET_KEY: key })
    assert.equal(second.code, 1)
    assert.match(second.output, new RegExp(`^The data directory .* is in use by process ${process.pid}\\.`))
    await end(prestarted)
  })
})

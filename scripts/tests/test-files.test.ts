import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { readFacts, readSourceTree } from '../../server/test/source-facts.ts'
import { placeOf, placeOfFile } from './both-databases.ts'
import { importReader, importsOf, type ReadImports, reachableFrom, simulators, wayTo } from './imports.ts'
import { testJobs } from './jobs.ts'
import { findTestFiles, isForBothDatabases, needsOf, whyIndifferent } from './test-files.ts'

const root = resolve(import.meta.dirname, '../..')
const read = importReader()
const serverFiles = findTestFiles(['server', 'journeys'])
const needed = new Map(serverFiles.map((file) => [file, needsOf(file, read)]))

/** The tree with one more file in it. */
function withPlanted(path: string, text: string): ReadImports {
  return (asked) => (asked === path ? importsOf(path, text) : read(asked))
}

suite('which tests are run on both databases', () => {
  test('the quick reader finds every import that the compiler finds', () => {
    for (const [path, text] of readSourceTree()) {
      const loaded = readFacts(path, text).imports.filter(({ isTypeOnly }) => !isTypeOnly)
      const wanted = loaded.map(({ target }) => simulators[target] ?? target)
      const quick = importsOf(path, text)
      const missed = wanted.filter((target) => !quick.includes(target))
      assert.deepEqual(missed, [], path)
    }
  })

  test('a file that reaches a database through others is for both', () => {
    const path = 'server/src/features/planted.test.ts'
    const far = withPlanted(path, `import { createLinkedApp } from '../../test/linked-session.ts'`)
    assert.equal(needsOf(path, far), 'database')
    assert.equal(wayTo('pg', reachableFrom(path, far)).includes('server/test/harness-database.ts'), true)
    assert.ok(isForBothDatabases(path, 'database'))
  })

  test('a thread or a program that opens one counts like an import', () => {
    const path = 'server/src/planted.test.ts'
    const thread = `new Worker(new URL('./platform/planted-worker.ts', import.meta.url))`
    const worker = 'server/src/platform/planted-worker.ts'
    const both: ReadImports = (asked) => {
      if (asked === worker) return ['@electric-sql/pglite']
      return withPlanted(path, thread)(asked)
    }
    assert.equal(needsOf(path, both), 'database')
    const program = withPlanted(path, `import { spawn } from 'node:child_process'`)
    assert.equal(needsOf(path, program), 'programs')
    assert.ok(isForBothDatabases(path, 'programs'))
  })

  test('what is imported for its types alone opens nothing', () => {
    const path = 'server/src/planted.test.ts'
    const types = `import type pg from 'pg'\nimport { type PGlite } from '@electric-sql/pglite'\n`
    assert.equal(needsOf(path, withPlanted(path, types)), 'nothing')
  })

  test('no file that names a database is taken for one that needs none', () => {
    const openers =
      /\b(openTestDatabase|createTestApp|createLinkedApp|useLinkedEngine|openDatabase|TEST_DATABASE|databaseEnvironment)\b/
    const wrong = serverFiles.filter(
      (file) => needed.get(file) === 'nothing' && openers.test(readFileSync(join(root, file), 'utf8')),
    )
    assert.deepEqual(wrong, [])
    assert.ok([...needed.values()].filter((needs) => needs === 'nothing').length > 15)
    assert.ok([...needed.values()].filter((needs) => needs === 'database').length > 60)
  })

  test('what keeps things is for both, what only passes them on is for one', () => {
    const both = [
      'server/src/features/planted/planted.test.ts',
      'server/src/engine/keys/planted.test.ts',
      'server/src/engine/session/ownership.test.ts',
      'server/src/platform/database/planted.test.ts',
      'server/src/platform/jobs/planted.test.ts',
      'server/src/platform/rate-limits/planted.test.ts',
      'server/test/journeys/planted.test.ts',
      'server/test/operations.test.ts',
    ]
    const one = [
      'server/src/engine/outbound/planted.test.ts',
      'server/src/platform/media-worker/planted.test.ts',
      'server/src/transports/http/planted.test.ts',
      'server/test/round-trips/planted.test.ts',
      'server/test/crash/planted.test.ts',
    ]
    for (const file of both) assert.ok(isForBothDatabases(file, 'database'), file)
    for (const file of one) assert.ok(!isForBothDatabases(file, 'database'), file)
    const files = [...needed].filter(([, needs]) => needs === 'database').map(([file]) => file)
    assert.ok(files.filter((file) => isForBothDatabases(file, 'database')).length > 60)
  })

  test('no file that asks which database it has, or for a second process, is run on one alone', () => {
    const asks = /\b(isServerTest|openSecond|startSecondProcess|databaseUrl)\b/
    const wrong = serverFiles.filter(
      (file) => whyIndifferent(file) !== undefined && asks.test(readFileSync(join(root, file), 'utf8')),
    )
    assert.deepEqual(wrong, [])
  })

  test('a whole run puts a feature where it matters: locks on the server, connections and what knows both on both', () => {
    const plain = `await sql.select().from(labels).where(eq(labels.tenantId, tenantId))`
    const locks = `${plain}.for('update')`
    const [calm, atOnce] = ['await api.get(200)', 'await Promise.all(calls)']
    assert.deepEqual([placeOf(calm, plain), placeOf(atOnce, plain)], ['embedded', 'embedded'])
    assert.deepEqual([placeOf(calm, locks), placeOf(atOnce, locks)], ['embedded', 'postgres'])
    assert.equal(placeOf(calm, `db.listen('outbox')`), 'both')
    assert.equal(placeOf(atOnce, `${locks}; db.pool.connect()`), 'both')
    assert.equal(placeOf('if (isServerTest) return', plain), 'both')
    assert.equal(placeOf('await runMigrations(db)', plain), 'both')
  })

  test('a whole run spares ordinary features the server, and none of what is delicate; by hand nothing is spared', () => {
    const databases = ['embedded', 'postgres'] as const
    const on = (file: string, isSparing: boolean) =>
      testJobs({ sets: ['server', 'journeys'], filters: [], databases, isSparing })
        .filter(({ files }) => files.includes(file))
        .map(({ database }) => database)
    const outbox = 'server/src/features/sending/outbox/queue.test.ts'
    const keys = 'server/src/features/account/api-keys/api-keys.test.ts'
    assert.deepEqual([on(outbox, true), on(keys, true)], [['embedded', 'postgres'], ['embedded']])
    assert.deepEqual(on(keys, false), ['embedded', 'postgres'])
    const workers = 'server/test/journeys/fifty-workers.test.ts'
    assert.deepEqual([on(workers, true), on(workers, false)], [['postgres'], ['embedded', 'postgres']])
    const locking = 'server/src/features/outreach/bulk/bulk.test.ts'
    assert.deepEqual([on(locking, true), on(locking, false)], [['postgres'], ['embedded', 'postgres']])
    const features = serverFiles.filter((file) => file.startsWith('server/src/features/'))
    const twice = features.filter((file) => placeOfFile(file) === 'both')
    assert.ok(twice.length > 25 && twice.length < features.length / 2, `${twice.length} are run on both`)
  })

  test('a file that is taken for one by mistake is refused when it loads a database', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'moltflow-planted-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'planted.test.ts')
    const harness = join(root, 'server/test/harness-database.ts')
    writeFileSync(file, `import { isServerTest } from '${harness}'\nconsole.log(isServerTest)\n`)
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/tests/together.ts')], {
      env: { ...env, MOLTFLOW_TEST_FILES: JSON.stringify([file]) },
      encoding: 'utf8',
    })
    assert.equal(status, 1)
    assert.match(stderr, /harness-database\.ts loads pg in a process of tests that need nothing/)
  })
})

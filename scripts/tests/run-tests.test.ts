import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { longestFirst } from './durations.ts'
import { testJobs } from './jobs.ts'
import { namedIn } from './names.ts'

const root = resolve(import.meta.dirname, '../..')

/** Runs the runner as npm does. */
function runTests(...args: string[]) {
  const { NODE_TEST_CONTEXT: _, TEST_DATABASE: __, ...env } = process.env
  const program = join(root, 'scripts/run-tests.ts')
  return spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8', env })
}

const promise = 'names no download address, so that every registry will do'

suite('the test runner', () => {
  test('runs one test by its name, and tells it in the summary', () => {
    const { status, stdout } = runTests('--name', promise)
    assert.equal(status, 0, stdout)
    assert.match(stdout, /^✔ scripts\/repository\.test\.ts \(\d+\.\d s, processor \d+\.\d s\)$/m)
    assert.match(stdout, /^ℹ tests 1\n(ℹ .+\n)*ℹ pass 1\nℹ fail 0$/m)
  })

  test('is red when nothing has that name', () => {
    const { status, stdout } = runTests('scripts', 'repository', '--name', `nobody promises ${'this'}`)
    assert.equal(status, 1)
    assert.match(stdout, /No test matches/)
  })

  test('a red test makes the run red and is printed at its end, with what it said', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'moltflow-planted-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'planted.test.ts')
    writeFileSync(
      file,
      `import assert from 'node:assert/strict'
       import { test } from 'node:test'
       console.log('said before')
       test('holds', () => undefined)
       test('breaks', () => assert.equal('one', 'two'))`,
    )
    const { status, stdout } = runTests(file)
    assert.equal(status, 1)
    assert.match(stdout, /✖ .*planted\.test\.ts > breaks\n/)
    assert.match(stdout, /'one' !== 'two'/)
    assert.match(stdout, /said before/)
    assert.match(stdout, /ℹ tests 2\nℹ suites 0\nℹ pass 1\nℹ fail 1\n/)
  })

  test('a file that dies outside of its tests is red', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'moltflow-planted-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'planted.test.ts')
    writeFileSync(file, `import { test } from 'node:test'\ntest('holds', () => undefined)\nprocess.exit(3)\n`)
    const { status, stdout } = runTests(file)
    assert.equal(status, 1, stdout)
  })

  test('every file has its job on every database that it is for, and none is left out', () => {
    const sets = ['server', 'journeys', 'simulator', 'model-simulator', 'scripts', 'crash']
    const jobs = testJobs({ sets, filters: [], databases: ['embedded', 'postgres'] })
    const on = (file: string) => jobs.filter(({ files }) => files.includes(file)).map((job) => job.database)
    assert.deepEqual(on('server/test/harness.test.ts'), ['embedded', 'postgres'])
    assert.deepEqual(on('server/test/architecture.test.ts'), [undefined])
    assert.deepEqual(on('simulator/test/messages.test.ts'), [undefined])
    assert.deepEqual(on('model-simulator/test/answers.test.ts'), [undefined])
    assert.deepEqual(on('scripts/readme.test.ts'), ['embedded'])
    assert.deepEqual(on('server/test/crash/crash.test.ts'), ['embedded'])
    assert.equal(new Set(jobs.map(({ name }) => name)).size, jobs.length)
  })

  test('files of one area share few processes on each database, whole folders each, and programs that are started do not', () => {
    const jobs = testJobs({ sets: ['server', 'journeys'], filters: [], databases: ['embedded', 'postgres'] })
    const area = 'server/src/features/outreach'
    for (const database of ['embedded', 'postgres']) {
      const own = jobs.filter((job) => job.database === database && job.files[0]?.startsWith(area))
      const folders = own.map(({ files }) => new Set(files.map((file) => dirname(file))))
      assert.ok(own.length > 1 && own.every(({ files }) => files.every((file) => file.startsWith(area))))
      assert.ok(folders.flatMap((each) => [...each]).length > own.length)
      for (const [index, each] of folders.entries())
        assert.ok(folders.slice(index + 1).every((other) => ![...each].some((folder) => other.has(folder))))
    }
    const alone = jobs.filter(({ files }) => files.some((file) => /\/journeys\/|\/operations\./.test(file)))
    assert.ok(alone.filter(({ database }) => database !== undefined).every(({ files }) => files.length === 1))
  })

  test('files that share a process open what they need after one another, and a red one is told by its own name', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'moltflow-planted-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    const planted = (name: string, assertion: string) => {
      const file = join(directory, `${name}.test.ts`)
      const text = `import assert from 'node:assert/strict'
        import { after, before, test } from 'node:test'
        const opened: string[] = Reflect.get(globalThis, 'opened') ?? []
        Reflect.set(globalThis, 'opened', opened)
        before(() => { opened.push('${name}') })
        after(() => { opened.pop() })
        test('${name} is alone', () => assert.deepEqual(opened, ${assertion}))`
      writeFileSync(file, text)
      return file
    }
    const files = [planted('first', `['first']`), planted('second', `['second']`), planted('third', '[]')]
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/tests/in-turn.ts')], {
      env: { ...env, MOLTFLOW_TEST_FILES: JSON.stringify(files) },
      encoding: 'utf8',
    })
    assert.equal(status, 1)
    assert.match(stdout, /ℹ pass 2\nℹ fail 1\n/)
    assert.match(stdout, /✖ third is alone/)
  })

  test('the longest begin first, and before them what was never seen', () => {
    const names = ['short', 'new', 'long'].map((name) => ({ name }))
    const order = longestFirst(names, { short: 1, long: 9 }).map(({ name }) => name)
    assert.deepEqual(order, ['new', 'long', 'short'])
  })

  test('a name that stands in no file is looked for in all of them', () => {
    const jobs = testJobs({ sets: ['scripts'], filters: [], databases: ['embedded'] })
    assert.deepEqual(
      namedIn(jobs, promise)
        .flatMap(({ files }) => files)
        .sort(),
      ['scripts/repository.test.ts', 'scripts/tests/run-tests.test.ts'],
    )
    assert.equal(namedIn(jobs, `nobody promises ${'this'}`).length, jobs.length)
  })
})

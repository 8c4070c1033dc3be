// Runs sets of test files with node:test and prints one line per file, failures in full at the end.
// Usage: node scripts/run-tests.ts <set>... [path filter]...
// All sets share one pool, one process per file; TEST_CONCURRENCY says how many run at once.
// A caller that adds up several runs names a file in MOLTFLOW_TEST_TOTALS, which gets the counts as JSON.
import { globSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { addTotals, emptyTotals, type Totals, writeSummary } from './totals.ts'

const root = resolve(import.meta.dirname, '..')
const fileTimeoutMs = 600_000
const concurrency = Number(process.env.TEST_CONCURRENCY ?? Math.max(2, availableParallelism()))

const sets: Record<string, { files: string[]; exclude?: RegExp }> = {
  unit: { files: ['server/src/**/*.test.ts', 'simulator/src/**/*.test.ts'] },
  server: {
    files: ['server/src/**/*.test.ts', 'server/test/**/*.test.ts'],
    exclude: /^server\/test\/(journeys|crash|bench)\//,
  },
  journeys: { files: ['server/test/journeys/**/*.test.ts'] },
  simulator: { files: ['simulator/src/**/*.test.ts', 'simulator/test/**/*.test.ts'] },
  scripts: { files: ['scripts/**/*.test.ts'] },
  crash: { files: ['server/test/crash/**/*.test.ts'] },
}

/** What takes longest begins first, or it would run alone at the end. */
const longestFirst = [
  /journeys\/random-conversations/,
  /journeys\/faults/,
  /test\/crash/,
  /journeys\//,
  /platform\/database\/embedded\/embedded|^scripts\/(readme|demo)|round-trips\/|test\/operations/,
]

interface Failure {
  file: string
  name: string
  error: unknown
}

function filesOf(name: string, filters: readonly string[]): string[] {
  const set = sets[name]
  if (!set) throw new Error(`no set of tests is called ${name}; there are ${Object.keys(sets).join(', ')}`)
  const found = globSync(set.files, { cwd: root, exclude: (path) => path.includes('node_modules') })
  const wanted = found.filter((file) => !set.exclude?.test(file))
  return wanted.filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
}

function inOrder(files: Iterable<string>): string[] {
  const rank = (file: string) => {
    const index = longestFirst.findIndex((pattern) => pattern.test(file))
    return index === -1 ? longestFirst.length : index
  }
  return [...files].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

/** What went wrong, without the wrapper that node:test puts around it. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

function printFailures(failures: readonly Failure[], output: ReadonlyMap<string, string>): void {
  for (const failure of failures) {
    process.stdout.write(`\n✖ ${failure.file} > ${failure.name}\n`)
    const cause = causeOf(failure.error)
    process.stdout.write(`${typeof cause === 'string' ? cause : inspect(cause, { depth: 4 })}\n`)
  }
  for (const file of new Set(failures.map((failure) => failure.file))) {
    const text = output.get(file)
    if (text) process.stdout.write(`\nOutput of ${file} (its last part):\n${text.slice(-4000)}\n`)
  }
}

const preloads = ['server/src/platform/quick-imports.ts', 'server/test/library-timers.ts']
const execArgv = preloads.flatMap((path) => ['--import', pathToFileURL(resolve(root, path)).href])

/** What the files of a run came to. */
interface Outcome {
  totals: Totals
  failures: Failure[]
  output: Map<string, string>
}

async function runFile(file: string, { totals, failures, output }: Outcome): Promise<void> {
  const own = emptyTotals()
  const startedAt = performance.now()
  const stream = run({
    files: [resolve(root, file)],
    cwd: root,
    concurrency: 1,
    timeout: fileTimeoutMs,
    only: false,
    execArgv,
  })
  const keep = (data: { message: string }) => {
    output.set(file, (output.get(file) ?? '') + data.message)
  }
  stream.on('test:stdout', keep)
  stream.on('test:stderr', keep)
  stream.on('test:fail', (data) => {
    // A suite fails because a test inside it failed; that test is reported by itself.
    if (Reflect.get(data.details.error, 'failureType') === 'subtestsFailed') return
    if (data.todo !== undefined) return
    failures.push({ file, name: data.name, error: data.details.error })
  })
  stream.on('test:summary', ({ file: part, counts, success }) => {
    if (part !== undefined) return
    const { tests, suites, passed: pass, cancelled, skipped, todo } = counts
    const fail = tests - pass - cancelled - skipped - todo
    addTotals(own, { ...own, tests, suites, pass, fail, cancelled, skipped, todo })
    // A file that dies outside its tests fails without a failing test.
    if (!success && own.fail + own.cancelled === 0) own.fail = 1
  })
  for await (const _ of stream) {
    // Draining the stream is what runs the tests; the listeners above do the work.
  }
  addTotals(totals, own)
  const mark = own.fail + own.cancelled === 0 ? '✔' : '✖'
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`${mark} ${file} (${own.tests} tests, ${seconds} s)\n`)
}

async function runAll(files: readonly string[]): Promise<Outcome> {
  const outcome: Outcome = { totals: emptyTotals(), failures: [], output: new Map() }
  const startedAt = performance.now()
  const queue = files.values()
  const workers = Array.from({ length: concurrency }, async () => {
    for (const file of queue) await runFile(file, outcome)
  })
  await Promise.all(workers)
  outcome.totals.durationMs = performance.now() - startedAt
  return outcome
}

async function main(): Promise<void> {
  const names = process.argv.slice(2).filter((argument) => argument in sets)
  const filters = process.argv.slice(2).filter((argument) => !(argument in sets))
  const wanted = names.length > 0 ? names : ['server', 'journeys', 'simulator', 'scripts']
  const files = inOrder(new Set(wanted.flatMap((name) => filesOf(name, filters))))
  const { totals, failures, output } = await runAll(files)
  printFailures(failures, output)
  const totalsFile = process.env.MOLTFLOW_TEST_TOTALS
  if (totalsFile) writeFileSync(totalsFile, JSON.stringify(totals))
  writeSummary(totals)
  if (totals.tests === 0) process.stdout.write('No test file matches.\n')
  process.exitCode = totals.fail + totals.cancelled > 0 || totals.tests === 0 ? 1 : 0
}

await main()

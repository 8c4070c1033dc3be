// Runs sets of test files with node:test and prints one line per file, failures in full at the end.
// Usage: node scripts/run-tests.ts <set>... [path filter]...
// A caller that adds up several runs names a file in MOLTFLOW_TEST_TOTALS, which gets the counts as JSON.
import { globSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { addTotals, emptyTotals, type Totals, writeSummary } from './totals.ts'

const root = resolve(import.meta.dirname, '..')
const fileTimeoutMs = 300_000

/** Files of each set. Journeys and crash runs are heavy, so they come after everything that is quick to fail. */
const sets: Record<string, { files: string[]; exclude?: RegExp; concurrency?: number }> = {
  unit: { files: ['server/src/**/*.test.ts', 'simulator/src/**/*.test.ts'] },
  server: {
    files: ['server/src/**/*.test.ts', 'server/test/**/*.test.ts'],
    exclude: /^server\/test\/(journeys|crash|bench)\//,
  },
  journeys: { files: ['server/test/journeys/**/*.test.ts'] },
  simulator: { files: ['simulator/src/**/*.test.ts', 'simulator/test/**/*.test.ts'] },
  scripts: { files: ['scripts/**/*.test.ts'], concurrency: 1 },
  crash: { files: ['server/test/crash/**/*.test.ts'], concurrency: 1 },
}

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
  const filtered = wanted.filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  )
  return filtered.sort().map((file) => resolve(root, file))
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

async function runSet(name: string, files: string[]): Promise<Totals> {
  const totals = emptyTotals()
  const failures: Failure[] = []
  const output = new Map<string, string>()
  const preloads = ['server/src/platform/quick-imports.ts', 'server/test/library-timers.ts']
  const stream = run({
    files,
    cwd: root,
    concurrency: sets[name]?.concurrency ?? 2,
    timeout: fileTimeoutMs,
    only: false,
    execArgv: preloads.flatMap((path) => ['--import', pathToFileURL(resolve(root, path)).href]),
  })
  const keep = (data: { file?: string | undefined; message: string }) => {
    const file = relative(root, data.file ?? '')
    output.set(file, (output.get(file) ?? '') + data.message)
  }
  stream.on('test:stdout', keep)
  stream.on('test:stderr', keep)
  stream.on('test:fail', (data) => {
    // A suite fails because a test inside it failed; that test is reported by itself.
    if (Reflect.get(data.details.error, 'failureType') === 'subtestsFailed') return
    if (data.todo !== undefined) return
    failures.push({ file: relative(root, data.file ?? ''), name: data.name, error: data.details.error })
  })
  stream.on('test:summary', (data) => {
    if (data.file === undefined) {
      addTotals(totals, {
        tests: data.counts.tests,
        suites: data.counts.suites,
        pass: data.counts.passed,
        fail:
          data.counts.tests -
          data.counts.passed -
          data.counts.cancelled -
          data.counts.skipped -
          data.counts.todo,
        cancelled: data.counts.cancelled,
        skipped: data.counts.skipped,
        todo: data.counts.todo,
        durationMs: data.duration_ms,
      })
      // A file that dies outside its tests fails without a failing test.
      if (!data.success && totals.fail + totals.cancelled === 0) totals.fail += Math.max(1, failures.length)
      return
    }
    const mark = data.success ? '✔' : '✖'
    const seconds = (data.duration_ms / 1000).toFixed(1)
    process.stdout.write(`${mark} ${relative(root, data.file)} (${data.counts.tests} tests, ${seconds} s)\n`)
  })
  for await (const _ of stream) {
    // Draining the stream is what runs the tests; the listeners above do the work.
  }
  printFailures(failures, output)
  return totals
}

async function main(): Promise<void> {
  const names = process.argv.slice(2).filter((argument) => argument in sets)
  const filters = process.argv.slice(2).filter((argument) => !(argument in sets))
  const totals = emptyTotals()
  for (const name of names.length > 0 ? names : ['server', 'journeys', 'simulator', 'scripts']) {
    const files = filesOf(name, filters)
    if (files.length > 0) addTotals(totals, await runSet(name, files))
  }
  const totalsFile = process.env.MOLTFLOW_TEST_TOTALS
  if (totalsFile) writeFileSync(totalsFile, JSON.stringify(totals))
  writeSummary(totals)
  if (totals.tests === 0) process.stdout.write('No test file matches.\n')
  process.exitCode = totals.fail + totals.cancelled > 0 || totals.tests === 0 ? 1 : 0
}

await main()

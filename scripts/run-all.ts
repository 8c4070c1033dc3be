// Everything that must hold, one step after the other; every step runs even when an earlier one failed,
// so that one run tells everything. Ends with node's summary lines over all steps.
// Usage: node scripts/run-all.ts [quick]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { addTotals, emptyTotals, type Totals, writeSummary } from './totals.ts'

const root = resolve(import.meta.dirname, '..')
const stepTimeoutMs = 20 * 60_000

interface Step {
  name: string
  command: string[]
  /** Brings counts of its own; any other step counts as one test. */
  isTestRun?: boolean
  env?: Record<string, string>
}

const lint: Step = { name: 'lint and format', command: ['biome', 'check', '.', '--error-on-warnings'] }
const types: Step = { name: 'types', command: ['tsc', '-p', '.'] }
const runTests = ['node', 'scripts/run-tests.ts']

const quick: Step[] = [lint, types, { name: 'unit tests', command: [...runTests, 'unit'], isTestRun: true }]

const all: Step[] = [
  lint,
  types,
  { name: 'unused code', command: ['knip'] },
  {
    name: 'OpenAPI',
    command: ['npm', 'run', '--silent', 'lint:openapi'],
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
  {
    name: 'tests on the embedded database',
    command: [...runTests, 'server', 'journeys', 'simulator', 'scripts'],
    isTestRun: true,
  },
  {
    name: 'tests on a PostgreSQL server',
    command: ['node', 'server/test/postgres-server.ts', '--', ...runTests, 'server', 'journeys'],
    isTestRun: true,
  },
  {
    name: 'crash tests',
    command: [...runTests, 'crash'],
    isTestRun: true,
    env: { CRASH_KILLS: '5' },
  },
]

interface Result {
  name: string
  isGreen: boolean
  seconds: number
  totals: Totals
}

function runStep(step: Step, directory: string, index: number): Result {
  process.stdout.write(`\n▶ ${step.name}\n`)
  const totalsFile = join(directory, `${index}.json`)
  const startedAt = performance.now()
  const [command = '', ...args] = step.command
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: stepTimeoutMs,
    env: {
      ...process.env,
      ...step.env,
      MOLTFLOW_TEST_TOTALS: totalsFile,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
  })
  const isGreen = result.status === 0
  if (result.error) process.stdout.write(`${step.name}: ${result.error.message}\n`)
  const durationMs = performance.now() - startedAt
  return {
    name: step.name,
    isGreen,
    seconds: durationMs / 1000,
    totals: totalsOf(step, isGreen, totalsFile, durationMs),
  }
}

/** Counts of a step; a run that could not even count is one failed test. */
function totalsOf(step: Step, isGreen: boolean, totalsFile: string, durationMs: number): Totals {
  const single = { ...emptyTotals(), tests: 1, pass: isGreen ? 1 : 0, fail: isGreen ? 0 : 1, durationMs }
  if (!step.isTestRun || !existsSync(totalsFile)) return single
  const totals = JSON.parse(readFileSync(totalsFile, 'utf8')) as Totals
  return { ...totals, fail: isGreen || totals.fail > 0 ? totals.fail : 1, durationMs }
}

function main(): void {
  const steps = process.argv[2] === 'quick' ? quick : all
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-totals-'))
  try {
    const results = steps.map((step, index) => runStep(step, directory, index))
    const totals = emptyTotals()
    for (const result of results) addTotals(totals, result.totals)
    process.stdout.write('\n')
    for (const { name, isGreen, seconds, totals: own } of results) {
      const counts = own.tests > 1 ? `, ${own.tests} tests` : ''
      process.stdout.write(`${isGreen ? '✔' : '✖'} ${name} (${seconds.toFixed(1)} s${counts})\n`)
    }
    writeSummary(totals)
    process.exitCode = results.every((result) => result.isGreen) ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

main()

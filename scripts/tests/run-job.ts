import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { addTotals, emptyTotals, type Totals } from '../totals.ts'
import type { CommandJob, Job, JobResult, TestJob } from './job.ts'
import { takeSeconds } from './processor-time.ts'

const root = resolve(import.meta.dirname, '../..')
const timeoutMs = 900_000
const together = 'scripts/tests/together.ts'
const inTurn = 'scripts/tests/in-turn.ts'
const preloads = [
  'server/src/platform/quick-imports.ts',
  'server/test/library-timers.ts',
  'scripts/tests/processor-time.ts',
]
// Many short lives: less is collected, and of the embedded database only what is used is compiled, once and quickly: to
// compile it better takes half a second of a processor in every process, which none but a bench gets back.
const flags = ['--max-semi-space-size=32', '--wasm-lazy-compilation', '--liftoff-only']
const execArgv = [
  ...flags,
  ...preloads.flatMap((path) => ['--import', pathToFileURL(resolve(root, path)).href]),
]

/** How a run differs from the usual one. */
export interface RunOptions {
  /** For every job, beside what it asks for itself. */
  env?: Record<string, string>
  /** Only tests whose name contains this. */
  testName: string | undefined
  /** Ends the job. */
  signal: AbortSignal
}

/** Runs one job; what it finds is in the result, also when it could not run. */
export async function runJob(job: Job, options: RunOptions): Promise<JobResult> {
  const env = {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    ...options.env,
    ...job.env,
  }
  return job.kind === 'command' ? runCommand(job, env, options) : runTests(job, env, options)
}

/** Runs its parameters as a command, and tells on a pipe of its own what that took. */
const timed = '"$@" 3>&- & child=$!; trap "kill $child" TERM; wait $child; code=$?; times >&3; exit $code'

/** The sum of what the shell's `times` prints: `0m0.01s`, four times. */
function sumOfTimes(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})m(\d{1,2}[.,]\d{1,6})s/g)]
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds?.replace(',', '.')),
    0,
  )
}

async function runCommand(
  job: CommandJob,
  env: NodeJS.ProcessEnv,
  { signal }: RunOptions,
): Promise<JobResult> {
  const child = spawn('sh', ['-c', timed, 'sh', ...job.command], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    signal,
  })
  let output = ''
  let times = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    times += chunk.toString()
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const ended = await once(child, 'close').catch((error: Error) => error)
  const isGreen = Array.isArray(ended) && ended[0] === 0
  const cause = Array.isArray(ended) ? `ended with ${ended[0] ?? ended[1]}` : ended
  return {
    name: job.name,
    totals: { ...emptyTotals(), tests: 1, pass: isGreen ? 1 : 0, fail: isGreen ? 0 : 1 },
    failures: isGreen ? [] : [{ file: job.name, name: job.command.join(' '), error: cause }],
    output,
    processorSeconds: sumOfTimes(times),
  }
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

function nameOf(file: string | undefined): string | undefined {
  return file?.startsWith(root) ? file.slice(root.length + 1) : file
}

async function runTests(
  job: TestJob,
  env: NodeJS.ProcessEnv,
  { testName, signal }: RunOptions,
): Promise<JobResult> {
  const [only = ''] = job.files
  const isOne = job.files.length === 1 && job.database !== undefined
  const target = isOne ? only : job.database === undefined ? together : inTurn
  const result: JobResult = {
    name: job.name,
    totals: emptyTotals(),
    failures: [],
    output: '',
    processorSeconds: 0,
  }
  const timePath = join(tmpdir(), `processor-time-${randomUUID()}`)
  const stream = run({
    files: [resolve(root, target)],
    cwd: root,
    concurrency: 1,
    timeout: timeoutMs,
    only: false,
    signal,
    execArgv,
    env: {
      ...env,
      MOLTFLOW_TEST_TIME: timePath,
      ...(isOne ? {} : { MOLTFLOW_TEST_FILES: JSON.stringify(job.files) }),
    },
    ...(testName === undefined ? {} : { testNamePatterns: [new RegExp(escapeForPattern(testName))] }),
  })
  const keep = (data: { message: string }) => {
    result.output += data.message
  }
  stream.on('test:stdout', keep)
  stream.on('test:stderr', keep)
  stream.on('test:fail', (data) => {
    // A suite fails because a test inside it failed; that test is reported by itself.
    if (Reflect.get(data.details.error, 'failureType') === 'subtestsFailed') return
    if (data.todo !== undefined) return
    const file = isOne ? only : (nameOf(data.file) ?? job.name)
    result.failures.push({ file, name: data.name, error: data.details.error })
  })
  // Node counts a file in which no test has the wanted name as a test.
  let isEmpty = false
  stream.on('test:pass', ({ name, nesting }) => {
    if (testName !== undefined && nesting === 0 && name === resolve(root, target)) isEmpty = true
  })
  stream.on('test:summary', ({ file, counts, success }) => {
    if (file !== undefined || isEmpty) return
    addTotals(result.totals, totalsOf(counts))
    // A file that dies outside its tests fails without a failing test.
    const { fail, cancelled } = result.totals
    if (!success && fail + cancelled === 0) result.totals.fail = 1
  })
  for await (const _ of stream) {
    // Draining the stream is what runs the tests; the listeners above do the work.
  }
  result.processorSeconds = takeSeconds(timePath)
  return result
}

function totalsOf(counts: {
  tests: number
  suites: number
  passed: number
  cancelled: number
  skipped: number
  todo: number
}): Totals {
  const { tests, suites, passed: pass, cancelled, skipped, todo } = counts
  const fail = tests - pass - cancelled - skipped - todo
  return { ...emptyTotals(), tests, suites, pass, fail, cancelled, skipped, todo }
}

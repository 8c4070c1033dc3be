// Runs test files and linters as one pool of jobs: every file on every database that it is for, one process each, and
// the files that need no database together in one. Prints a line per job, failures in full at the end, and node's
// summary lines.
// Usage: node scripts/run-tests.ts [all|quick|<set>...] [--database embedded|postgres] [--both] [--name <text>]
//   [path filter]...
// A whole run puts tests of features on both databases where that can matter; with --both, a path or a name, all of them.
// TEST_CONCURRENCY says how many jobs run at once.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { keepDurations, longestFirst, readDurations } from './tests/durations.ts'
import { isGreen, type Job, type JobResult, type TestDatabaseKind } from './tests/job.ts'
import { commands, testJobs } from './tests/jobs.ts'
import { namedIn } from './tests/names.ts'
import { runPool } from './tests/pool.ts'
import { processorSeconds } from './tests/processor-time.ts'
import { printFailures } from './tests/report.ts'
import { setNames } from './tests/test-files.ts'
import { addTotals, emptyTotals, writeSummary } from './totals.ts'

/** Jobs also wait: for sockets, for the other side, for a pace. */
const concurrency = Number(process.env['TEST_CONCURRENCY'] ?? availableParallelism() + 2)

const { values: flags, positionals } = parseArgs({
  options: { database: { type: 'string' }, name: { type: 'string' }, both: { type: 'boolean' } },
  allowPositionals: true,
})

function chosenDatabases(isEverything: boolean): TestDatabaseKind[] {
  const asked = flags.database ?? (process.env['TEST_DATABASE'] === 'postgres' ? 'postgres' : undefined)
  if (asked === undefined) return isEverything ? ['embedded', 'postgres'] : ['embedded']
  if (asked !== 'embedded' && asked !== 'postgres') throw new Error(`no database is called ${asked}`)
  return [asked]
}

/** What is to be run, and whether that is all there is in its mode. */
function choose(): { jobs: Job[]; isWhole: boolean } {
  const [mode = ''] = positionals
  const isQuick = mode === 'quick'
  const isAll = mode === 'all'
  const words = isQuick || isAll ? positionals.slice(1) : positionals
  const named = words.filter((word) => setNames.includes(word))
  const filters = words.filter((word) => !setNames.includes(word))
  const sets = named.length > 0 ? named : setNames.filter((name) => isAll || name !== 'crash')
  const isNarrow = filters.length > 0 || flags.name !== undefined
  const databases = chosenDatabases(isAll || flags.both === true)
  const isSparing = isAll && !isNarrow && flags.both !== true && databases.length > 1
  const tests = testJobs({ sets, filters, databases, isWithoutDatabase: isQuick, isSparing })
  const wanted = flags.name === undefined ? tests : namedIn(tests, flags.name)
  const linters = isQuick ? commands.quick : isAll ? commands.all : []
  return { jobs: [...(isNarrow ? [] : linters), ...wanted], isWhole: !isNarrow && named.length === 0 }
}

function line(result: JobResult, seconds: number): string {
  const { tests } = result.totals
  const counts = tests === 1 ? '' : `${tests} tests, `
  const times = `${seconds.toFixed(1)} s, processor ${result.processorSeconds.toFixed(1)} s`
  return `${isGreen(result) ? '✔' : '✖'} ${result.name} (${counts}${times})\n`
}

async function main(): Promise<void> {
  const startedAt = performance.now()
  const { jobs, isWhole } = choose()
  const results: JobResult[] = []
  const durations: Record<string, number> = {}
  await runPool(longestFirst(jobs, readDurations()), {
    concurrency,
    testName: flags.name,
    onEnd(result, seconds) {
      results.push(result)
      if (isWhole) durations[result.name] = Number(seconds.toFixed(1))
      process.stdout.write(line(result, seconds))
    },
  })
  if (isWhole) keepDurations(durations)
  const red = results.filter((result) => !isGreen(result))
  for (const result of red) printFailures(result)
  const totals = emptyTotals()
  for (const result of results) addTotals(totals, result.totals)
  totals.durationMs = performance.now() - startedAt
  process.stdout.write('\n')
  for (const { name } of red) process.stdout.write(`✖ ${name}\n`)
  writeSummary(totals)
  // With the PostgreSQL server, whose work no job has.
  process.stdout.write(`ℹ processor_seconds ${Math.round(processorSeconds())}\n`)
  if (totals.tests === 0) process.stdout.write('No test matches.\n')
  process.exitCode = red.length > 0 || totals.tests === 0 ? 1 : 0
}

await main()

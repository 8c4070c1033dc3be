import { dirname } from 'node:path'
import { placeOfFile } from './both-databases.ts'
import { importReader } from './imports.ts'
import type { CommandJob, Job, TestDatabaseKind, TestJob } from './job.ts'
import { findTestFiles, isForBothDatabases, needsOf } from './test-files.ts'

const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

const lint: CommandJob = {
  kind: 'command',
  name: 'lint and format',
  command: ['biome', 'check', '.', '--error-on-warnings'],
  env: {},
}
const types: CommandJob = {
  kind: 'command',
  name: 'types',
  // Those of the API are made first: a changed operation shows in the pages that use it.
  command: ['npm', 'run', '--silent', '--ignore-scripts', 'types'],
  env: {},
}
const unused: CommandJob = { kind: 'command', name: 'unused code', command: ['knip'], env: {} }
const openApi: CommandJob = {
  kind: 'command',
  name: 'OpenAPI',
  command: ['redocly', 'lint', 'docs/openapi.json'],
  env: quiet,
}

/** What every change is looked at by, and what else CI looks at. */
export const commands = { quick: [lint, types], all: [lint, types, unused, openApi] }

/** What a file is given on one of the databases. */
const environments: { file: RegExp; database: TestDatabaseKind | undefined; env: Record<string, string> }[] =
  [
    { file: /\/test\/crash\//, database: 'embedded', env: { CRASH_KILLS: '5' } },
    // On a server it is there to meet the server, not for its length.
    { file: /random-conversations/, database: 'postgres', env: { CONVERSATION_EVENTS: '150' } },
  ]

/** Which files to run, and where. */
export interface Choice {
  sets: readonly string[]
  filters: readonly string[]
  databases: readonly TestDatabaseKind[]
  /** Leaves out whatever needs more than itself. */
  isWithoutDatabase?: boolean
  /** Puts tests of features for which one database will do on that one alone. */
  isSparing?: boolean
}

/** Files that need nothing share a process; the others share some with their neighbours, on each database that they are for. */
export function testJobs(choice: Choice): TestJob[] {
  const { sets, filters, databases, isWithoutDatabase = false, isSparing = false } = choice
  const read = importReader()
  const together: string[] = []
  const desks: string[] = []
  const jobs: TestJob[] = []
  for (const file of findTestFiles(sets, filters)) {
    const needs = needsOf(file, read)
    if (needs === 'nothing') together.push(file)
    else if (file.startsWith('dashboard/')) desks.push(file)
    else if (!isWithoutDatabase) {
      const isForBoth = isForBothDatabases(file, needs)
      const wanted = wantedOf(file, { isForBoth, isSparing, databases })
      jobs.push(...wanted.map((database) => jobOf(file, isForBoth, database)))
    }
  }
  if (!isWithoutDatabase && databases.includes('embedded')) jobs.push(...deskJobs(desks))
  const shared = shareProcesses(jobs)
  if (together.length === 0) return shared
  const name = `files that need no database`
  return [{ kind: 'tests', name, files: together, database: undefined, env: {} }, ...shared]
}

/**
 * Files of one part share processes, one file after the other: to load the program takes one and a half seconds of a
 * processor, more than many of them do. Files that start programs take long enough by themselves, and what they do to
 * their own process is nobody else's; so does the one that asks every operation.
 */
const parts =
  /^(?:server\/src\/features\/[^/]+|server\/src\/[^/]+|server\/test\/round-trips|server\/test(?=\/(?!operations)[^/]+$))/

/** So many files share a process as a rule: one that takes much longer than the others ends alone. */
const mostShared = 10

/** Jobs of one part and one database become few; what is alone keeps its own name. */
function shareProcesses(jobs: readonly TestJob[]): TestJob[] {
  const partOf = (job: TestJob) => parts.exec(job.files[0] ?? '')?.[0] ?? job.name
  const groups = Map.groupBy(jobs, (job) => `${partOf(job)} ${job.database}`).values()
  return [...groups].flatMap((own) =>
    inBatches(own).flatMap((batch, index, { length }) => {
      const [first, ...others] = batch
      if (first === undefined || others.length === 0) return batch
      const name = `${partOf(first)}${length === 1 ? '' : ` ${index + 1}`} (${first.database})`
      return [{ ...first, name, files: batch.flatMap(({ files }) => files) }]
    }),
  )
}

/** Batches of whole folders, in their order. */
function inBatches(jobs: readonly TestJob[]): TestJob[][] {
  const batches: TestJob[][] = []
  for (const folder of Map.groupBy(jobs, (job) => dirname(job.files[0] ?? '')).values()) {
    const last = batches.at(-1)
    if (last !== undefined && last.length + folder.length <= mostShared) last.push(...folder)
    else batches.push([...folder])
  }
  return batches
}

/** So many processes look at the dashboard at once. */
const mostDesks = 3

/** Files before a browser share it, and the server behind it: to start both takes longer than most of them. */
function deskJobs(files: readonly string[]): TestJob[] {
  const count = Math.min(mostDesks, files.length)
  return Array.from({ length: count }, (_, desk) => {
    const own = files.filter((_, index) => index % count === desk)
    const name = own.length === 1 ? String(own[0]) : `dashboard in a browser, ${desk + 1} of ${count}`
    return { kind: 'tests', name, files: own, database: 'embedded', env: {} }
  })
}

/** The databases on which a file is run. */
function wantedOf(
  file: string,
  {
    isForBoth,
    isSparing,
    databases,
  }: { isForBoth: boolean } & Required<Pick<Choice, 'isSparing' | 'databases'>>,
): readonly TestDatabaseKind[] {
  const place = !isForBoth ? 'embedded' : isSparing ? placeOfFile(file) : 'both'
  if (place === 'postgres' && databases.includes('postgres')) return ['postgres']
  return place === 'embedded' ? onlyEmbedded(databases) : databases
}

function onlyEmbedded(databases: readonly TestDatabaseKind[]): TestDatabaseKind[] {
  return databases.filter((database) => database === 'embedded')
}

function jobOf(file: string, isForBoth: boolean, database: TestDatabaseKind): TestJob {
  const own = environments.filter((entry) => entry.file.test(file) && entry.database === database)
  return {
    kind: 'tests',
    name: isForBoth ? `${file} (${database})` : file,
    files: [file],
    database,
    env: Object.assign({}, ...own.map(({ env }) => env)) as Record<string, string>,
  }
}

/** Whether a job waits for the PostgreSQL server. */
export function needsServer(job: Job): boolean {
  return job.kind === 'tests' && job.database === 'postgres'
}

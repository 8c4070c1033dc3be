import { dirname } from 'node:path'
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
}

/** Files that need nothing share a process; the others share one with their neighbours, on each database that they are for. */
export function testJobs({ sets, filters, databases, isWithoutDatabase = false }: Choice): TestJob[] {
  const read = importReader()
  const together: string[] = []
  const desks: string[] = []
  const jobs: TestJob[] = []
  for (const file of findTestFiles(sets, filters)) {
    const needs = needsOf(file, read)
    if (needs === 'nothing') together.push(file)
    else if (file.startsWith('dashboard/')) desks.push(file)
    else if (!isWithoutDatabase) jobs.push(...jobsOf(file, isForBothDatabases(file, needs), databases))
  }
  if (!isWithoutDatabase && databases.includes('embedded')) jobs.push(...deskJobs(desks))
  const shared = inFolders(jobs)
  if (together.length === 0) return shared
  const name = `files that need no database`
  return [{ kind: 'tests', name, files: together, database: undefined, env: {} }, ...shared]
}

/**
 * Files of one folder of the program share a process, one after the other: loading it takes a second of a processor, as
 * much as half of them do. Folders with one file share with each other. Files that start programs take long enough by
 * themselves, and what they do to their own process is nobody else's.
 */
function inFolders(jobs: readonly TestJob[]): TestJob[] {
  const isOfProgram = ({ files: [file = ''] }: TestJob) => file.startsWith('server/src/')
  const folderOf = (job: TestJob, folder: string) => `${folder} (${job.database})`
  const near = shareProcesses(jobs, (job) =>
    isOfProgram(job) ? folderOf(job, dirname(job.files[0] ?? '')) : job.name,
  )
  return shareProcesses(near, (job) =>
    isOfProgram(job) && job.files.length === 1
      ? folderOf(job, `${dirname(dirname(job.files[0] ?? ''))}/*`)
      : job.name,
  )
}

/** Jobs of one name become one; what is alone keeps its own. */
function shareProcesses(jobs: readonly TestJob[], nameOf: (job: TestJob) => string): TestJob[] {
  return [...Map.groupBy(jobs, nameOf)].flatMap(([name, own]) => {
    const [first] = own
    if (first === undefined || own.length === 1) return own
    return [{ ...first, name, files: own.flatMap(({ files }) => files) }]
  })
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

function jobsOf(file: string, isForBoth: boolean, databases: readonly TestDatabaseKind[]): TestJob[] {
  const wanted = isForBoth ? databases : databases.filter((database) => database === 'embedded')
  return wanted.map((database) => {
    const own = environments.filter((entry) => entry.file.test(file) && entry.database === database)
    return {
      kind: 'tests',
      name: isForBoth ? `${file} (${database})` : file,
      files: [file],
      database,
      env: Object.assign({}, ...own.map(({ env }) => env)) as Record<string, string>,
    }
  })
}

/** Whether a job waits for the PostgreSQL server. */
export function needsServer(job: Job): boolean {
  return job.kind === 'tests' && job.database === 'postgres'
}

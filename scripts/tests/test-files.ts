import { existsSync, globSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { type ReadImports, reachableFrom } from './imports.ts'

const root = resolve(import.meta.dirname, '../..')

/** What a test file needs beside itself. */
export type Needs = 'nothing' | 'programs' | 'database'

const sets: Record<string, { files: string[]; exclude?: RegExp }> = {
  server: {
    files: ['server/src/**/*.test.ts', 'server/test/**/*.test.ts'],
    exclude: /^server\/test\/(journeys|crash|bench)\//,
  },
  journeys: { files: ['server/test/journeys/**/*.test.ts'] },
  simulator: { files: ['simulator/src/**/*.test.ts', 'simulator/test/**/*.test.ts'] },
  'model-simulator': { files: ['model-simulator/test/**/*.test.ts'] },
  scripts: { files: ['scripts/**/*.test.ts'] },
  dashboard: { files: ['dashboard/test/**/*.test.ts'] },
  sdks: { files: ['sdks/*/test/**/*.test.ts'] },
  integrations: { files: ['integrations/**/*.test.ts'] },
  crash: { files: ['server/test/crash/**/*.test.ts'] },
}

/** The names that files can be asked for by. */
export const setNames = Object.keys(sets)

/** The test files of these sets whose path contains one of the filters; all of them when there is none. */
export function findTestFiles(names: readonly string[], filters: readonly string[] = []): string[] {
  const found = names.flatMap((name) => {
    const set = sets[name]
    if (!set) throw new Error(`no set of tests is called ${name}; there are ${setNames.join(', ')}`)
    return globSync(set.files, { cwd: root, exclude: (path) => path.includes('node_modules') }).filter(
      (file) => !set.exclude?.test(file),
    )
  })
  // Editors name files by their whole path, and a test of this runner names one that is not in the tree.
  const parts = filters.map((part) => (part.startsWith(root) ? relative(root, part) : part))
  const others = parts.filter((part) => isAbsolute(part) && existsSync(part))
  const wanted = found.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  return [...new Set([...wanted, ...others])].sort()
}

/** Whoever opens a database loads one of these, and whoever starts a program may start one that does. */
export const databasePackages = ['pg', 'pg-boss', '@electric-sql/pglite'] as const
/** Whoever loads this starts programs. */
export const programModule = 'node:child_process'

/** What a test file needs, by what it loads and what that loads. */
export function needsOf(file: string, read: ReadImports): Needs {
  const reached = reachableFrom(file, read)
  if (databasePackages.some((name) => reached.has(name))) return 'database'
  return reached.has(programModule) ? 'programs' : 'nothing'
}

/** Files that open a database whose kind is nothing to them, and why: the embedded one, which is always there, will do. */
const indifferent: { files: RegExp; because: string }[] = [
  {
    files: /^server\/test\/crash\//,
    because: 'what survives a kill is a question to the embedded database: a server lives on',
  },
  {
    files: /^server\/test\/(?:phone-doors|bad-input)\.test\.ts$/,
    because: 'tables over doors that are refused or taken before anything is asked of the database',
  },
  {
    files: /^server\/src\/engine\/(?!keys\/|session\/ownership)/,
    because: 'talks with WhatsApp; what it keeps goes through its keys and its ownership, which are on both',
  },
  {
    files: /^server\/test\/round-trips\//,
    because: 'what becomes of contents on their way through WhatsApp; features store them on both',
  },
  { files: /^server\/src\/platform\/media-worker\//, because: 'bytes and threads' },
  {
    files: /^server\/src\/transports\//,
    because: 'requests, answers and streams; what operations do is tested with their features',
  },
  {
    files: /^server\/src\/platform\/(?:quick-imports|installation-key|time-zones)\.test\.ts$/,
    because: 'files of the program and of its data directory',
  },
  {
    files: /^server\/test\/(?:docs|public-events)\.test\.ts$/,
    because: 'pages and the form of events',
  },
  {
    files: /^server\/src\/features\/ai\/knowledge\/(?:hostile-)?documents\.test\.ts$/,
    because: 'what becomes of files while they are read; what is kept of them is tested beside it',
  },
  {
    files: /^server\/src\/features\/agents\/oauth\/oauth\.test\.ts$/,
    because: 'requests and answers of the protocol; what is kept of them is tested beside it',
  },
  {
    files: /^server\/test\/journeys\/(?:faults|channel-posts|reply-bursts)\.test\.ts$/,
    because: 'a process and its WhatsApp; processes and their database have journeys of their own',
  },
]

/** Why a file that opens a database is run on the embedded one alone; undefined when it is for both. */
export function whyIndifferent(file: string): string | undefined {
  return indifferent.find(({ files }) => files.test(file))?.because
}

/**
 * Whether a file is run on both databases: what opens one, and tests of the server that start programs, which may be
 * the server, unless the kind is nothing to them. The rest of the tree knows the embedded database at most.
 */
export function isForBothDatabases(file: string, needs: Needs): boolean {
  return file.startsWith('server/') && needs !== 'nothing' && whyIndifferent(file) === undefined
}

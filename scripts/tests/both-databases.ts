// Which tests of features a whole run puts on both databases: docs/adr/0015-which-tests-run-twice.md.
import { globSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** What a feature does with the database, by the texts of its sources. */
const inSources = {
  /** Holds what others wait for. */
  locks:
    /\.for\('(?:no key )?(?:update|share)|advisory|skip locked|\bfor (?:no key )?update\b|\block table\b/i,
  /** Has connections of its own, or hears what others say on theirs. */
  connects: /\blisten\w*\(|\bNOTIFY\b|\.notify\(|listener\.ts|\bdb\.pool\b|write-batcher/,
  /** Has statements that are written as text; the query builder writes the others. */
  writesStatements: /`\s*(?:with|select|insert into|update|delete from|merge)\s/i,
} as const

/** What a test does, by its text. */
const inTest = {
  /** Knows the databases apart, opens a second process or migrates. */
  asks: /\b(?:isServerTest|openSecond|startSecondProcess|databaseUrl|runMigrations|readMigrations)\b|\bdb\.kind\b/,
  /** Does several things at once, or lets time pass by itself. */
  isAtOnce: /\bPromise\.all|\bisLive\b/,
  /** Runs jobs, whose statements the tests of all operations do not ask. */
  runsJobs: /\brunJobs\b|\bdrain\(/,
} as const

/** Why a test of a feature is run on both databases; undefined when one will do. */
export function whyBoth(testText: string, sources: string): string | undefined {
  if (inTest.asks.test(testText)) return 'it knows the databases apart'
  if (inSources.connects.test(sources)) return 'its feature has connections of its own'
  const locks = inSources.locks.test(sources)
  if (locks && inTest.isAtOnce.test(testText)) return 'its feature locks, and it does several things at once'
  if ((locks || inSources.writesStatements.test(sources)) && inTest.runsJobs.test(testText))
    return 'its jobs lock or have statements of their own'
  return undefined
}

/** The sources of a feature, as one text. */
function sourcesOf(folder: string): string {
  const files = globSync(`${folder}/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.map((file) => readFileSync(resolve(root, file), 'utf8')).join('\n')
}

/** Whether a file is a test of a feature for which one database will do in a whole run. */
export function isSpared(file: string): boolean {
  if (!file.startsWith('server/src/features/')) return false
  return whyBoth(readFileSync(resolve(root, file), 'utf8'), sourcesOf(dirname(file))) === undefined
}

/** Journeys of several processes and receivers that a whole run makes on the server alone: that is where there are several. */
const ofServers = /^server\/test\/journeys\/(?:fifty-workers|bulk-send|killed-in-a-probe)\.test\.ts$/

/** Whether a whole run makes a journey on the server alone; what a kill leaves in the embedded database is asked by the crash tests. */
export function isOfServers(file: string): boolean {
  return ofServers.test(file)
}

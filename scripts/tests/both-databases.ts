// On which databases a whole run puts a test of a feature: docs/adr/0015-which-tests-run-twice.md.
import { globSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { TestDatabaseKind } from './job.ts'

const root = resolve(import.meta.dirname, '../..')

/** What a feature does with the database, by the texts of its sources. */
const inSources = {
  /** Holds what others wait for. */
  locks:
    /\.for\('(?:no key )?(?:update|share)|advisory|skip locked|\bfor (?:no key )?update\b|\block table\b/i,
  /** Has connections of its own, or hears what others say on theirs. */
  connects: /\blisten\w*\(|\bNOTIFY\b|\.notify\(|listener\.ts|\bdb\.pool\b|write-batcher/,
} as const

/** What a test does, by its text. */
const inTest = {
  /** Knows the databases apart, opens a second process or migrates. */
  asks: /\b(?:isServerTest|openSecond|startSecondProcess|databaseUrl|runMigrations|readMigrations)\b|\bdb\.kind\b/,
  /** Does several things at once, or lets time pass by itself. */
  isAtOnce: /\bPromise\.all|\bisLive\b/,
} as const

/** Where a whole run puts a test of a feature. */
export type Place = 'both' | TestDatabaseKind

/** On which databases a test of a feature is run, by its text and the sources of the feature. */
export function placeOf(testText: string, sources: string): Place {
  if (inTest.asks.test(testText) || inSources.connects.test(sources)) return 'both'
  // In the embedded database nothing ever waits for a lock: it has one backend.
  if (inSources.locks.test(sources) && inTest.isAtOnce.test(testText)) return 'postgres'
  return 'embedded'
}

/** The sources of a feature, as one text. */
function sourcesOf(folder: string): string {
  const files = globSync(`${folder}/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.map((file) => readFileSync(resolve(root, file), 'utf8')).join('\n')
}

/** Where a whole run puts a file; what is no feature has rules of its own (`test-files.ts`). */
export function placeOfFile(file: string): Place {
  if (ofServers.test(file)) return 'postgres'
  if (!file.startsWith('server/src/features/')) return 'both'
  return placeOf(readFileSync(resolve(root, file), 'utf8'), sourcesOf(dirname(file)))
}

/** Journeys of several processes and receivers that a whole run makes on the server alone: that is where there are several; what a kill leaves in the embedded database is asked by the crash tests. */
const ofServers =
  /^server\/test\/journeys\/(?:fifty-workers|bulk-send|killed-in-a-probe|installation-key)\.test\.ts$/

import { resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { defaultDataDirectory, type Environment, givenIn, withFile } from '../../environment.ts'
import { hasCluster } from './cluster.ts'
import { EmbeddedEngine, type EmbeddedOptions, embeddedDefaults } from './embedded.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'

/** An embedded database that starts while the program is loaded. */
export interface PrestartedDatabase {
  dataDirectory: string
  lock: DirectoryLock
  engine: Promise<EmbeddedEngine>
  /** From here on failures go to `reports`; one that happened before is reported at once. */
  reportTo(reports: EngineReports): void
}

/** Who hears how the engine fares. */
export type EngineReports = Pick<EmbeddedOptions, 'onFailure' | 'onRecovery'>

/** Takes a directory and starts its database; undefined when there is none yet or the directory cannot be taken. */
export function prestart(dataDirectory: string): PrestartedDatabase | undefined {
  let lock: DirectoryLock
  try {
    if (!hasCluster(dataDirectory)) return undefined
    lock = lockDirectory(dataDirectory)
  } catch {
    return undefined
  }
  let failure: Error | undefined
  let reports: EngineReports = {
    onFailure: (error) => {
      failure = error
    },
    onRecovery: () => {},
  }
  const engine = EmbeddedEngine.start({
    ...embeddedDefaults,
    dataDirectory,
    onFailure: (error) => reports.onFailure(error),
    onRecovery: () => reports.onRecovery(),
  })
  // Whoever takes it gets the failure; the program may end before that because of something else.
  engine.catch(() => {})
  return {
    dataDirectory,
    lock,
    engine,
    reportTo(listener) {
      reports = listener
      if (failure !== undefined) listener.onFailure(failure)
    },
  }
}

let prestarted: PrestartedDatabase | undefined

/**
 * The embedded database takes as long to start as the program takes to load: this starts it in its thread before that.
 * Anything unusual is left to the program, which says it in words: a server, a first start, a directory in use.
 */
export function startForProgram(environment: Environment): void {
  // Preloads are run by every thread.
  if (!isMainThread) return
  const given = readGiven(environment)
  if (given === undefined || given['DATABASE_URL'] !== undefined) return
  prestarted = prestart(resolve(given['MOLTFLOW_DATA_DIR'] ?? defaultDataDirectory))
}

function readGiven(environment: Environment): Record<string, string> | undefined {
  try {
    return givenIn(withFile(environment))
  } catch {
    return undefined
  }
}

/** The database of a directory that was started before the program, once. */
export function takePrestarted(dataDirectory: string): PrestartedDatabase | undefined {
  if (prestarted?.dataDirectory !== dataDirectory) return undefined
  const database = prestarted
  prestarted = undefined
  return database
}

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { defaultDataDirectory, type Environment, givenIn, withFile } from '../../environment.ts'
import { clusterDirectory, EmbeddedEngine, embeddedDefaults } from './embedded.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'

/** An embedded database that starts while the program is loaded. */
export interface PrestartedDatabase {
  dataDirectory: string
  lock: DirectoryLock
  engine: Promise<EmbeddedEngine>
  /** From here on failures go to `report`; one that happened before is reported at once. */
  reportTo(report: (error: Error) => void): void
}

/** Takes a directory and starts its database; undefined when there is none yet or the directory cannot be taken. */
export function prestart(dataDirectory: string): PrestartedDatabase | undefined {
  if (!existsSync(join(clusterDirectory(dataDirectory), 'PG_VERSION'))) return undefined
  let lock: DirectoryLock
  try {
    lock = lockDirectory(dataDirectory)
  } catch {
    return undefined
  }
  let failure: Error | undefined
  let report = (error: Error): void => {
    failure = error
  }
  const engine = EmbeddedEngine.start({
    ...embeddedDefaults,
    dataDirectory,
    onFailure: (error) => report(error),
  })
  // Whoever takes it gets the failure; the program may end before that because of something else.
  engine.catch(() => {})
  return {
    dataDirectory,
    lock,
    engine,
    reportTo(listener) {
      report = listener
      if (failure !== undefined) listener(failure)
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
  const given = givenIn(withFile(environment))
  if (given['DATABASE_URL'] !== undefined) return
  prestarted = prestart(resolve(given['MOLTFLOW_DATA_DIR'] ?? defaultDataDirectory))
}

/** The database of a directory that was started before the program, once. */
export function takePrestarted(dataDirectory: string): PrestartedDatabase | undefined {
  if (prestarted?.dataDirectory !== dataDirectory) return undefined
  const database = prestarted
  prestarted = undefined
  return database
}

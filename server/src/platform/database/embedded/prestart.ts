import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { defaultDataDirectory, type Environment, givenIn, withFile } from '../../environment.ts'
import { clusterDirectory, EmbeddedEngine, embeddedDefaults } from './embedded.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'

/** An embedded database that starts while the program is loaded. */
export interface DatabaseAhead {
  dataDirectory: string
  lock: DirectoryLock
  engine: Promise<EmbeddedEngine>
  /** From here on failures are told to `report`; one that happened before is told at once. */
  reportTo(report: (error: Error) => void): void
}

/** Takes a directory and starts its database; undefined when there is none yet or the directory cannot be taken. */
export function startAhead(dataDirectory: string): DatabaseAhead | undefined {
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
  // Whoever takes it hears of it; the program may end before that because of something else.
  engine.catch(() => {})
  return {
    dataDirectory,
    lock,
    engine,
    reportTo(told) {
      report = told
      if (failure !== undefined) told(failure)
    },
  }
}

let ahead: DatabaseAhead | undefined

/**
 * The embedded database takes as long to start as the program takes to load: this starts it in its thread before that.
 * Anything unusual is left to the program, which tells it in words: a server, a first start, a directory in use.
 */
export function startForProgram(environment: Environment): void {
  // Preloads are run by every thread.
  if (!isMainThread) return
  const given = givenIn(withFile(environment))
  if (given['DATABASE_URL'] !== undefined) return
  ahead = startAhead(resolve(given['MOLTFLOW_DATA_DIR'] ?? defaultDataDirectory))
}

/** The database of a directory that was started ahead, once. */
export function takeAhead(dataDirectory: string): DatabaseAhead | undefined {
  if (ahead?.dataDirectory !== dataDirectory) return undefined
  const taken = ahead
  ahead = undefined
  return taken
}

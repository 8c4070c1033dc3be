import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { prepareDataDirectory, unusable } from '../../data-directory.ts'
import { OperatorError } from '../../operator-error.ts'

/** Another process already works on the data directory. */
export class DataDirectoryInUseError extends OperatorError {
  constructor(directory: string, holder: string) {
    super(
      `The data directory ${directory} is in use by ${holder}. Stop it first, or set MOLTFLOW_DATA_DIR to another directory.`,
    )
    this.name = 'DataDirectoryInUseError'
  }
}

/** The exclusive right to a data directory. */
export interface DirectoryLock {
  release(): void
}

/**
 * Takes the data directory for this process; throws DataDirectoryInUseError when another one has it.
 * SQLite's file lock is used because the kernel releases it however the process ends.
 */
export function lockDirectory(directory: string): DirectoryLock {
  prepareDataDirectory(directory)
  const pidFile = join(directory, 'database.pid')
  const path = join(directory, 'database.lock')
  let lock: DatabaseSync
  try {
    lock = takeLock(path) ?? takeEmptied(path)
  } catch (error) {
    throw isBusy(error)
      ? new DataDirectoryInUseError(directory, readHolder(pidFile))
      : unusable(directory, error)
  }
  nameHolder(pidFile)
  return {
    release: () => {
      if (lock.isOpen) lock.close()
    },
  }
}

/** Undefined when the file holds something that no lock file holds. */
function takeLock(path: string): DatabaseSync | undefined {
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (!isNoDatabase(error)) throw error
    return undefined
  }
}

/** Whoever gets as far as the content holds the lock already: it says nothing, and goes. */
function takeEmptied(path: string): DatabaseSync {
  truncateSync(path)
  const lock = takeLock(path)
  if (lock === undefined) throw new Error(`${path} is no lock file: remove it`)
  return lock
}

/** For the sentence of a second process only: a full disk is no reason not to start. */
function nameHolder(pidFile: string): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // What it says now may be the number of an earlier process, which is worse than none; the lock decides.
  }
}

function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && /not a database|malformed/i.test(error.message)
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message)
}

function readHolder(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim()
    if (/^\d{1,10}$/.test(pid)) return `process ${pid}`
  } catch {
    // The holder took the lock a moment ago and has not written its number yet.
  }
  return 'another process'
}

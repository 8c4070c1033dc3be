import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process already works on the data directory. */
export class DataDirectoryInUseError extends Error {
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
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const pidFile = join(directory, 'database.pid')
  const lock = new DatabaseSync(join(directory, 'database.lock'))
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new DataDirectoryInUseError(directory, readHolder(pidFile))
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  return {
    release: () => {
      if (lock.isOpen) lock.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message)
}

function readHolder(pidFile: string): string {
  try {
    return `process ${readFileSync(pidFile, 'utf8').trim()}`
  } catch {
    // The holder took the lock a moment ago and has not written its number yet.
    return 'another process'
  }
}

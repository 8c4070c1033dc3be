import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { OperatorError } from './operator-error.ts'

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of this name',
  ENOTDIR: 'a part of the path is a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EIO: 'the disk fails',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'its links lead in a circle',
}

/** Makes the data directory unless it is there; throws a sentence when nothing can be kept in it. */
export function prepareDataDirectory(path: string): void {
  try {
    makeDirectory(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(path, cause)
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    // Node says ENOENT for whatever keeps the first missing part of a path from being made.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') accessSync(nearestExisting(path), constants.W_OK)
    throw error
  }
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

/** The sentence about a data directory in which something could not be written. */
export function unusable(path: string, cause: unknown): OperatorError {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause))
  return new OperatorError(
    `The data directory ${path} cannot be used: ${reason}. Set MOLTFLOW_DATA_DIR to a directory that this user may write to.`,
    { cause },
  )
}

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../../operator-error.ts'

/** The major version of PostgreSQL inside the program: what it cannot read, it must not touch. */
export const clusterVersion = '18'

/** Directories and files without which PostgreSQL does not even begin to read a cluster. */
const needed = ['base', 'global', 'pg_wal', 'pg_xact', 'pg_multixact', 'global/pg_control'] as const
const controlFileBytes = 8192

/** The home of the cluster below the data directory. */
export function clusterDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'database')
}

/** Whether there is a cluster that can be opened; throws a sentence when there is something else in its place. */
export function hasCluster(dataDirectory: string): boolean {
  const directory = clusterDirectory(dataDirectory)
  const status = statSync(directory, { throwIfNoEntry: false })
  if (status === undefined) return false
  if (!status.isDirectory())
    throw new OperatorError(`${directory} is a file; the embedded database needs a directory of this name.`)
  const names = readdirSync(directory)
  // Nobody lost anything with an empty directory, as a restored backup or a mount may leave it.
  if (names.length === 0) return false
  const version = readVersion(directory)
  if (version === undefined) throw damaged(directory, 'PG_VERSION is missing')
  if (version !== clusterVersion) throw refuseVersion(directory, version)
  const missing = needed.filter((name) => !existsSync(join(directory, name)))
  if (missing.length > 0) throw damaged(directory, `${missing.join(', ')} missing`)
  const { size } = statSync(join(directory, 'global/pg_control'))
  if (size !== controlFileBytes)
    throw damaged(directory, `global/pg_control has ${size} bytes instead of ${controlFileBytes}`)
  return true
}

function readVersion(directory: string): string | undefined {
  const path = join(directory, 'PG_VERSION')
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

function refuseVersion(directory: string, version: string): OperatorError {
  if (!/^\d{1,3}$/.test(version)) return damaged(directory, 'PG_VERSION names no version')
  const isNewer = Number(version) > Number(clusterVersion)
  const advice = isNewer ? 'Start the newer MoltFlow that made it' : 'Start the MoltFlow that made it'
  return new OperatorError(
    `The embedded database in ${directory} was made by PostgreSQL ${version}; this MoltFlow has PostgreSQL ${clusterVersion}. ${advice}, or restore the data directory from a backup.`,
  )
}

/** The sentence about a cluster that PostgreSQL cannot start. */
export function damaged(directory: string, reason: string, cause?: unknown): OperatorError {
  return new OperatorError(
    `The embedded database in ${directory} is damaged (${reason}). Restore the data directory from a backup; nothing was changed. To begin anew instead, move ${directory} away: accounts, messages and linked sessions in it are lost.`,
    { cause },
  )
}

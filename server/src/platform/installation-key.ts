import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { hasCluster } from './database/embedded/cluster.ts'
import { OperatorError } from './operator-error.ts'
import { findKeyProblem } from './secrets.ts'

/** Where the installation key of a data directory is. */
export function installationKeyPath(dataDir: string): string {
  return join(dataDir, 'installation.key')
}

/**
 * The installation key kept in the data directory, which is there; made on first use, readable only by its owner. Throws
 * a sentence when the file holds no key: whatever was sealed or signed with half a key could be opened by anybody.
 */
export function loadInstallationKey(dataDir: string, warn: (sentence: string) => void): string {
  const path = installationKeyPath(dataDir)
  if (!existsSync(path)) {
    if (hasCluster(dataDir))
      warn(
        `${path} is missing although there is a database: a new installation key is made. What was sealed with the old one, linked sessions and secrets of webhooks, comes back when the old file is put back.`,
      )
    makeKey(path)
  }
  const key = readKey(path)
  closeToOthers(path, warn)
  const problem = findKeyProblem(key)
  if (problem === undefined) return key
  throw new OperatorError(
    `${path} holds no installation key: it ${key === '' ? 'is empty' : problem}. Put the file back from a backup. Without one, remove it and a new key is made: accounts then have to be linked again, secrets of webhooks set again, and everybody signs in anew.`,
  )
}

/** A link that leads nowhere is found here: it keeps a key from being made, and is none. */
function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new OperatorError(`The installation key ${path} cannot be read (${code}).`, { cause })
  }
}

/** Complete and on the disk before its name appears, so that nobody ever finds a part of it. */
function makeKey(path: string): void {
  const draft = `${path}.${process.pid}.new`
  try {
    rmSync(draft, { force: true })
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(file, `${randomBytes(32).toString('base64')}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    publish(draft, path)
    flushDirectory(join(path, '..'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : code
    throw new OperatorError(`The installation key ${path} cannot be made: ${why}.`, { cause })
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Of two first starts one makes the key, and both use it. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    // Not every file system has links; the lock on the data directory comes later, but first starts are rare.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    renameSync(draft, path)
  }
}

function flushDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** Restored from a backup or copied, the file may be open to everybody. */
function closeToOthers(path: string, warn: (sentence: string) => void): void {
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) === 0) return
  const was = mode.toString(8).padStart(4, '0')
  try {
    chmodSync(path, 0o600)
    warn(`${path} could be read by others (mode ${was}): it is readable only by its owner now.`)
  } catch {
    // A secret that a container mounts cannot be changed, and is told of nevertheless.
    warn(`${path} can be read by others (mode ${was}) and could not be closed to them: chmod 600 it.`)
  }
}

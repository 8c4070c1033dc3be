import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileDigest } from './blob-crypto.ts'
import { partialDirectory } from './blob-files.ts'

/** A file for the length of a request, in clear: it has a name because other programs read it. */
export interface SpoolFile extends FileDigest {
  path: string
}

/** More came than is allowed. */
export class SpoolTooLargeError extends Error {
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes came`)
    this.name = 'SpoolTooLargeError'
    this.maxBytes = maxBytes
  }
}

const directoryOf = (dataDir: string): string => join(dataDir, 'spool')

/** Bytes that are written at once: a call for each small piece would take longer than the disk. */
const blockBytes = 512 * 1024

/** Pieces in blocks; throws SpoolTooLargeError before a byte too many is given out. */
export async function* gather(
  source: AsyncIterable<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array[]> {
  let block: Uint8Array[] = []
  let waiting = 0
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.byteLength
    if (bytes > maxBytes) throw new SpoolTooLargeError(maxBytes)
    block.push(piece)
    waiting += piece.byteLength
    if (waiting < blockBytes) continue
    yield block
    block = []
    waiting = 0
  }
  if (waiting > 0) yield block
}

/** Writes a block at the end of a file; a disk that is full takes less than it is given. */
export async function writeBlock(file: FileHandle, block: readonly Uint8Array[]): Promise<void> {
  const bytes = block.reduce((sum, piece) => sum + piece.byteLength, 0)
  const { bytesWritten } = await file.writev([...block])
  if (bytesWritten < bytes) await file.appendFile(Buffer.concat(block).subarray(bytesWritten))
}

/** A name nobody has yet, in a directory that only the owner may enter. */
export async function spoolPath(dataDir: string): Promise<string> {
  const directory = directoryOf(dataDir)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return join(directory, randomBytes(16).toString('hex'))
}

/** Writes a stream to a spool file with flat memory; throws SpoolTooLargeError, and leaves nothing when it throws. */
export async function writeSpool(
  dataDir: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<SpoolFile> {
  const path = await spoolPath(dataDir)
  const file = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const block of gather(source, maxBytes)) {
      // One block is being written while the next one comes.
      await writing
      writing = writeBlock(file, block)
      writing.catch(() => {})
      for (const piece of block) {
        bytes += piece.byteLength
        hash.update(piece)
      }
    }
    await writing
  } catch (error) {
    await Promise.allSettled([writing])
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return { path, bytes, sha256: hash.digest('hex') }
}

/** Removes a spool file; one that is gone is fine. */
export function dropSpool(path: string): Promise<void> {
  return rm(path, { force: true })
}

/** Removes what a crash left behind: files that nobody touched since `beforeMs` (milliseconds since the epoch). */
export async function clearSpool(dataDir: string, beforeMs: number): Promise<void> {
  for (const directory of [directoryOf(dataDir), partialDirectory(dataDir)]) await clear(directory, beforeMs)
}

async function clear(directory: string, beforeMs: number): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    const path = join(directory, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < beforeMs) await rm(path, { force: true })
  }
}

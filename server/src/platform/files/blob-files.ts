import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BlobBackend, BlobMissingError } from './blob-backend.ts'
import { sealedPieceBytes } from './blob-crypto.ts'

/** Whole pieces, so that none has to be put together from two reads. */
const readBytes = 4 * sealedPieceBytes

/** Where files lie while they are being written; what a crash leaves there is removed as the spool is. */
export function partialDirectory(dataDir: string): string {
  return join(dataDir, 'media', 'partial')
}

/** Sealed files in the data directory, below `media`. */
export function createBlobFiles(dataDir: string): BlobBackend {
  // The end of a time-ordered id is random: no directory grows with a day.
  const pathOf = (key: string): string => join(dataDir, 'media', key.slice(-2), key)
  return {
    pathOf,
    async write(key, source) {
      const path = pathOf(key)
      await makeDirectory(dirname(path))
      const partial = join(partialDirectory(dataDir), key)
      await mkdir(dirname(partial), { recursive: true, mode: 0o700 })
      const file = await open(partial, 'w', 0o600)
      // Named while it is being written: what brings the bytes to the disk brings the name too.
      const naming = source.announced.then(() => rename(partial, path))
      try {
        await Promise.all([source.writeTo(file), naming])
        await file.sync()
      } catch (error) {
        await Promise.allSettled([naming])
        await rm(partial, { force: true })
        await rm(path, { force: true })
        throw error
      } finally {
        await file.close()
      }
      await syncDirectory(dirname(path))
    },
    async read(key, { start, end }) {
      const file = await open(pathOf(key), 'r').catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? new BlobMissingError() : error
      })
      return createReadStream('', { fd: file, start, end, highWaterMark: readBytes })
    },
    async delete(key) {
      const path = pathOf(key)
      await rm(path, { force: true })
    },
  }
}

async function makeDirectory(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncDirectory(dirname(path))
}

/** A new name is on the disk only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

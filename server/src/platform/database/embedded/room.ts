import { statfsSync } from 'node:fs'

const megabyte = 1024 * 1024

/**
 * Bytes that have to be free before something is done that the engine does not survive without room: a checkpoint, and
 * the recovery of its log, which ends with one, write files of a few megabytes at most.
 */
export const roomForCheckpoint = 8 * megabyte
/** A new cluster, with what its first migrations write. */
export const roomForCluster = 48 * megabyte
/** A vacuum writes log and maps for each table it looks at. */
export const roomForVacuum = 24 * megabyte

/** How much room the file system of a directory has left for this process. */
export interface Room {
  freeBytes: number
  /** No further file can be made though there are bytes left. */
  hasNoFiles: boolean
}

/** Asks the file system; undefined where it does not say. */
export function measureRoom(directory: string): Room | undefined {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(directory)
    return { freeBytes: bavail * bsize, hasNoFiles: files > 0 && ffree === 0 }
  } catch {
    // What cannot be measured is tried: the engine says itself what it could not write.
    return undefined
  }
}

/** Whether so many bytes may be written; true where nobody knows. */
export function hasRoom(directory: string, bytes: number): boolean {
  const room = measureRoom(directory)
  return room === undefined || (room.freeBytes >= bytes && !room.hasNoFiles)
}

/** "3 MB", or what else there is none of, for a sentence. */
export function describeRoom(directory: string): string {
  const room = measureRoom(directory)
  if (room === undefined) return 'an unknown amount of room'
  return room.hasNoFiles ? 'no files' : `${Math.floor(room.freeBytes / megabyte)} MB`
}

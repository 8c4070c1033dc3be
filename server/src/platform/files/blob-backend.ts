import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from './blob-crypto.ts'

/** There is no such file in the store. */
export class BlobMissingError extends Error {
  constructor() {
    super('there is no such file in the blob store')
    this.name = 'BlobMissingError'
  }
}

/** A file to be kept, sealed on its way. */
export interface BlobSource {
  /** The sealed bytes; may be asked twice. */
  stream(): AsyncIterable<Uint8Array>
  /** Writes the same bytes to an open file. */
  writeTo(file: FileHandle): Promise<void>
  /** Of the file itself. */
  bytes: number
  /** Resolves when the key is known to survive a crash: before that nothing may lie under it. */
  announced: Promise<unknown>
}

/** Where sealed files are kept. */
export interface BlobBackend {
  /** Keeps everything under the key or nothing; resolves when it would survive a crash, and is not read before. */
  write(key: string, source: BlobSource): Promise<void>
  /** Throws BlobMissingError. */
  read(key: string, range: ByteRange): Promise<AsyncIterable<Uint8Array>>
  /** Where on this machine's disk a file is; undefined when it is elsewhere. */
  pathOf?(key: string): string
  /** An unknown key is fine. */
  delete(key: string): Promise<void>
}

import type { ByteRange } from './blob-crypto.ts'

/** There is no such file in the store. */
export class BlobMissingError extends Error {
  constructor() {
    super('there is no such file in the blob store')
    this.name = 'BlobMissingError'
  }
}

/** Where sealed files are kept. */
export interface BlobPlace {
  /** Keeps everything under the key or nothing; resolves when it would survive a crash. May be asked twice. */
  write(key: string, sealed: () => AsyncIterable<Uint8Array>, sealedBytes: number): Promise<void>
  /** Throws BlobMissingError. */
  read(key: string, range: ByteRange): Promise<AsyncIterable<Uint8Array>>
  /** An unknown key is fine. */
  delete(key: string): Promise<void>
}

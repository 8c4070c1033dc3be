import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { type ByteRange, type FileDigest, openPieces, sealedRange, sealPieces } from './blob-crypto.ts'
import { createBlobFiles } from './blob-files.ts'
import type { BlobPlace } from './blob-place.ts'
import { type BucketSettings, createBucket } from './bucket.ts'
import type { KeyHolder } from './secrets.ts'

/** What the store is made from: a part of the configuration. */
export interface BlobSettings extends KeyHolder {
  readonly dataDir: string
  /** A bucket instead of the data directory. */
  readonly bucket: BucketSettings | undefined
}

/** Files that outlive a request, encrypted at rest under the installation key. */
export interface BlobStore {
  /** Keeps a copy of the file at `path` under the key; resolves when it would survive a crash. */
  put(key: string, path: string, bytes: number): Promise<FileDigest>
  /** The file of `bytes` bytes, or a part of it. Throws BlobMissingError; a damaged file ends the stream with an error. */
  get(key: string, bytes: number, range?: ByteRange): Promise<Readable>
  /** An unknown key is fine. */
  delete(key: string): Promise<void>
}

const readBytes = 512 * 1024
const stores = new WeakMap<BlobSettings, BlobStore>()

/** The store of an installation. */
export function blobStoreOf(settings: BlobSettings): BlobStore {
  const known = stores.get(settings)
  if (known !== undefined) return known
  const place =
    settings.bucket === undefined ? createBlobFiles(settings.dataDir) : createBucket(settings.bucket)
  const store = createBlobStore(settings, place)
  stores.set(settings, store)
  return store
}

function createBlobStore(keys: KeyHolder, place: BlobPlace): BlobStore {
  return {
    async put(key, path, bytes) {
      let digest: FileDigest | undefined
      const sealed = () =>
        sealPieces(keys, key, createReadStream(path, { highWaterMark: readBytes }), (told) => {
          digest = told
        })
      await place.write(key, sealed, bytes)
      if (digest === undefined || digest.bytes !== bytes)
        throw new Error('a file changed while it was stored')
      return digest
    },
    async get(key, bytes, range = { start: 0, end: bytes - 1 }) {
      const sealed = await place.read(key, sealedRange(bytes, range))
      return Readable.from(openPieces(keys, key, sealed, range), { objectMode: false })
    },
    delete: (key) => place.delete(key),
  }
}

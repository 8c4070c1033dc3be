import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { KeyHolder } from '../secrets.ts'
import type { BlobBackend } from './blob-backend.ts'
import { type ByteRange, type FileDigest, openPieces, sealedRange, sealPieces } from './blob-crypto.ts'
import { createBlobFiles } from './blob-files.ts'
import { type BucketSettings, createBucket } from './bucket.ts'
import { FileThread, largeFileBytes } from './file-thread.ts'
import type { SealedFile, SealTask } from './sealed-file.ts'
import { gather, writeBlock } from './spool.ts'

/** What the store is made from: a part of the configuration. */
export interface BlobSettings extends KeyHolder {
  readonly dataDir: string
  /** A bucket instead of the data directory. */
  readonly bucket: BucketSettings | undefined
}

/** Files that outlive a request, encrypted at rest under the installation key. */
export interface BlobStore {
  /**
   * Keeps a copy of the file at `path` under the key; resolves when it would survive a crash. Nothing lies under the key
   * before `announced` resolved, though the work begins at once. A known digest (hexadecimal) is not computed again.
   */
  put(
    key: string,
    file: { path: string; bytes: number; sha256?: string | undefined },
    announced?: Promise<unknown>,
  ): Promise<FileDigest>
  /** The file of `bytes` bytes, or a part of it. Throws BlobMissingError; a damaged file ends the stream with an error. */
  get(key: string, bytes: number, range?: ByteRange): Promise<Readable>
  /** A kept file as another thread can open it; undefined when it is not on this machine's disk. */
  locate(key: string, bytes: number): SealedFile | undefined
  /** An unknown key is fine. */
  delete(key: string): Promise<void>
}

const readBytes = 512 * 1024
const sealing = new FileThread<SealTask, FileDigest>(new URL('./sealed-file-worker.ts', import.meta.url))

/** The store of an installation. */
export function createBlobStore(settings: BlobSettings): BlobStore {
  const backend =
    settings.bucket === undefined ? createBlobFiles(settings.dataDir) : createBucket(settings.bucket)
  return createStore(settings, backend)
}

function createStore(keys: KeyHolder, backend: BlobBackend): BlobStore {
  return {
    async put(key, { path, bytes, sha256 }, announced = Promise.resolve()) {
      let digest: FileDigest | undefined
      const stream = () =>
        sealPieces(keys, key, createReadStream(path, { highWaterMark: readBytes }), (computed) => {
          digest = computed
        })
      const writeTo = async (file: FileHandle) => {
        if (bytes >= largeFileBytes)
          digest = await sealing.run({ path, key, fd: file.fd, secretKey: keys.secretKey, sha256 })
        else for await (const block of gather(stream())) await writeBlock(file, block)
      }
      await backend.write(key, { stream, writeTo, bytes, announced })
      if (digest === undefined || digest.bytes !== bytes)
        throw new Error('a file changed while it was stored')
      return digest
    },
    async get(key, bytes, range = { start: 0, end: bytes - 1 }) {
      const sealed = await backend.read(key, sealedRange(bytes, range))
      return Readable.from(openPieces(keys, key, sealed, range), { objectMode: false })
    },
    locate(key, bytes) {
      const path = backend.pathOf?.(key)
      return path === undefined ? undefined : { path, key, bytes, secretKey: keys.secretKey }
    },
    delete: (key) => backend.delete(key),
  }
}

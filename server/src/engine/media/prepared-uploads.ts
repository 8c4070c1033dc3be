import { randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import { FileThread, largeFileBytes } from '../../platform/files/file-thread.ts'
import type { MediaKind } from '../content.ts'
import { type FileDigests, type MediaClass, mediaClassOf } from './crypto.ts'
import type { EncryptedFile, EncryptTask } from './encrypt.ts'
import { MediaSpool } from './spool.ts'

const encrypting = new FileThread<EncryptTask, EncryptedFile>(new URL('./encrypt-worker.ts', import.meta.url))

/** Fills the spool with what is to be uploaded of a file on the disk, without a byte of it on this thread. */
export async function encryptInThread(
  spool: MediaSpool,
  file: EncryptTask['file'],
  seal: EncryptTask['seal'],
): Promise<FileDigests> {
  const { fileSha256, uploadSha256, fileLength } = await spool.fill((fd) =>
    encrypting.run({ file, fd, seal }),
  )
  return { fileSha256: Buffer.from(fileSha256), uploadSha256: Buffer.from(uploadSha256), fileLength }
}

/** A file that is about to be sent. */
export interface ComingFile {
  /** The key it will have in the blob store. */
  blob: string
  kind: MediaKind
  /** The file in clear; it is not needed any more when the preparation is over. */
  path: string
  bytes: number
  /** Its digest, hexadecimal, when it is known already. */
  sha256?: string | undefined
}

/** A file that only has to be uploaded; whoever takes it disposes of the spool. */
interface ReadyFile {
  mediaKey: Uint8Array
  mediaClass: MediaClass
  digests: FileDigests
  spool: MediaSpool
}

interface Preparation {
  mediaClass: MediaClass
  /** Undefined when it failed. */
  ready: Promise<ReadyFile | undefined>
  /** Ends the wait for whoever takes it. */
  timer?: { cancel(): void }
}

const expireMs = 60_000
const mostFiles = 8
const mostBytes = 16 * 1024 * 1024

/** Encrypts files while they are still being stored; each is for one upload, so that no two share a key. */
export class PreparedUploads {
  readonly #clock: Clock
  readonly #coming = new Map<string, Preparation>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Never fails: what is not prepared here is encrypted when it is sent. */
  async prepare(file: ComingFile): Promise<void> {
    const { blob, bytes, kind } = file
    if (bytes < largeFileBytes || bytes > mostBytes || this.#coming.size >= mostFiles) return
    const mediaClass = mediaClassOf(kind)
    const preparation: Preparation = { mediaClass, ready: encryptComing(file, mediaClass) }
    this.#coming.set(blob, preparation)
    await preparation.ready
    if (this.#coming.get(blob) !== preparation) return
    // Held back or refused meanwhile: nothing is kept for what may leave much later, or never.
    preparation.timer = this.#clock.schedule(expireMs, () => {
      void this.take(blob, mediaClass)?.then((ready) => ready?.spool.dispose())
    })
  }

  /** Whether the file was announced and nobody has taken it. */
  has(blob: string): boolean {
    return this.#coming.has(blob)
  }

  /** The file as it is prepared for this class, once; resolves when that is over, to undefined when it failed. */
  take(blob: string, mediaClass: MediaClass): Promise<ReadyFile | undefined> | undefined {
    const found = this.#coming.get(blob)
    if (found === undefined || found.mediaClass !== mediaClass) return undefined
    this.#coming.delete(blob)
    found.timer?.cancel()
    return found.ready
  }
}

async function encryptComing(file: ComingFile, mediaClass: MediaClass): Promise<ReadyFile | undefined> {
  const spool = new MediaSpool()
  const seal = { mediaKey: randomBytes(32), mediaClass }
  try {
    const digests = await encryptInThread(spool, { path: file.path, sha256: file.sha256 }, seal)
    return { ...seal, digests, spool }
  } catch {
    // A full disk, most likely; the send itself tries again and reports it.
    await spool.dispose()
    return undefined
  }
}

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

const maxInMemory = 1024 * 1024
const blockBytes = 512 * 1024
const chunkBytes = 512 * 1024

/**
 * What is to be uploaded, kept until its digest is known: in memory while it is small, else in a file that has no name
 * any more, so that nothing of it is left when the process dies.
 */
export class MediaSpool {
  #chunks: Buffer[] = []
  #bytes = 0
  #waiting = 0
  #writing: Promise<void> = Promise.resolve()
  #file: FileHandle | undefined

  /** Bytes kept so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a piece; waits while the disk is behind. */
  async write(piece: Buffer): Promise<void> {
    if (piece.length === 0) return
    this.#bytes += piece.length
    this.#chunks.push(piece)
    if (this.#file === undefined && this.#bytes <= maxInMemory) return
    this.#file ??= await openNameless()
    this.#waiting += piece.length
    if (this.#waiting >= blockBytes) await this.#startWrite(this.#file)
  }

  /** Instead of `write` and `finish`: somebody else writes everything to the file. */
  async fill<T extends { uploadLength: number }>(write: (fd: number) => Promise<T>): Promise<T> {
    this.#file = await openNameless()
    const written = await write(this.#file.fd)
    this.#bytes = written.uploadLength
    return written
  }

  /** Everything has been given; what follows is reading. */
  async finish(): Promise<void> {
    if (this.#file === undefined) return
    await this.#startWrite(this.#file)
    await this.#writing
  }

  /** One write is under way while the next block collects. */
  async #startWrite(file: FileHandle): Promise<void> {
    await this.#writing
    const chunks = this.#chunks
    this.#chunks = []
    this.#waiting = 0
    if (chunks.length === 0) return
    this.#writing = writeAll(file, chunks)
    // Whoever waits for it gets the failure.
    this.#writing.catch(() => {})
  }

  /** Everything from the start, as often as it is needed; each reading ends before the next begins. */
  read(): Buffer | Readable {
    if (this.#file === undefined) return Buffer.concat(this.#chunks)
    // A stream of `node:fs` would close the file when it is done.
    return Readable.from(readAll(this.#file, this.#bytes), { objectMode: false, highWaterMark: chunkBytes })
  }

  /** Frees what was kept. */
  async dispose(): Promise<void> {
    this.#chunks = []
    await this.#writing.catch(() => {})
    await this.#file?.close()
    this.#file = undefined
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `moltflow-${randomBytes(12).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

/** A disk that is full takes less than it is given. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten < bytes) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten))
}

async function* readAll(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < bytes; ) {
    const length = Math.min(chunkBytes, bytes - position)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position)
    if (bytesRead === 0) throw new Error('the spooled file is shorter than it was')
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

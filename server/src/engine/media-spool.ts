import { randomBytes } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

const maxInMemory = 1024 * 1024
const chunkBytes = 256 * 1024

/**
 * What is to be uploaded, kept until its digest is known: in memory while it is small, else in a file that has no name
 * any more, so that nothing of it is left when the process dies.
 */
export class MediaSpool {
  #chunks: Buffer[] = []
  #bytes = 0
  #file: FileHandle | undefined

  /** Bytes kept so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a piece. */
  async write(piece: Buffer): Promise<void> {
    if (piece.length === 0) return
    this.#bytes += piece.length
    if (this.#file === undefined && this.#bytes <= maxInMemory) {
      this.#chunks.push(piece)
      return
    }
    this.#file ??= await openNameless()
    for (const waiting of this.#chunks.splice(0)) await this.#file.appendFile(waiting)
    await this.#file.appendFile(piece)
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

async function* readAll(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < bytes; ) {
    const length = Math.min(chunkBytes, bytes - position)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position)
    if (bytesRead === 0) throw new Error('the spooled file is shorter than it was')
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

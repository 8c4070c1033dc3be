import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { postBytes } from './port-bytes.ts'

/** A socket for the PostgreSQL driver whose other end is a broker in a worker thread. */
export class PortStream extends Duplex {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('message', (data: Uint8Array) => {
      this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    })
    port.on('close', () => {
      this.push(null)
      this.destroy()
    })
    // The worker keeps the process alive, so that an idle connection does not have to.
    port.unref()
  }

  /** The driver calls this as on a socket; the port is connected from the start. */
  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    // Bytes are pushed as they arrive.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    postBytes(this.#port, chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    postBytes(this.#port, ...chunks.map((part) => part.chunk))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    done(error)
  }
}

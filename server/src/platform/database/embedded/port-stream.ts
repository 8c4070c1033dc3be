import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { postBytes } from './port-bytes.ts'

/** Gives a port to a broker, at once or when there is one again; rejects when nobody knows when that will be. */
export type OpenPort = () => MessagePort | Promise<MessagePort>

/** A socket for the PostgreSQL driver whose other end is a broker in a worker thread. */
export class PortStream extends Duplex {
  readonly #openPort: OpenPort
  #port: MessagePort | undefined
  #unposted: Buffer[] = []

  constructor(openPort: OpenPort) {
    super()
    this.#openPort = openPort
  }

  /** The driver calls this as on a socket. */
  connect(): this {
    const opened = this.#openPort()
    if (opened instanceof Promise) {
      opened.then(
        (port) => this.#attach(port),
        (error: Error) => this.destroy(error),
      )
    } else this.#attach(opened)
    return this
  }

  #attach(port: MessagePort): void {
    if (this.destroyed) {
      port.close()
      return
    }
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
    queueMicrotask(() => this.emit('connect'))
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
    this.#post(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.#post(chunk)
    done()
  }

  /** What is written until the promises at hand are done goes in one message: each wakes up the other thread. */
  #post(chunk: Buffer): void {
    if (this.#unposted.push(chunk) === 1) process.nextTick(() => this.#postAll())
  }

  #postAll(): void {
    const chunks = this.#unposted
    this.#unposted = []
    if (this.#port !== undefined && chunks.length > 0) postBytes(this.#port, ...chunks)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#postAll()
    this.#port?.close()
    done(error)
  }
}

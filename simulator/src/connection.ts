import { setTimeout as wait } from 'node:timers/promises'
import { type BinaryNode, decodeBinaryNode, encodeBinaryNode, type proto } from 'baileys'
import type { WebSocket } from 'ws'
import type { Account, Companion } from './accounts.ts'
import type { ServerCertificate } from './encryption/certificates.ts'
import { NoiseResponder } from './encryption/noise.ts'

/** Events of a connection. */
export type ConnectionEvents = {
  login(connection: Connection, payload: proto.ClientPayload): void
  receive(connection: Connection, node: BinaryNode): Promise<void> | void
  close(connection: Connection): void
  problem(what: string, cause: unknown): void
}

/** A pairing code that was asked for on this connection. */
export type LinkRequest = {
  phone: string
  ref: string
  wrappedKey: Buffer
  finish?: (clientIdentity: Buffer, keyBundle: Buffer) => void
}

/** How long the client has to hang up itself after its last stanza, so that it reads that first. */
const closeDelayMs = 500

/** How long a client may take to answer the ping that follows its handshake. */
const pongTimeoutMs = 1000

/** What a client needs after that to derive its keys, with some to spare. */
const keyDerivationMs = 20

/** How often the same is done here before the client is taken to have done it. */
const derivations = 3

/** What the client does with the secret of its handshake, in the threads where it does it. */
async function deriveKeys(): Promise<void> {
  const { subtle } = globalThis.crypto
  const secret = await subtle.importKey('raw', new Uint8Array(32), 'HKDF', false, ['deriveBits'])
  const empty = new Uint8Array()
  await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: empty, info: empty }, secret, 512)
}

/** One socket: handshake, framing, order of stanzas, and the faults that live on the wire. */
export class Connection {
  readonly #socket: WebSocket
  readonly #noise: NoiseResponder
  readonly #events: ConnectionEvents
  #stage: 'hello' | 'finish' | 'open' = 'hello'
  #work: Promise<void> = Promise.resolve()
  #lastSendAt = 0
  /** Faults on the wire: nothing passes, or every frame is late. */
  isDeaf = false
  slowMs = 0
  /** Messages and receipts are late by chance, up to this, and overtake each other. */
  shuffleMs = 0
  /** The client said that it is ready: stanzas flow. */
  isActive = false
  account: Account | undefined
  companion: Companion | undefined
  /** Keys of a client that is not linked yet, and the references in its QR codes. */
  registration: proto.ClientPayload.IDevicePairingRegistrationData | undefined
  references: string[] = []
  link: LinkRequest | undefined

  constructor(socket: WebSocket, certificate: ServerCertificate, events: ConnectionEvents) {
    this.#socket = socket
    this.#noise = new NoiseResponder(certificate)
    this.#events = events
    socket.on('message', (data: Buffer) => this.#read(data))
    socket.on('close', () => events.close(this))
    // A reset by the client is followed by `close`, which is all that matters here.
    socket.on('error', () => undefined)
  }

  /** The client's static noise key, which identifies a linked device at login. */
  get clientKey(): Buffer {
    return this.#noise.clientKey
  }

  get isOpen(): boolean {
    return this.#stage === 'open' && this.#socket.readyState === this.#socket.OPEN
  }

  /** Sends one stanza, unless a fault swallows it. */
  send(node: BinaryNode): void {
    if (this.isDeaf || !this.isOpen) return
    if (this.shuffleMs && (node.tag === 'message' || node.tag === 'receipt')) {
      this.#sendLater(node, Math.random() * this.shuffleMs)
      return
    }
    if (!this.slowMs) {
      this.#socket.send(this.#noise.frame(encodeBinaryNode(node)))
      return
    }
    // The frame is encrypted when it leaves: nonces are counted in the order of the wire.
    const now = Date.now()
    this.#lastSendAt = Math.max(now + this.slowMs, this.#lastSendAt)
    this.#sendLater(node, this.#lastSendAt - now)
  }

  #sendLater(node: BinaryNode, delayMs: number): void {
    const timer = setTimeout(() => {
      if (this.isOpen && !this.isDeaf) this.#socket.send(this.#noise.frame(encodeBinaryNode(node)))
    }, delayMs)
    timer.unref()
  }

  /** Runs work after what this connection asked for before. */
  inOrder(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((cause) => this.#events.problem('handling a stanza', cause))
  }

  /** Sends a last stanza and hangs up once the client had the time to read it. */
  closeWith(node: BinaryNode): void {
    this.send(node)
    const timer = setTimeout(() => this.#socket.close(), closeDelayMs + this.slowMs)
    timer.unref()
  }

  /** Cuts the connection without a word. */
  terminate(): void {
    this.#socket.terminate()
  }

  #read(data: Buffer): void {
    try {
      for (const frame of this.#noise.push(data)) this.#handle(frame)
    } catch (cause) {
      this.#events.problem('reading a frame', cause)
      this.terminate()
    }
  }

  /**
   * Lets the client in once it can read. Baileys up to 7.0.0-rc.9 sends the end of its handshake first and derives
   * the keys then, asynchronously: what arrives in between it takes for plain bytes, and from then on its counter is
   * one behind. WhatsApp is too far away for that to show; on one machine an answer is there in no time.
   */
  async #logIn(payload: proto.ClientPayload): Promise<void> {
    await this.#hasReadEverything()
    await wait(keyDerivationMs)
    // On a busy machine the client's threads wait for their turn as these do.
    for (let turn = 0; turn < derivations; turn++) {
      await deriveKeys()
      await this.#hasReadEverything()
    }
    if (!this.isOpen) return
    try {
      this.#events.login(this, payload)
    } catch (cause) {
      this.#events.problem('letting a client in', cause)
      this.terminate()
    }
  }

  /** A pong says that the client's event loop went around; a client without pongs is waited for, too. */
  #hasReadEverything(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, pongTimeoutMs)
      timer.unref()
      const finish = () => {
        clearTimeout(timer)
        done()
      }
      this.#socket.once('pong', finish).once('close', finish).ping()
    })
  }

  #handle(frame: Buffer): void {
    if (this.#stage === 'hello') {
      this.#socket.send(this.#noise.frame(this.#noise.answerHello(frame)))
      this.#stage = 'finish'
      return
    }
    if (this.#stage === 'finish') {
      const payload = this.#noise.finish(frame)
      this.#stage = 'open'
      void this.#logIn(payload)
      return
    }
    if (this.isDeaf) return
    // Decoding is asynchronous: the chain keeps the order in which the frames came.
    this.inOrder(async () => {
      await this.#events.receive(this, await decodeBinaryNode(frame))
    })
  }
}

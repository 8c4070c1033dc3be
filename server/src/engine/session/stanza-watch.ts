import type { BinaryNode } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { InFlight } from '../keys/in-flight.ts'
import { rewriteChannelChange } from '../library/channel-changes.ts'

/** How long a message may stay without its upsert before its receipt is released. */
const orphanMs = 1000
/** How long the library gets to store what a message of the own phone carries (keys, history). */
const ownDeviceWorkMs = 50

/** Follows message stanzas from their arrival to their storage: as long as they are in flight. */
export class StanzaWatch {
  readonly #inFlight: InFlight
  readonly #clock: Clock
  readonly #log: Logger
  readonly #ids = new WeakMap<Uint8Array, string>()
  #timer: { cancel(): void } | undefined

  constructor(inFlight: InFlight, clock: Clock, log: Logger) {
    this.#inFlight = inFlight
    this.#clock = clock
    this.#log = log
  }

  /**
   * Remembers which message a ciphertext belongs to. What comes without encryption, or without content, is taken in from
   * here on: nothing is decrypted, and its ack may follow at once.
   */
  register(node: BinaryNode): void {
    rewriteChannelChange(node)
    const id = node.attrs.id
    if (id === undefined || !Array.isArray(node.content)) return
    for (const { tag, content } of node.content) {
      if (tag === 'enc' && content instanceof Uint8Array) this.#ids.set(content, id)
      if (tag !== 'unavailable' && !(tag === 'plaintext' && content instanceof Uint8Array)) continue
      this.#open(id)
      this.#inFlight.markDecrypted(id, this.#clock.monotonicMs())
    }
  }

  /** A ciphertext is about to be decrypted. */
  begin(ciphertext: Uint8Array): void {
    const id = this.#ids.get(ciphertext)
    if (id !== undefined) this.#open(id)
  }

  /** A ciphertext was decrypted. */
  finish(ciphertext: Uint8Array): void {
    const id = this.#ids.get(ciphertext)
    if (id !== undefined) this.#inFlight.markDecrypted(id, this.#clock.monotonicMs())
  }

  /** A ciphertext cannot be decrypted. */
  fail(ciphertext: Uint8Array): void {
    const id = this.#ids.get(ciphertext)
    if (id !== undefined) this.#inFlight.close([id])
  }

  /** Whether a message has arrived and is not stored yet. */
  has(id: string): boolean {
    return this.#inFlight.has(id)
  }

  /** Messages are nothing to store; those of the own phone are closed after the library's own work on them. */
  dismiss(ids: readonly string[], isOwnDevice: boolean): void {
    if (isOwnDevice) this.#clock.schedule(ownDeviceWorkMs, () => this.#inFlight.close(ids))
    else this.#inFlight.close(ids)
  }

  /** The connection is gone. */
  stop(): void {
    this.#timer?.cancel()
  }

  #open(id: string): void {
    this.#inFlight.open(id, this.#clock.monotonicMs())
    this.#timer ??= this.#clock.schedule(orphanMs, () => this.#dropOrphans())
  }

  /** A message that the library neither passed on nor refused must not block everything else for ever. */
  #dropOrphans(): void {
    this.#timer = undefined
    const orphans = this.#inFlight.orphans(this.#clock.monotonicMs(), orphanMs)
    if (orphans.length > 0) {
      this.#log.debug({ count: orphans.length }, 'messages without content were let go')
    }
    this.#inFlight.close(orphans)
    if (this.#inFlight.size > 0) this.#timer = this.#clock.schedule(orphanMs, () => this.#dropOrphans())
  }
}

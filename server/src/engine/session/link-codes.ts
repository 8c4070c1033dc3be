import type { Clock } from '../../platform/clock.ts'
import type { LinkCode } from '../engine.ts'
import { qrLifetimesMs } from './baileys.ts'

/** The codes that one connection offers for scanning, one after the other. */
export class LinkCodes {
  readonly #clock: Clock
  #attempts = 0
  #attempt = 0
  #code: LinkCode | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether any code was offered. */
  get wasShown(): boolean {
    return this.#attempt > 0
  }

  /** Which code it is and how many there will be. */
  get progress(): { qrAttempt: number; qrAttempts: number } {
    return { qrAttempt: this.#attempt, qrAttempts: this.#attempts }
  }

  /** The code to scan, while it is good. */
  get current(): LinkCode | undefined {
    return this.#code !== undefined && this.#code.expiresAt > this.#clock.now() ? this.#code : undefined
  }

  /** WhatsApp said how many codes it will accept. */
  announce(attempts: number): void {
    this.#attempts = attempts
  }

  /** The next code. */
  show(code: string): void {
    const lifetimeMs = this.wasShown ? qrLifetimesMs.next : qrLifetimesMs.first
    this.#attempt += 1
    this.#attempts = Math.max(this.#attempts, this.#attempt)
    const expiresAt = new Date(this.#clock.nowMs() + lifetimeMs)
    this.#code = { code, expiresAt, attempt: this.#attempt, attempts: this.#attempts }
  }

  /** The code is used or its connection gone. */
  clear(): void {
    this.#code = undefined
  }

  /** A new connection offers new ones. */
  reset(): void {
    this.#code = undefined
    this.#attempt = 0
    this.#attempts = 0
  }
}

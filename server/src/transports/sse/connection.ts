import type { ServerResponse } from 'node:http'
import type { Clock } from '../../platform/clock.ts'

/** Milliseconds after which a reader that takes nothing is dropped. */
const stuckAfterMs = 60_000

/**
 * Writes to one reader and never keeps more than one frame beyond what the socket takes: `write` waits until the
 * reader has caught up, so whatever is too much piles up (bounded) in the subscription and is reported as lost.
 */
export class StreamConnection {
  readonly #response: ServerResponse
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #onEnd: () => void
  #isBlocked = false
  #isEnded = false
  #wake: (() => void) | undefined

  constructor(response: ServerResponse, clock: Pick<Clock, 'schedule'>, onEnd: () => void) {
    this.#response = response
    this.#clock = clock
    this.#onEnd = onEnd
    response.on('drain', () => this.#unblock())
    response.on('close', () => this.end())
    response.on('error', () => this.end())
  }

  /** Whether nothing can be written any more. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Writes a frame and resolves when there is room for the next; resolves at once when the stream has ended. */
  async write(frame: string): Promise<void> {
    if (this.#isEnded || this.#response.write(frame)) return
    this.#isBlocked = true
    const timer = this.#clock.schedule(stuckAfterMs, () => this.#drop())
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    timer.cancel()
  }

  /**
   * Writes only when the reader keeps up, and says whether it did: a heartbeat to a stuck reader would be one more thing
   * to keep.
   */
  writeIfIdle(frame: string): boolean {
    if (this.#isEnded || this.#isBlocked) return false
    this.#response.write(frame)
    return true
  }

  /** Ends the stream; a second time does nothing. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#unblock()
    this.#response.end()
    this.#onEnd()
  }

  #drop(): void {
    this.#response.destroy()
    this.end()
  }

  #unblock(): void {
    this.#isBlocked = false
    this.#wake?.()
    this.#wake = undefined
  }
}

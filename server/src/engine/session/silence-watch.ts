import type { Clock } from '../../platform/clock.ts'

/** What is watched: a connection and what it received. */
interface Watched {
  /** When the last stanza arrived, on the monotonic clock. */
  readonly lastInboundMs: number
  readonly inboundCount: number
  probe(timeoutMs: number): Promise<boolean>
}

/** A socket can be open and receive nothing: silence is probed, and no answer is reported once. */
export class SilenceWatch {
  readonly #clock: Clock
  readonly #limits: { afterMs: number; timeoutMs: number }
  #timer: { cancel(): void } | undefined
  #watched: Watched | undefined

  constructor(clock: Clock, limits: { afterMs: number; timeoutMs: number }) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Watches a connection until it is stopped or found silent. */
  start(watched: Watched, onSilence: (silence: { quietMs: number; stanzas: number }) => void): void {
    this.stop()
    this.#watched = watched
    this.#schedule(watched, onSilence)
  }

  /** The connection is gone. */
  stop(): void {
    this.#timer?.cancel()
    this.#watched = undefined
  }

  #schedule(watched: Watched, onSilence: Parameters<SilenceWatch['start']>[1]): void {
    const quietMs = this.#clock.monotonicMs() - watched.lastInboundMs
    const dueMs = Math.max(10, this.#limits.afterMs - quietMs)
    this.#timer = this.#clock.schedule(dueMs, () => void this.#probe(watched, onSilence))
  }

  async #probe(watched: Watched, onSilence: Parameters<SilenceWatch['start']>[1]): Promise<void> {
    if (watched !== this.#watched) return
    const quietMs = this.#clock.monotonicMs() - watched.lastInboundMs
    const isAlive = quietMs < this.#limits.afterMs || (await watched.probe(this.#limits.timeoutMs))
    if (watched !== this.#watched) return
    if (isAlive) this.#schedule(watched, onSilence)
    else onSilence({ quietMs, stanzas: watched.inboundCount })
  }
}

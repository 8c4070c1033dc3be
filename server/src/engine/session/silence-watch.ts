import type { Clock } from '../../platform/clock.ts'

/** What is watched: a connection and what it heard. */
interface Watched {
  /** When the last stanza arrived, on the monotonic clock. */
  readonly lastInboundMs: number
  readonly inboundCount: number
  probe(timeoutMs: number): Promise<boolean>
}

/** A socket can be open and deaf: silence is probed, and no answer is told once. */
export class DeafWatch {
  readonly #clock: Clock
  readonly #limits: { afterMs: number; timeoutMs: number }
  #timer: { cancel(): void } | undefined
  #watched: Watched | undefined

  constructor(clock: Clock, limits: { afterMs: number; timeoutMs: number }) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Watches a connection until it is stopped or found deaf. */
  start(watched: Watched, onDeaf: (heard: { quietMs: number; stanzas: number }) => void): void {
    this.stop()
    this.#watched = watched
    this.#schedule(watched, onDeaf)
  }

  /** The connection is gone. */
  stop(): void {
    this.#timer?.cancel()
    this.#watched = undefined
  }

  #schedule(watched: Watched, onDeaf: Parameters<DeafWatch['start']>[1]): void {
    const quietMs = this.#clock.monotonicMs() - watched.lastInboundMs
    const dueMs = Math.max(10, this.#limits.afterMs - quietMs)
    this.#timer = this.#clock.schedule(dueMs, () => void this.#probe(watched, onDeaf))
  }

  async #probe(watched: Watched, onDeaf: Parameters<DeafWatch['start']>[1]): Promise<void> {
    if (watched !== this.#watched) return
    const quietMs = this.#clock.monotonicMs() - watched.lastInboundMs
    const isAlive = quietMs < this.#limits.afterMs || (await watched.probe(this.#limits.timeoutMs))
    if (watched !== this.#watched) return
    if (isAlive) this.#schedule(watched, onDeaf)
    else onDeaf({ quietMs, stanzas: watched.inboundCount })
  }
}

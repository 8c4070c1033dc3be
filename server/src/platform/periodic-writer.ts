import type { Logger } from 'pino'
import type { Clock } from './clock.ts'

/** How what was noted is written. */
export interface PeriodicWriterOptions<T> {
  clock: Pick<Clock, 'schedule'>
  log: Pick<Logger, 'warn'>
  /** What is written, as the log calls it. */
  subject: string
  /** How long something waits at most; default 5 seconds. */
  everyMs?: number
  /** One entry for what was noted under one key: `earlier` was noted before `later`. */
  merge(earlier: T, later: T): T
  /**
   * Writes entries of distinct keys, in the order of the keys, so that two processes never wait for each other in a
   * ring. What can never be written, as of a tenant that is gone, is left out by it rather than thrown.
   */
  write(entries: readonly T[]): Promise<void>
}

/**
 * Notes in memory and writes every few seconds, so that what happens often costs no query of its own. What could not be
 * written comes back and is tried with the next ones; a crash loses the last seconds.
 */
export class PeriodicWriter<T> {
  readonly #options: PeriodicWriterOptions<T>
  #noted = new Map<string, T>()
  #timer: { cancel(): void } | undefined
  #writing: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: PeriodicWriterOptions<T>) {
    this.#options = options
  }

  /** Notes something, to be written within a few seconds. */
  note(key: string, entry: T): void {
    const known = this.#noted.get(key)
    this.#noted.set(key, known === undefined ? entry : this.#options.merge(known, entry))
    this.#plan()
  }

  /** What waits under a key; not what is being written. */
  waiting(key: string): T | undefined {
    return this.#noted.get(key)
  }

  /** Writes what waits; resolves when everything noted until now was tried, and never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const noted = this.#noted
    this.#noted = new Map()
    if (noted.size > 0) this.#writing = this.#writing.then(() => this.#write(noted))
    return this.#writing
  }

  /** Writes what waits and plans no more: what cannot be written now is lost. */
  async close(): Promise<void> {
    this.#isClosed = true
    // It may give back what it could not write.
    await this.#writing
    await this.flush()
  }

  #plan(): void {
    if (this.#isClosed) return
    const { clock, everyMs = 5_000 } = this.#options
    this.#timer ??= clock.schedule(everyMs, () => {
      this.#timer = undefined
      void this.flush()
    })
  }

  async #write(noted: ReadonlyMap<string, T>): Promise<void> {
    const { subject, log, merge, write } = this.#options
    const entries = [...noted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
    try {
      await write(entries)
    } catch (err) {
      log.warn({ err, entries: entries.length }, `${subject} could not be written yet`)
      for (const [key, earlier] of noted) {
        const later = this.#noted.get(key)
        this.#noted.set(key, later === undefined ? earlier : merge(earlier, later))
      }
      this.#plan()
    }
  }
}

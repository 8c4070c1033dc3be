import { setTimeout as wait } from 'node:timers/promises'

/** Time as a parameter, so that retry, pacing and expiry are ordinary tests. */
export interface Clock {
  /** The current moment. */
  now(): Date
  /** The current moment in milliseconds since the epoch. */
  nowMs(): number
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `run` once after `ms`; the timer never keeps the process alive. */
  schedule(ms: number, run: () => void): { cancel(): void }
}

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    now: () => new Date(),
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    async sleep(ms, signal) {
      await wait(ms, undefined, signal === undefined ? {} : { signal })
    },
    schedule(ms, run) {
      const timer = setTimeout(run, ms)
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
  }
}

/** A clock that a test moves by hand; sleepers wake when it passes their moment. */
export class TestClock implements Clock {
  #nowMs: number
  #sleepers: { atMs: number; wake: () => void }[] = []

  constructor(startMs = Date.parse('2026-02-11T10:00:00Z')) {
    this.#nowMs = startMs
  }

  now(): Date {
    return new Date(this.#nowMs)
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = this.schedule(ms, resolve)
      signal?.addEventListener('abort', () => {
        timer.cancel()
        reject(signal.reason)
      })
    })
  }

  schedule(ms: number, run: () => void): { cancel(): void } {
    const sleeper = { atMs: this.#nowMs + ms, wake: run }
    this.#sleepers.push(sleeper)
    return {
      cancel: () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
      },
    }
  }

  /** Moves time forward at once, as a machine that slept: whoever is due wakes late, and a schedule only once. */
  jump(ms: number): void {
    this.#nowMs += ms
    this.advance(0)
  }

  /** Moves time forward and wakes whoever is due, in order, each at its moment. */
  advance(ms: number): void {
    const target = this.#nowMs + ms
    for (;;) {
      const next = this.#sleepers.filter((s) => s.atMs <= target).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      this.#sleepers = this.#sleepers.filter((s) => s !== next)
      next.wake()
    }
    this.#nowMs = target
  }
}

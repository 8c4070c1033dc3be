/**
 * Lets at most so many run at the same time, and at most so many of one key. Whose key has the fewest running is next,
 * among those the one that waits since its last turn; within a key they come in order.
 */
export class FairTurns {
  readonly #max: number
  readonly #maxPerKey: number
  /** Those that wait, by key; a key that had a turn goes to the end. */
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #running = new Map<string, number>()
  #total = 0

  constructor(limits: { max: number; maxPerKey: number }) {
    this.#max = limits.max
    this.#maxPerKey = limits.maxPerKey
  }

  /** Runs the work when it is its turn. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      const queue = this.#waiting.get(key)
      if (queue === undefined) this.#waiting.set(key, [resolve])
      else queue.push(resolve)
      this.#next()
    })
    try {
      return await work()
    } finally {
      this.#total -= 1
      const left = this.#of(key) - 1
      if (left === 0) this.#running.delete(key)
      else this.#running.set(key, left)
      this.#next()
    }
  }

  #of(key: string): number {
    return this.#running.get(key) ?? 0
  }

  #next(): void {
    if (this.#total >= this.#max) return
    let chosen: string | undefined
    for (const key of this.#waiting.keys()) {
      const isFewer = chosen === undefined || this.#of(key) < this.#of(chosen)
      if (this.#of(key) < this.#maxPerKey && isFewer) chosen = key
    }
    if (chosen === undefined) return
    const queue = this.#waiting.get(chosen) ?? []
    const begin = queue.shift()
    this.#waiting.delete(chosen)
    if (queue.length > 0) this.#waiting.set(chosen, queue)
    this.#total += 1
    this.#running.set(chosen, this.#of(chosen) + 1)
    begin?.()
  }
}

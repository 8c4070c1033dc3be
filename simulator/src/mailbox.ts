type Waiter<T> = { matches: (item: T) => boolean; resolve: (item: T) => void }

/** A bounded list that can be read again and again, and waited on. */
export class Mailbox<T> {
  readonly #limit: number
  readonly #waiters = new Set<Waiter<T>>()
  #items: T[] = []
  #taken = new WeakSet<object>()
  #listener: ((item: T) => void) | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.length
  }

  /** Everything kept, oldest first. */
  all(): readonly T[] {
    return this.#items
  }

  /** Calls back for everything that comes from now on; there is one listener at most. */
  listen(listener: ((item: T) => void) | undefined): void {
    this.#listener = listener
  }

  /** Puts back what was kept; nobody who waits gets any of it. */
  restore(items: readonly (T & object)[]): void {
    this.#items = [...items]
    for (const item of items) this.#taken.add(item)
  }

  add(item: T & object): void {
    this.#items.push(item)
    this.#listener?.(item)
    // Cut in halves, so that a full mailbox does not move its whole content at every message.
    if (this.#items.length > this.#limit * 2) this.#items = this.#items.slice(-this.#limit)
    for (const waiter of this.#waiters) {
      if (!waiter.matches(item)) continue
      this.#waiters.delete(waiter)
      this.#taken.add(item)
      waiter.resolve(item)
      return
    }
  }

  /**
   * The first item that matches and that no earlier call took, now or as soon as it comes. Rejects after
   * `timeoutMs` with `what` in the message.
   */
  next(matches: (item: T) => boolean, timeoutMs: number, what: string): Promise<T> {
    for (const item of this.#items) {
      if (this.#taken.has(item as object) || !matches(item)) continue
      this.#taken.add(item as object)
      return Promise.resolve(item)
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(new Error(`no ${what} within ${timeoutMs} ms`))
      }, timeoutMs)
      const waiter: Waiter<T> = {
        matches,
        resolve: (item) => {
          clearTimeout(timer)
          resolve(item)
        },
      }
      this.#waiters.add(waiter)
    })
  }
}

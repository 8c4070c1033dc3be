/** One message that was received and is not stored yet. */
interface InFlightItem {
  sequence: number
  /** When it was opened or its message decrypted. */
  lastSignMs: number
  isDecrypted: boolean
  /** Its message was passed on and is on its way to the store. */
  isClaimed: boolean
}

/**
 * Messages between their decryption and their storage, numbered in order. Whatever must not happen before they
 * are stored (committing the ratchet step, sending the receipt) waits until `closedUpTo` has passed its number.
 */
export class InFlight {
  readonly #open = new Map<string, InFlightItem>()
  readonly #onAdvance: () => void
  #emptied: (() => void)[] = []
  #last = 0
  #lastDecrypted = 0
  #first = 1

  constructor(onAdvance: () => void) {
    this.#onAdvance = onAdvance
  }

  /** Sequence number of the newest item, 0 when there never was one. */
  get last(): number {
    return this.#last
  }

  /** Sequence number of the newest item whose receipt may already be on its way, 0 when there is none. */
  get lastDecrypted(): number {
    return this.#lastDecrypted
  }

  /** Every item up to this sequence number is closed. */
  get closedUpTo(): number {
    return this.#first - 1
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  /** Whether there is an open one under this id. */
  has(id: string): boolean {
    return this.#open.has(id)
  }

  /** Opens an item for a stanza; a second one under the same id is the same. */
  open(id: string, nowMs: number): void {
    if (this.#open.has(id)) return
    this.#last += 1
    this.#open.set(id, { sequence: this.#last, lastSignMs: nowMs, isDecrypted: false, isClaimed: false })
  }

  /** The message of an item is readable; from here its receipt may be sent. */
  markDecrypted(id: string, nowMs: number): void {
    const item = this.#open.get(id)
    if (item === undefined) return
    item.lastSignMs = nowMs
    item.isDecrypted = true
    this.#lastDecrypted = Math.max(this.#lastDecrypted, item.sequence)
  }

  /** The message of an item was passed on: from now on only its storage closes it. */
  claim(id: string): void {
    const item = this.#open.get(id)
    if (item !== undefined) item.isClaimed = true
  }

  /** Resolves when nothing is in flight. */
  emptied(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }

  /** Closes items; unknown ids are ignored. */
  close(ids: Iterable<string>): void {
    let hasClosed = false
    for (const id of ids) hasClosed = this.#open.delete(id) || hasClosed
    if (!hasClosed) return
    const [oldest] = this.#open.values()
    const first = oldest?.sequence ?? this.#last + 1
    if (oldest === undefined) for (const resolve of this.#emptied.splice(0)) resolve()
    if (first === this.#first) return
    this.#first = first
    this.#onAdvance()
  }

  /** Ids of items whose message was never passed on, `afterMs` after it was decrypted or thrice that after it began. */
  orphans(nowMs: number, afterMs: number): string[] {
    return [...this.#open]
      .filter(([, { isClaimed, isDecrypted, lastSignMs }]) => {
        return !isClaimed && nowMs - lastSignMs > (isDecrypted ? afterMs : 3 * afterMs)
      })
      .map(([id]) => id)
  }
}

import type { PublishedEvent } from './events.ts'

interface RingEntry {
  event: PublishedEvent
  bytes: number
}

/** The last events, bounded by number and by size, for subscribers that come back. */
export class EventRing {
  readonly #maxCount: number
  readonly #maxBytes: number
  #entries: (RingEntry | undefined)[] = []
  #head = 0
  #bytes = 0

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount
    this.#maxBytes = maxBytes
  }

  push(event: PublishedEvent, bytes: number): void {
    this.#entries.push({ event, bytes })
    this.#bytes += bytes
    while (this.#entries.length - this.#head > this.#maxCount || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#entries[this.#head]?.bytes ?? 0
      // What is dropped is released now, whenever its slot goes.
      this.#entries[this.#head] = undefined
      this.#head += 1
    }
    // Dropping one by one from the front of an array is slow, so it happens now and then for many.
    if (this.#head > this.#maxCount) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }

  /** What came after the event with this id, oldest first; undefined when it is not (or no longer) here. */
  after(id: string): PublishedEvent[] | undefined {
    const index = this.#entries.findLastIndex((entry) => entry?.event.id === id)
    if (index < this.#head) return undefined
    return this.#entries.slice(index + 1).flatMap((entry) => entry?.event ?? [])
  }
}

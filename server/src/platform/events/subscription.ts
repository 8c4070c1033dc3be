import type { Events, Lost, PublishedEvent, Subscription } from './events.ts'

type Item = PublishedEvent | Lost
type SubscribeOptions = Parameters<Events['subscribe']>[0]

/** A queue of events for one reader; when it is full the newest are counted instead of kept. */
export class BoundedSubscription implements Subscription {
  readonly #names: ReadonlySet<string>
  readonly #matches: SubscribeOptions['matches']
  readonly #capacity: number
  readonly #onClose: () => void
  #items: PublishedEvent[] = []
  /** Lost before the first waiting item, and after the last one. */
  #lostBefore = 0
  #lostAfter = 0
  #isOverrun = false
  #wake: (() => void) | undefined
  #isClosed = false

  constructor(options: SubscribeOptions, defaultCapacity: number, onClose: () => void) {
    this.#names = new Set(options.names)
    this.#matches = options.matches
    this.#capacity = options.capacity ?? defaultCapacity
    this.#onClose = onClose
  }

  /** Takes an event that this subscriber wants, if there is room. */
  offer(event: PublishedEvent): void {
    if (this.#isClosed || !this.#names.has(event.name) || this.#matches?.(event) === false) return
    const isFull = this.#items.length >= this.#capacity
    if (isFull) this.#isOverrun = true
    if (isFull || this.#lostAfter > 0) this.#lostAfter += 1
    else this.#items.push(event)
    this.#wake?.()
  }

  /** Notifies the reader that events may be missing here. */
  notifyLost(count: number): void {
    if (this.#items.length === 0) this.#lostBefore += count
    else this.#lostAfter += count
    this.#wake?.()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#items = []
    this.#onClose()
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    try {
      while (!this.#isClosed) {
        const item = this.#take()
        if (item !== undefined) yield item
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          this.#wake = undefined
        }
      }
    } finally {
      this.close()
    }
  }

  #take(): Item | undefined {
    if (this.#lostBefore > 0) {
      const lost = this.#lostBefore
      const isOverrun = this.#isOverrun
      this.#lostBefore = 0
      this.#isOverrun = false
      return { lost, isOverrun }
    }
    const event = this.#items.shift()
    if (this.#items.length === 0) {
      this.#lostBefore = this.#lostAfter
      this.#lostAfter = 0
    }
    if (event !== undefined || this.#lostBefore === 0) return event
    return this.#take()
  }
}

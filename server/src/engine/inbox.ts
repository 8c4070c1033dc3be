import type { AddressMapping, EngineListener, GroupUpdate, InboundMessage, StatusUpdate } from './events.ts'
import type { Tickets } from './tickets.ts'

/** Facts that arrived together, ready for the listener. */
export interface Arrival {
  messages?: readonly InboundMessage[]
  statuses?: readonly StatusUpdate[]
  mappings?: readonly AddressMapping[]
  groups?: readonly GroupUpdate[]
  /** Tickets that end once this is stored. */
  tickets?: readonly string[]
}

interface InboxOptions {
  listener: Pick<EngineListener, 'onMessages' | 'onStatuses' | 'onMappings' | 'onGroups'>
  tickets: Tickets
  /** A batch was stored: frames may move. */
  onStored(): void
  /** The listener refused a batch: nothing later is stored either. */
  onFailed(error: unknown): void
}

/**
 * What arrived and is not stored yet, in order. While one batch is being stored the next one collects, so the
 * listener's commit is shared under load and immediate when it is quiet.
 */
export class Inbox {
  readonly #options: InboxOptions
  #queue: (Arrival | (() => Promise<Arrival>))[] = []
  #queued = 0
  #stored = 0
  #isRunning = false
  #hasFailed = false
  #idle: (() => void)[] = []

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** How much was queued so far: a point for `hasStored`. */
  get mark(): number {
    return this.#queued
  }

  /** Whether everything queued before a mark is stored. */
  hasStored(mark: number): boolean {
    return this.#stored >= mark
  }

  /** Queues an arrival, or the work that makes it, keeping the order of the calls. */
  add(arrival: Arrival | (() => Promise<Arrival>)): void {
    if (this.#hasFailed) return
    this.#queued += 1
    this.#queue.push(arrival)
    if (this.#isRunning) return
    this.#isRunning = true
    setImmediate(() => void this.#run())
  }

  /** Resolves when nothing waits any more or storing has failed. */
  idle(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#hasFailed) {
      const batch = this.#queue
      this.#queue = []
      try {
        await this.#store(batch)
      } catch (error) {
        this.#hasFailed = true
        this.#queue = []
        this.#options.onFailed(error)
        break
      }
      this.#stored += batch.length
      this.#options.onStored()
    }
    this.#isRunning = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #store(batch: readonly (Arrival | (() => Promise<Arrival>))[]): Promise<void> {
    const messages: InboundMessage[] = []
    const statuses: StatusUpdate[] = []
    const mappings: AddressMapping[] = []
    const groups: GroupUpdate[] = []
    const tickets: string[] = []
    for (const item of batch) {
      const arrival = typeof item === 'function' ? await item() : item
      if (arrival.messages !== undefined) messages.push(...arrival.messages)
      if (arrival.statuses !== undefined) statuses.push(...arrival.statuses)
      if (arrival.mappings !== undefined) mappings.push(...arrival.mappings)
      if (arrival.groups !== undefined) groups.push(...arrival.groups)
      if (arrival.tickets !== undefined) tickets.push(...arrival.tickets)
    }
    const { listener } = this.#options
    if (mappings.length > 0) await listener.onMappings(mappings)
    if (groups.length > 0) await listener.onGroups(groups)
    if (messages.length > 0) await listener.onMessages(messages)
    if (statuses.length > 0) await listener.onStatuses(statuses)
    this.#options.tickets.close(tickets)
  }
}

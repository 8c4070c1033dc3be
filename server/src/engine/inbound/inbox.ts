import type { Clock } from '../../platform/clock.ts'
import type {
  AddressMapping,
  CallUpdate,
  ChatChange,
  ContactChange,
  EngineListener,
  GroupReceipt,
  GroupUpdate,
  InboundMessage,
  LabelChange,
  MessageChange,
  StatusPost,
  StatusUpdate,
} from '../events.ts'
import type { InFlight } from '../keys/in-flight.ts'

/** Everything the listener stores, by kind. */
interface Facts {
  mappings: readonly AddressMapping[]
  contacts: readonly ContactChange[]
  groups: readonly GroupUpdate[]
  messages: readonly InboundMessage[]
  posts: readonly StatusPost[]
  changes: readonly MessageChange[]
  chats: readonly ChatChange[]
  labels: readonly LabelChange[]
  calls: readonly CallUpdate[]
  statuses: readonly StatusUpdate[]
  receipts: readonly GroupReceipt[]
}

/** Facts that arrived together, ready for the listener. */
export interface Arrival extends Partial<Facts> {
  /** Ids of messages that are no longer in flight once this is stored. */
  inFlight?: readonly string[]
}

type Deliver = { [K in keyof Facts]: (listener: InboxListener, facts: Facts[K]) => Promise<void> }

/** In the order in which they are delivered: people before what they did, messages before what became of them. */
const deliver: Deliver = {
  mappings: (listener, facts) => listener.onMappings(facts),
  contacts: (listener, facts) => listener.onContacts(facts),
  groups: (listener, facts) => listener.onGroups(facts),
  messages: (listener, facts) => listener.onMessages(facts),
  posts: (listener, facts) => listener.onStatusPosts(facts),
  changes: (listener, facts) => listener.onChanges(facts),
  chats: (listener, facts) => listener.onChats(facts),
  labels: (listener, facts) => listener.onLabels(facts),
  calls: (listener, facts) => listener.onCalls(facts),
  statuses: (listener, facts) => listener.onStatuses(facts),
  receipts: (listener, facts) => listener.onGroupReceipts(facts),
}
const kinds = Object.keys(deliver) as (keyof Facts)[]

type InboxListener = Omit<EngineListener, 'onState' | 'onHistory' | 'onPresence' | 'findProto'>

/**
 * A session that gets more than `items` within `withinMs` shares commits that are at least `everyMs` apart and hold
 * at most `atOnce`.
 */
const crowd = { items: 25, withinMs: 250, everyMs: 40, atOnce: 500 }

interface InboxOptions {
  clock: Clock
  listener: InboxListener
  inFlight: InFlight
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
  #batchMs = 0
  #window = { startMs: 0, count: 0 }

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
      await this.#gather()
      const batch = this.#queue.splice(0, crowd.atOnce)
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

  /**
   * Under a flood a commit per handful of messages would take the time of the other sessions: this one waits for
   * company. In quiet times nothing waits.
   */
  async #gather(): Promise<void> {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    const isCrowded = this.#window.count + this.#queue.length > crowd.items
    if (nowMs - this.#window.startMs > crowd.withinMs) this.#window = { startMs: nowMs, count: 0 }
    this.#window.count += this.#queue.length
    const leftMs = this.#batchMs + crowd.everyMs - nowMs
    if (isCrowded && leftMs > 0) await clock.sleep(leftMs)
    this.#batchMs = clock.monotonicMs()
  }

  async #store(batch: readonly (Arrival | (() => Promise<Arrival>))[]): Promise<void> {
    const collected: Partial<Record<keyof Facts, unknown[]>> = {}
    const completed: string[] = []
    for (const item of batch) {
      const arrival = typeof item === 'function' ? await item() : item
      for (const kind of kinds) {
        const facts = arrival[kind]
        if (facts === undefined || facts.length === 0) continue
        const list = collected[kind] ?? []
        collected[kind] = list
        for (const fact of facts) list.push(fact)
      }
      if (arrival.inFlight !== undefined) completed.push(...arrival.inFlight)
    }
    for (const kind of kinds) {
      const facts = collected[kind]
      if (facts !== undefined)
        await (deliver[kind] as (l: InboxListener, f: unknown[]) => Promise<void>)(
          this.#options.listener,
          facts,
        )
    }
    this.#options.inFlight.close(completed)
  }
}

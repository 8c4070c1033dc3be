import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import type { Clock } from '../../../platform/clock.ts'
import { defineProcessState } from '../../../platform/process-state.ts'

/** Deliveries that one process takes on at once, running and waiting for room, over all webhooks. */
export const deliveryConcurrency = 500

/** An endpoint that needs longer than this for an answer is slow. */
const slowMs = 1000
/** How many attempts run at once, to one endpoint and to all slow ones together. */
const running = { quick: 20, slow: 4, allSlow: 100 }
/** How many wait in memory for all quick endpoints together, for one slow one, and for all slow ones. */
const waiting = { quick: 300, slowEach: 40, slow: 80 }
/** So many that wait for one endpoint are fetched from the database into memory, when so few are left there. */
const ahead = { quick: 150, slow: 4 }
const fetchedAt = { quick: 60, slow: 2 }
/** Those that are fetched and do not come within this time have gone to another process. */
const longestWayMs = 2000
/** Weight of the newest attempt in the average. */
const newestWeight = 0.3

type Pace = 'quick' | 'slow'

interface Waiter {
  pace: Pace
  /** Who has the lesser one goes first. */
  place: string
  resolve(slot: Slot | TurnedAway): void
}

interface Endpoint {
  /** Start of each running attempt, oldest first; undefined until it connects. */
  running: Map<object, number | undefined>
  waiters: Waiter[]
  averageMs: number | undefined
  /** More waits in the database, and goes before what is new. */
  hasMore: boolean
  /** Raised by each delivery that is to wait in the database, and how many of them are not stored yet. */
  turnedAway: number
  parking: number
  /** Fetched from the database, and not here yet. */
  coming: { count: number; sinceMs: number }
}

/** Leave to make one attempt. */
export interface Slot {
  /** The attempt connects now: from here on its endpoint's time counts. */
  begin(): void
  /** The attempt ended, or never began. */
  leave(): void
}

/** No attempt now: because there is no room, or because the process stops. */
export interface TurnedAway {
  because: 'full' | 'stopping'
}

/**
 * Keeps room: however many deliveries wait for slow or dead endpoints, the others are attempted at once. A few wait
 * in memory for their endpoint and follow as soon as it answers; the rest waits in the database, and nothing new of that
 * endpoint overtakes it.
 */
export class EndpointSlots {
  readonly #clock: Clock
  readonly #endpoints = new LRUCache<string, Endpoint>({ max: 10_000 })
  readonly #busy = new Set<Endpoint>()
  readonly #waiting = { quick: 0, slow: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Room for one attempt, now or when the endpoint has answered another: whose `place` is least goes first. A new delivery finds none while older ones wait
   * in the database.
   */
  enter(
    webhookId: string,
    { isNew = true, place = '', signal }: { isNew?: boolean; place?: string; signal?: AbortSignal } = {},
  ): Slot | TurnedAway | Promise<Slot | TurnedAway> {
    const endpoint = this.#endpointOf(webhookId)
    const pace = this.#paceOf(endpoint)
    if (pace === 'slow') this.#trim(endpoint)
    if (isNew && endpoint.hasMore) return this.#turnAway(endpoint)
    if (endpoint.running.size < running[pace]) {
      return pace === 'slow' && this.#countSlow() >= running.allSlow
        ? this.#turnAway(endpoint)
        : this.#admit(endpoint)
    }
    return this.#hasPlace(endpoint, pace)
      ? this.#wait(endpoint, { pace, place }, signal)
      : this.#turnAway(endpoint)
  }

  /** Whether an attempt could begin at once. */
  hasSlot(webhookId: string): boolean {
    const endpoint = this.#endpointOf(webhookId)
    return endpoint.running.size < running[this.#paceOf(endpoint)]
  }

  /** Whether an attempt runs, whose end looks for what waits. */
  isBusy(webhookId: string): boolean {
    return this.#endpointOf(webhookId).running.size > 0
  }

  /** More may wait in the database for this endpoint. */
  noteMore(webhookId: string): void {
    this.#endpointOf(webhookId).hasMore = true
  }

  /** One that was fetched from the database is here, and others may wait behind it. */
  noteFetched(webhookId: string): void {
    const endpoint = this.#endpointOf(webhookId)
    endpoint.hasMore = true
    endpoint.coming.count = Math.max(0, endpoint.coming.count - 1)
  }

  /** A delivery that has not been given room is going to wait in the database, for another reason. */
  park(webhookId: string): void {
    this.#turnAway(this.#endpointOf(webhookId))
  }

  /** One that is to wait in the database is stored there. */
  noteParked(webhookId: string): void {
    this.#endpointOf(webhookId).parking -= 1
  }

  /**
   * How many of those that wait in the database may come, a handful at least or none. `settle` is told how many did: when
   * they were fewer nothing waits any more, unless somebody was turned away meanwhile.
   */
  roomFor(webhookId: string): { count: number; settle(fetched: number): void } | undefined {
    const endpoint = this.#endpointOf(webhookId)
    const pace = this.#paceOf(endpoint)
    const nowMs = this.#clock.monotonicMs()
    const coming = nowMs - endpoint.coming.sinceMs < longestWayMs ? endpoint.coming.count : 0
    const count = running[pace] + ahead[pace] - endpoint.running.size - endpoint.waiters.length - coming
    if (!endpoint.hasMore || count < ahead[pace] - fetchedAt[pace]) return undefined
    const { turnedAway, parking } = endpoint
    // Before they are fetched: a job may be here before its transaction is known to have ended.
    endpoint.coming = { count: coming + count, sinceMs: nowMs }
    return {
      count,
      settle(fetched) {
        endpoint.coming.count = Math.max(0, endpoint.coming.count - (count - fetched))
        if (fetched < count && parking === 0 && endpoint.turnedAway === turnedAway) endpoint.hasMore = false
      },
    }
  }

  #hasPlace(endpoint: Endpoint, pace: Pace): boolean {
    if (this.#waiting[pace] >= waiting[pace]) return false
    return pace === 'quick' || endpoint.waiters.length < waiting.slowEach
  }

  /** An endpoint that was quick has become slow: most of who waits for it gives its slot to others. */
  #trim(endpoint: Endpoint): void {
    const waiters = endpoint.waiters.filter((waiter) => waiter.pace === 'quick')
    if (waiters.length === 0) return
    endpoint.waiters = endpoint.waiters.filter((waiter) => waiter.pace === 'slow')
    this.#waiting.quick -= waiters.length
    for (const waiter of waiters) {
      if (this.#hasPlace(endpoint, 'slow')) {
        waiter.pace = 'slow'
        endpoint.waiters.push(waiter)
        this.#waiting.slow += 1
      } else waiter.resolve(this.#turnAway(endpoint))
    }
  }

  #endpointOf(webhookId: string): Endpoint {
    let endpoint = this.#endpoints.get(webhookId)
    if (endpoint === undefined) {
      endpoint = {
        running: new Map(),
        waiters: [],
        averageMs: undefined,
        hasMore: false,
        turnedAway: 0,
        parking: 0,
        coming: { count: 0, sinceMs: 0 },
      }
      this.#endpoints.set(webhookId, endpoint)
    }
    return endpoint
  }

  /** By its past answers, or because its oldest running attempt is overdue. */
  #paceOf(endpoint: Endpoint): Pace {
    if (endpoint.averageMs !== undefined && endpoint.averageMs > slowMs) return 'slow'
    const [oldestMs] = endpoint.running.values()
    return oldestMs !== undefined && this.#clock.monotonicMs() - oldestMs > slowMs ? 'slow' : 'quick'
  }

  #countSlow(): number {
    let count = 0
    for (const endpoint of this.#busy) if (this.#paceOf(endpoint) === 'slow') count += endpoint.running.size
    return count
  }

  #admit(endpoint: Endpoint): Slot {
    const attempt = {}
    endpoint.running.set(attempt, undefined)
    this.#busy.add(endpoint)
    return {
      begin: () => void endpoint.running.set(attempt, this.#clock.monotonicMs()),
      leave: () => this.#leave(endpoint, attempt),
    }
  }

  #leave(endpoint: Endpoint, attempt: object): void {
    const beganMs = endpoint.running.get(attempt)
    if (!endpoint.running.delete(attempt)) return
    if (beganMs !== undefined) {
      const tookMs = this.#clock.monotonicMs() - beganMs
      const averageMs = endpoint.averageMs ?? tookMs
      endpoint.averageMs = averageMs + (tookMs - averageMs) * newestWeight
    }
    const pace = this.#paceOf(endpoint)
    if (pace === 'slow') this.#trim(endpoint)
    while (endpoint.running.size < running[pace]) {
      const waiter = endpoint.waiters.shift()
      if (waiter === undefined) break
      this.#waiting[waiter.pace] -= 1
      waiter.resolve(this.#admit(endpoint))
    }
    if (endpoint.running.size === 0) this.#busy.delete(endpoint)
  }

  #wait(
    endpoint: Endpoint,
    { pace, place }: Pick<Waiter, 'pace' | 'place'>,
    signal: AbortSignal | undefined,
  ): Promise<Slot | TurnedAway> {
    return new Promise((resolve) => {
      const waiter: Waiter = { pace, place, resolve }
      // Jobs that were added together may be claimed in parts, the later part first.
      const before = endpoint.waiters.findLastIndex((other) => other.place <= place)
      endpoint.waiters.splice(before + 1, 0, waiter)
      this.#waiting[pace] += 1
      signal?.addEventListener(
        'abort',
        () => {
          const index = endpoint.waiters.indexOf(waiter)
          if (index < 0) return
          endpoint.waiters.splice(index, 1)
          this.#waiting[waiter.pace] -= 1
          resolve({ because: 'stopping' })
        },
        { once: true },
      )
    })
  }

  #turnAway(endpoint: Endpoint): TurnedAway {
    endpoint.hasMore = true
    endpoint.turnedAway += 1
    endpoint.parking += 1
    return { because: 'full' }
  }
}

/** The slots of this process. */
export const endpointSlots = defineProcessState((ctx: Context) => new EndpointSlots(ctx.clock))

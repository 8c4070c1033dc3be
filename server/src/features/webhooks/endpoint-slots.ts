import { LRUCache } from 'lru-cache'
import type { Context } from '../../context.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'

/** Deliveries that run at once in one process, over all webhooks. */
export const deliveryConcurrency = 128

/** An endpoint that needs longer than this for an answer is slow. */
const slowMs = 1000
/** How many attempts run at once: to one endpoint, to one that is slow, to all slow ones together. */
const limits = { quick: 16, slow: 4, allSlow: 32 }
const firstWaitMs = 100
const longestWaitMs = 120_000
const leastPaceMs = 5
/** Weight of the newest attempt in the average. */
const newestWeight = 0.3

interface Endpoint {
  /** Start of each running attempt, oldest first. */
  running: Map<object, number>
  averageMs: number | undefined
  /** Until when deferred attempts are spread already. */
  spreadUntilMs: number
}

/** Leave to attempt, or how long to wait before asking again. */
export type Slot = { leave(): void } | { waitMs: number }

/**
 * Keeps room: however many deliveries wait for slow or dead endpoints, workers stay free for the others. An attempt
 * that finds no room is not kept waiting in memory but put off, at the pace at which its endpoint answers.
 */
export class EndpointSlots {
  readonly #clock: Clock
  readonly #endpoints = new LRUCache<string, Endpoint>({ max: 10_000 })
  readonly #busy = new Set<Endpoint>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  enter(webhookId: string): Slot {
    const nowMs = this.#clock.monotonicMs()
    const endpoint = this.#endpointOf(webhookId)
    const limit = this.#limitOf(endpoint, nowMs)
    if (endpoint.running.size >= limit) return { waitMs: putOff(endpoint, limit, nowMs) }
    const attempt = {}
    endpoint.running.set(attempt, nowMs)
    this.#busy.add(endpoint)
    return { leave: () => this.#leave(endpoint, attempt) }
  }

  #leave(endpoint: Endpoint, attempt: object): void {
    const startedMs = endpoint.running.get(attempt)
    if (startedMs === undefined) return
    endpoint.running.delete(attempt)
    if (endpoint.running.size === 0) this.#busy.delete(endpoint)
    const tookMs = this.#clock.monotonicMs() - startedMs
    const averageMs = endpoint.averageMs ?? tookMs
    endpoint.averageMs = averageMs + (tookMs - averageMs) * newestWeight
  }

  #endpointOf(webhookId: string): Endpoint {
    let endpoint = this.#endpoints.get(webhookId)
    if (endpoint === undefined) {
      endpoint = { running: new Map(), averageMs: undefined, spreadUntilMs: 0 }
      this.#endpoints.set(webhookId, endpoint)
    }
    return endpoint
  }

  #limitOf(endpoint: Endpoint, nowMs: number): number {
    if (!isSlow(endpoint, nowMs)) return limits.quick
    let slowRunning = 0
    for (const busy of this.#busy) if (isSlow(busy, nowMs)) slowRunning += busy.running.size
    // The first attempt of a slow endpoint always gets its turn once the others leave room.
    return slowRunning >= limits.allSlow ? Math.min(endpoint.running.size, limits.slow) : limits.slow
  }
}

/** By its past answers, or because the oldest running attempt is overdue. */
function isSlow(endpoint: Endpoint, nowMs: number): boolean {
  if (endpoint.averageMs !== undefined && endpoint.averageMs > slowMs) return true
  const [oldestMs] = endpoint.running.values()
  return oldestMs !== undefined && nowMs - oldestMs > slowMs
}

/** Each one put off gets a later turn than the one before, so that they do not all come back at once. */
function putOff(endpoint: Endpoint, limit: number, nowMs: number): number {
  const paceMs = Math.max((endpoint.averageMs ?? slowMs) / Math.max(limit, 1), leastPaceMs)
  endpoint.spreadUntilMs = Math.max(endpoint.spreadUntilMs + paceMs, nowMs + firstWaitMs)
  return Math.min(Math.ceil(endpoint.spreadUntilMs - nowMs), longestWaitMs)
}

const allSlots = new WeakMap<Database, EndpointSlots>()

/** The slots of this process; a test may run several processes in one, so they hang on the database. */
export function slotsOf(ctx: Context): EndpointSlots {
  let slots = allSlots.get(ctx.db)
  if (slots === undefined) {
    slots = new EndpointSlots(ctx.clock)
    allSlots.set(ctx.db, slots)
  }
  return slots
}

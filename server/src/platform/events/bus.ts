import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { afterCommit, type Database, type Sql } from '../database/database.ts'
import type { Ids } from '../ids.ts'
import type { EventPayload, Events, EventType, PublishedEvent, Subscription } from './events.ts'
import { EventRelay } from './relay.ts'
import { EventRing } from './ring.ts'
import { BoundedSubscription } from './subscription.ts'

/** A feature's part in an event, inside the publisher's transaction. */
export interface DurableHandler<C> {
  readonly type: EventType<EventPayload>
  handle(context: C, sql: Sql, payloads: readonly EventPayload[]): Promise<void>
}

/** What the bus works with. */
export interface EventBusOptions<C> {
  db: Database
  clock: Clock
  ids: Ids
  log: Pick<Logger, 'warn'>
  handlers: readonly DurableHandler<C>[]
  /** The context of the handlers for events of one tenant. */
  contextFor(tenantId: string): C
  /** Events buffered for resuming; default 5000. */
  bufferCount?: number
  /** Bytes of JSON buffered for resuming; default 8 MiB. */
  bufferBytes?: number
}

const defaultCapacity = 1000

/** Opens the bus: listens to other processes when the database is a server. */
export async function openEventBus<C>(options: EventBusOptions<C>): Promise<EventBus<C>> {
  const bus = new EventBus(options)
  await bus.open()
  return bus
}

/** Durable handlers in the transaction, live subscribers of every process after its commit. */
export class EventBus<C> implements Events {
  readonly #options: EventBusOptions<C>
  readonly #handlers: Map<string, DurableHandler<C>[]>
  readonly #subscriptions = new Set<BoundedSubscription>()
  readonly #ring: EventRing
  readonly #relay: EventRelay | undefined

  constructor(options: EventBusOptions<C>) {
    this.#options = options
    this.#handlers = Map.groupBy(options.handlers, (handler) => handler.type.name)
    this.#ring = new EventRing(options.bufferCount ?? 5000, options.bufferBytes ?? 8 * 1024 * 1024)
    this.#relay =
      options.db.kind === 'embedded'
        ? undefined
        : new EventRelay(options.db, options.log, {
            onEvent: (event, bytes) => this.#deliver(event, bytes),
            onLost: (count) => this.#notifyLost(count),
          })
  }

  async open(): Promise<void> {
    await this.#relay?.open()
  }

  /** Ends all subscriptions and stops listening to other processes. */
  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.close()
    await this.#relay?.close()
  }

  publish<P extends EventPayload>(sql: Sql, type: EventType<P>, payload: P): Promise<void> {
    return this.publishMany(sql, type, [payload])
  }

  async publishMany<P extends EventPayload>(
    sql: Sql,
    type: EventType<P>,
    payloads: readonly P[],
  ): Promise<void> {
    if (payloads.length === 0) return
    const { clock, ids, contextFor } = this.#options
    const handlers = this.#handlers.get(type.name) ?? []
    if (handlers.length > 0) {
      // A handler acts for one tenant, so a batch of several is handled tenant by tenant.
      for (const [tenantId, own] of Map.groupBy(payloads, (payload) => payload.tenantId)) {
        const context = contextFor(tenantId)
        for (const handler of handlers) await handler.handle(context, sql, own)
      }
    }
    const atMs = clock.nowMs()
    const events = payloads.map((payload) => ({ id: ids.uuid(), name: type.name, atMs, payload }))
    afterCommit(sql, () => this.#announce(events))
  }

  subscribe(options: Parameters<Events['subscribe']>[0]): Subscription {
    const subscription = new BoundedSubscription(options, defaultCapacity, () =>
      this.#subscriptions.delete(subscription),
    )
    if (options.afterId !== undefined) {
      const missed = this.#ring.after(options.afterId)
      if (missed === undefined) subscription.notifyLost(1)
      else for (const event of missed) subscription.offer(event)
    }
    this.#subscriptions.add(subscription)
    return subscription
  }

  /** The number of live subscriptions, for the metrics. */
  get subscriptionCount(): number {
    return this.#subscriptions.size
  }

  #announce(events: PublishedEvent[]): void {
    for (const event of events) {
      const text = JSON.stringify(event)
      this.#deliver(event, text.length)
      this.#relay?.send(text)
    }
  }

  #deliver(event: PublishedEvent, bytes: number): void {
    this.#ring.push(event, bytes)
    for (const subscription of this.#subscriptions) subscription.offer(event)
  }

  #notifyLost(count: number): void {
    for (const subscription of this.#subscriptions) subscription.notifyLost(count)
  }
}

import type { Sql } from '../database/database.ts'

/** Names an event and carries its payload's type; declared where the event is published. */
export interface EventType<P> {
  readonly name: string
  /** Never set: carries the type. */
  readonly payload?: P
}

/** Every payload says whose event it is, so that nobody gets another tenant's. */
export interface EventPayload {
  tenantId: string
}

/** Declares an event in the past tense, for example `message.received`. */
export function defineEvent<P extends EventPayload>(name: string): EventType<P> {
  return { name }
}

/** One event as subscribers see it. */
export interface PublishedEvent<P = EventPayload> {
  /** Time-ordered id, the same on every process. */
  id: string
  name: string
  /** Milliseconds since the epoch. */
  atMs: number
  payload: P
}

/** Events that a subscriber does not get. */
export interface Lost {
  lost: number
  /** The subscriber was too slow; otherwise some did not come through from another process. */
  isOverrun: boolean
}

/** A live subscription; a subscriber that falls behind learns how much it lost. */
export interface Subscription extends AsyncIterable<PublishedEvent | Lost> {
  close(): void
}

/** Typed events: durable handlers inside the publisher's transaction, live subscribers after commit. */
export interface Events {
  /**
   * Tells an event. Handlers registered by features run inside `sql`, so what they write and enqueue
   * commits or rolls back with the change itself. Live subscribers of all processes are notified after commit.
   */
  publish<P extends EventPayload>(sql: Sql, type: EventType<P>, payload: P): Promise<void>
  /** The same for many events of one type at once: handlers get the whole batch. */
  publishMany<P extends EventPayload>(sql: Sql, type: EventType<P>, payloads: readonly P[]): Promise<void>
  /** Live, lossy under pressure: at most `capacity` events wait. */
  subscribe(options: {
    names: readonly string[]
    matches?: (event: PublishedEvent) => boolean
    capacity?: number
    /** Replays what is still in memory after this id; an unknown id yields `lost`. */
    afterId?: string
  }): Subscription
}

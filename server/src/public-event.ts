import type { z } from 'zod'
import type { EventPayload, EventType } from './platform/events/events.ts'
import type { Scope } from './scopes.ts'

/** Who may get an event beside the stream of its tenant, which has all. What is left out does not get it. */
export interface Subscribers<P extends EventPayload = EventPayload> {
  /** A tenant's webhooks that name it. */
  webhooks?: true
  /** The monitored group whose own address gets it, as its id. */
  monitoredGroup?(payload: P): string
  /**
   * The live stream of the payload's `sessionId`: the fields of its frame, in the order they are written. `timestamp`
   * is when it happened, the others are fields of the wire form.
   */
  sessionStream?: readonly string[]
}

/**
 * One event that people outside may get, as data: webhooks, live streams, the names that can be subscribed to, the
 * OpenAPI document and the guide derive from it. To publish it, use it as its own type.
 */
export interface PublicEvent<P extends EventPayload = EventPayload> extends EventType<P> {
  /** A sentence: when it happens. */
  readonly description: string
  /** Who may read what it tells: streams of a whole tenant leave it out for others. */
  readonly scope: Scope
  /**
   * What it is about, for what happens often and says only that something is to be read again: the stream of the tenant
   * tells the last of each second and thing.
   */
  coalesceBy?(payload: P): string
  /** The wire form: `data` of a delivery. */
  readonly data: z.ZodObject
  /** From code to wire. */
  toWire(payload: P): Record<string, unknown>
  readonly example: P
  readonly subscribers: Subscribers<P>
}

/** Every public event there is. */
export interface PublicEvents {
  /** Of all features, in their order. */
  declared: readonly PublicEvent[]
  /** Names that can be subscribed to before there is a feature that publishes them. */
  announced: readonly string[]
}

type FieldOf<S extends z.ZodObject> = (keyof z.input<S> & string) | 'timestamp'

/** Declares a public event beside its payload's type; `toWire` says what that type is. */
export function definePublicEvent<P extends EventPayload, S extends z.ZodObject>(event: {
  /** What subscribers call it, in the past tense: `message.received`. */
  name: string
  description: string
  scope: Scope
  coalesceBy?(payload: NoInfer<P>): string
  data: S
  toWire(payload: P): z.input<S>
  example: NoInfer<P>
  subscribers: Subscribers<NoInfer<P>> & { sessionStream?: readonly FieldOf<NoInfer<S>>[] }
}): PublicEvent<P> {
  return event
}

/** What the examples of all events are about: one person, in one session. */
export const exampleValues = {
  id: '019c4c2e-6a00-7000-8000-000000000001',
  chatId: '15550123456@c.us',
  waGroupId: '120363012345678901@g.us',
  waMessageId: 'ABCD1234',
  phone: '+15550123456',
  person: 'Sample Contact',
  at: '2026-02-11T10:00:00Z',
} as const

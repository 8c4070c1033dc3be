import type { z } from 'zod'
import type { Caller, Context } from './context.ts'
import type { Door } from './door.ts'
import type { JobHandler } from './job.ts'
import type { Operation } from './operation.ts'
import type { Sql } from './platform/database/database.ts'
import type { EventPayload, EventType } from './platform/events/events.ts'
import type { GaugeReading, GaugeSource } from './platform/metrics.ts'
import type { PublicEvent, PublicEvents } from './public-event.ts'
import type { Toolset } from './tool.ts'

/** Runs inside the publisher's transaction: what it writes and enqueues lives or dies with the event. */
export interface EventHandler {
  readonly type: EventType<EventPayload>
  handle(ctx: Context, sql: Sql, payloads: readonly EventPayload[]): Promise<void>
}

/** Ties an event type to a handler that gets whole batches, with the payload typed. */
export function onEvent<P extends EventPayload>(
  type: EventType<P>,
  handle: (ctx: Context, sql: Sql, payloads: readonly P[]) => Promise<void>,
): EventHandler {
  return { type, handle: (ctx, sql, payloads) => handle(ctx, sql, payloads as readonly P[]) }
}

/** One frame of a stream; without an event's name it is what browsers call a message. */
export interface StreamFrame {
  event?: string
  data: unknown
  /** The stream ends after it. */
  isLast?: boolean
}

/** A live event stream: the sse transport serves it. */
export interface EventStream {
  id: string
  /** Below `/api/v2`, with parameters in braces. */
  path: string
  summary: string
  access: Operation['access']
  /** What may be asked for beside the parameters that every stream has. */
  query?: z.ZodObject
  /** Its events with the form of their data, where they are of several forms. */
  frames?: ReadonlyMap<string, z.ZodObject>
  /** False: events have no ids to resume after; whoever comes back reads everything again. */
  isResumable?: false
  /** Checks the request (throws like an operation) and says what to send; `query` is as the schema made it. */
  open(
    ctx: Context,
    params: Record<string, string>,
    query: Readonly<Record<string, unknown>>,
  ): Promise<StreamSource>
  /** For callers that want JSON instead (`Accept`, or `stream=false`): where things stand, once. */
  snapshot?: { schema: z.ZodType; read(ctx: Context, params: Record<string, string>): Promise<unknown> }
}

/** What a stream sends: a first frame, then matching events. */
export interface StreamSource {
  first: StreamFrame[]
  names: readonly string[]
  matches(payload: EventPayload): boolean
  encode(
    name: string,
    payload: EventPayload,
    atMs: number,
  ): StreamFrame | undefined | Promise<StreamFrame | undefined>
  /** What a reader gets who fell behind, instead of being told how much was lost. */
  catchUp?(): Promise<StreamFrame | undefined>
  /** Events after which the stream ends. */
  endsOn?(name: string, payload: EventPayload): boolean
  /** What an event is about when only the last of each second and thing is told. */
  coalesceBy?(name: string, payload: EventPayload): string | undefined
  /** Events that may wait for this reader; whoever falls further behind is told so and let go. */
  endsBeyond?: number
  /** Asked now and then of the credential as it is by then: what was given at the start may have been taken away. */
  mayGoOn?(caller: Caller): boolean
}

/** A request that the product makes to an address of its tenants' choosing; the OpenAPI document describes it. */
export interface Callback {
  /** What the request is about, for example the event that it delivers. */
  name: string
  description: string
  headers: Readonly<Record<string, string>>
  body: z.ZodType
  example: unknown
  /** What follows from the receiver's answer, by status. */
  answers: Readonly<Record<string, string>>
}

/** Figures that a feature reads when somebody scrapes; `read` gets a system context without tenant. */
export interface FeatureGauges extends Omit<GaugeSource, 'read'> {
  read(ctx: Context): Promise<readonly GaugeReading[]>
}

/** A folder of business rules as the composition root sees it. */
export interface Feature {
  name: string
  operations?: readonly Operation[]
  streams?: readonly EventStream[]
  /** Paths of the host that follow protocols of their own. */
  doors?: readonly Door[]
  jobs?: readonly JobHandler[]
  events?: readonly EventHandler[]
  /** The events it publishes that people outside may get. */
  publishes?: readonly PublicEvent[]
  /** Requests it makes to addresses of its tenants' choosing. */
  callbacks?: readonly Callback[]
  /** What programs find that speak the Model Context Protocol; of one feature alone. */
  tools?: Toolset
  /** Figures of the whole installation, for `/metrics`. */
  gauges?: readonly FeatureGauges[]
  /** Runs once when the process is ready to work, with a system context without tenant rows of its own. */
  start?(ctx: Context): Promise<void>
  /** Takes up what was under way before the last stop: after everything has started, and nobody waits for it. */
  resume?(ctx: Context): void
  /** Runs when the process drains. */
  stop?(ctx: Context): Promise<void>
}

/** A feature that works with every public event, whichever feature publishes it. */
export type EventFeature = (events: PublicEvents) => Feature

/** The features of a product: those that work with every public event are given them all. */
export function composeFeatures(
  parts: readonly (Feature | EventFeature)[],
  announced: readonly string[],
): readonly Feature[] {
  const declared = parts.flatMap((part) => (typeof part === 'function' ? [] : (part.publishes ?? [])))
  const names = [...declared.map(({ name }) => name), ...announced]
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw new Error(`the event ${twice} is declared twice: it has one place`)
  return parts.map((part) => {
    if (typeof part !== 'function') return part
    const feature = part({ declared, announced })
    if (feature.publishes !== undefined)
      throw new Error(`${feature.name} is made of all events, so it cannot declare one: put it beside`)
    return feature
  })
}

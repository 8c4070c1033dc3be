import type { Caller, Context } from '../../../context.ts'
import type { EventStream, StreamFrame, StreamSource } from '../../../feature.ts'
import { missingScope } from '../../../platform/errors.ts'
import type { EventPayload } from '../../../platform/events/events.ts'
import type { PublicEvent } from '../../../public-event.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { toTimestamp } from '../../../wire.ts'
import { streamFrames, streamQuery, streamReady } from './live.schema.ts'

/** Events that wait for one reader: more than the largest change of many things at once tells. */
const mostWaiting = 6000

function mayRead({ scope }: PublicEvent, caller: Caller): boolean {
  return (caller.kind === 'user' || caller.kind === 'key') && holdsScope(caller.scopes, scope)
}

/** Of those named, or all, what the caller may read; 403 for a named one that it may not. */
function chooseEvents(
  ctx: Context,
  declared: readonly PublicEvent[],
  names: readonly string[] | undefined,
): PublicEvent[] {
  const asked = names === undefined ? declared : declared.filter(({ name }) => names.includes(name))
  const readable = asked.filter((event) => mayRead(event, ctx.caller))
  if (names === undefined || readable.length === asked.length) return readable
  const missing = new Set<Scope>(asked.filter((event) => !readable.includes(event)).map(({ scope }) => scope))
  throw missingScope.create({ headers: { 'x-required-scopes': [...missing].join(' ') } })
}

/** Frames are the same for every reader: written once for all of them. */
function createEncoder(byName: ReadonlyMap<string, PublicEvent>) {
  const frames = new WeakMap<EventPayload, StreamFrame>()
  return (name: string, payload: EventPayload, atMs: number): StreamFrame | undefined => {
    const event = byName.get(name)
    const known = frames.get(payload)
    if (event === undefined || known?.event === name) return known
    const frame = {
      event: name,
      data: { ...event.toWire(payload), timestamp: toTimestamp(new Date(atMs)) },
    }
    frames.set(payload, frame)
    return frame
  }
}

/** Everything that happens to a tenant, live, as far as whoever listens may read it. */
export function createTenantStream(declared: readonly PublicEvent[]): EventStream {
  const byName = new Map(declared.map((event) => [event.name, event]))
  const encode = createEncoder(byName)
  return {
    id: 'events.stream',
    path: '/events',
    summary: 'Follow everything that happens: messages, sessions, leads, campaigns, deliveries',
    access: 'any',
    query: streamQuery([...byName.keys()]),
    frames: streamFrames(declared),
    isResumable: false,
    async open(ctx, _params, query): Promise<StreamSource> {
      const events = chooseEvents(ctx, declared, query.events as readonly string[] | undefined)
      const names = events.map(({ name }) => name)
      return {
        first: [{ event: streamReady, data: { events: names, timestamp: toTimestamp(ctx.clock.now()) } }],
        names,
        matches: () => true,
        encode,
        endsBeyond: mostWaiting,
        mayGoOn: (caller) => events.every((event) => mayRead(event, caller)),
        coalesceBy(name, payload) {
          const thing = byName.get(name)?.coalesceBy?.(payload)
          return thing === undefined ? undefined : `${name} ${thing}`
        },
      }
    },
  }
}

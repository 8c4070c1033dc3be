import type { EventStream, StreamSource } from '../../../feature.ts'
import { unknownThing } from '../../../platform/errors.ts'
import type { PublicEvent } from '../../../public-event.ts'
import { idParams, toTimestamp } from '../../../wire.ts'
import { type SessionTransition, sessionDeleted, sessionStatusChanged } from './sessions.schema.ts'
import { getSession } from './sessions.service.ts'

type Encode = StreamSource['encode']

/** Writes the fields of an event's wire form that its frames show. */
function encoderOf(event: PublicEvent, fields: readonly string[]): Encode {
  return (name, payload, atMs) => {
    const values: Record<string, unknown> = {
      ...event.toWire(payload),
      timestamp: toTimestamp(new Date(atMs)),
    }
    return { event: name, data: Object.fromEntries(fields.map((field) => [field, values[field]])) }
  }
}

/** What happens to one session, live: every event that declares itself for the stream. */
export function createSessionStream(declared: readonly PublicEvent[]): EventStream {
  const encoders = new Map<string, Encode>()
  for (const event of declared) {
    const fields = event.subscribers.sessionStream
    if (fields !== undefined) encoders.set(event.name, encoderOf(event, fields))
  }
  return {
    id: 'sessions.events',
    path: '/sessions/{id}/events',
    summary: 'Follow a session: status changes, messages, connection updates',
    access: ['sessions:read'],
    async open(ctx, params): Promise<StreamSource> {
      const parsed = idParams.safeParse(params)
      if (!parsed.success) throw unknownThing('Session')
      const session = await getSession(ctx, parsed.data.id)
      const first = {
        session_id: session.id,
        status: session.status,
        status_reason: session.statusReason,
        timestamp: toTimestamp(ctx.clock.now()),
      }
      return {
        first: [{ event: sessionStatusChanged.name, data: first }],
        names: [...encoders.keys(), sessionDeleted.name],
        matches: (payload) => (payload as SessionTransition).sessionId === session.id,
        encode: (name, payload, atMs) => encoders.get(name)?.(name, payload, atMs),
        endsOn: (name) => name === sessionDeleted.name,
      }
    },
  }
}

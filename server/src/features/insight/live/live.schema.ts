import { z } from 'zod'
import type { PublicEvent } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'

/** The first event of a stream: it stands, so whoever fetches from now on misses nothing. */
export const streamReady = 'stream.ready'
/** Events of the stream did not come through: what is shown has to be fetched again. */
export const streamLost = 'stream.lost'

/** Which events to get; by default all that the credential may read. */
export function streamQuery(names: readonly string[]) {
  const name = z.enum(names as [string, ...string[]])
  return z.object({
    events: z
      .string()
      .max(2000)
      .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))])
      .pipe(z.array(name))
      .optional()
      .meta({
        description: 'Names with commas between them; by default every event that the credential may read',
        examples: ['message.received,session.status'],
      }),
  })
}

const readyData = z
  .object({
    events: z.array(z.string()).meta({ description: 'What this stream will tell' }),
    timestamp: timestampOutput,
  })
  .meta({ id: 'StreamReady' })

const lostData = z
  .object({ lost: z.int().meta({ description: 'At least so many events' }) })
  .meta({ id: 'StreamLost' })

/** Each event of the stream with the form of its data. */
export function streamFrames(declared: readonly PublicEvent[]): Map<string, z.ZodObject> {
  return new Map<string, z.ZodObject>([
    [streamReady, readyData],
    ...declared.map(({ name, data }) => [name, data.extend({ timestamp: timestampOutput })] as const),
    [streamLost, lostData],
  ])
}

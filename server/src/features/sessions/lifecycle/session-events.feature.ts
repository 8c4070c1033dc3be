import type { Feature } from '../../../feature.ts'
import { sessionStream } from './session-stream.ts'

/** What happens to a session, live. */
export const sessionEventsFeature: Feature = {
  name: 'session-events',
  streams: [sessionStream],
}

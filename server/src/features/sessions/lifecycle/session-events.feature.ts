import type { EventFeature } from '../../../feature.ts'
import { createSessionStream } from './session-stream.ts'

/** What happens to a session, live. */
export const sessionEventsFeature: EventFeature = ({ declared }) => ({
  name: 'session-events',
  streams: [createSessionStream(declared)],
})

import type { Feature } from '../../../feature.ts'
import { startOutbox, stopOutbox } from './backlog.ts'

/** The one way out: every sender passes the same pipeline. */
export const outboxFeature: Feature = {
  name: 'outbox',
  start: startOutbox,
  stop: stopOutbox,
}

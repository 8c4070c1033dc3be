import type { Feature } from '../../feature.ts'
import { startOutbox, stopOutbox } from './drain.ts'
import { outboxOperations } from './outbox.operations.ts'

/** The one way out: every sender passes the same pipeline. */
export const outboxFeature: Feature = {
  name: 'outbox',
  operations: outboxOperations,
  start: startOutbox,
  stop: stopOutbox,
}

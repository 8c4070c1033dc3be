import { type Feature, onEvent } from '../../../feature.ts'
import { sessionStatusChanged } from '../../sessions/lifecycle/sessions.schema.ts'
import { historyOperations } from './history.operations.ts'
import { historyProgressed } from './history.schema.ts'
import { dropFinished } from './history.service.ts'

/** History from before linking: how far it has come, and more of it. */
export const historyFeature: Feature = {
  name: 'history',
  operations: historyOperations,
  events: [onEvent(sessionStatusChanged, dropFinished)],
  publishes: [historyProgressed],
}

import { type Feature, onEvent } from '../../../feature.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { collectorsOperations } from './collectors.operations.ts'
import { stopCollectorsOf } from './collectors.service.ts'

/** What decides which messages become reviews. */
export const collectorsFeature: Feature = {
  name: 'review-collectors',
  operations: collectorsOperations,
  events: [onEvent(sessionDeleted, stopCollectorsOf)],
}

import type { Feature } from '../../../feature.ts'
import { optOutsEvents } from './opt-outs.events.ts'
import { optOutsOperations } from './opt-outs.operations.ts'
import { optOutChanged } from './opt-outs.schema.ts'

/** Whoever asks to be left alone is. */
export const optOutsFeature: Feature = {
  name: 'opt-outs',
  operations: optOutsOperations,
  events: optOutsEvents,
  publishes: [optOutChanged],
}

import type { Feature } from '../../../feature.ts'
import { flushTallies } from './tallies.service.ts'

/** Cheap counters of what the safety features did. */
export const talliesFeature: Feature = {
  name: 'tallies',
  stop: flushTallies,
}

import type { Feature } from '../../../feature.ts'
import { labelSyncEvents } from './label-sync.events.ts'
import { labelSyncJobs } from './label-sync.jobs.ts'
import { labelSyncOperations } from './label-sync.operations.ts'

/** Labels here and in WhatsApp Business are kept the same. */
export const labelSyncFeature: Feature = {
  name: 'label-sync',
  operations: labelSyncOperations,
  jobs: labelSyncJobs,
  events: labelSyncEvents,
}

import type { Feature } from '../../../feature.ts'
import { outcomesEvents } from './outcomes.events.ts'
import { outcomesJobs } from './outcomes.jobs.ts'
import { outcomesOperations } from './outcomes.operations.ts'
import { progressStream } from './progress-stream.ts'

/** What became of the recipients of campaigns. */
export const outcomesFeature: Feature = {
  name: 'outcomes',
  operations: outcomesOperations,
  streams: [progressStream],
  jobs: outcomesJobs,
  events: outcomesEvents,
}

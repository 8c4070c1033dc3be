import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { connectionUpdated } from '../lifecycle/sessions.schema.ts'
import { sessionHealthOperations } from './session-health.operations.ts'
import { pruneTimelinesJob } from './session-health.schema.ts'
import { noteStates, pruneTimelines } from './timeline.service.ts'

/** What sessions went through. */
export const sessionHealthFeature: Feature = {
  name: 'session-health',
  operations: sessionHealthOperations,
  jobs: [
    handleJob(pruneTimelinesJob, async (ctx) => {
      await pruneTimelines(ctx)
      return done
    }),
  ],
  events: [onEvent(connectionUpdated, noteStates)],
}

import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { callOperations } from './calls.operations.ts'
import { callReceived, pruneCallsJob } from './calls.schema.ts'
import { pruneCalls } from './calls.service.ts'

/** Calls: published, listed, turned down. */
export const callsFeature: Feature = {
  name: 'calls',
  operations: callOperations,
  jobs: [
    handleJob(pruneCallsJob, async (ctx) => {
      await pruneCalls(ctx)
      return done
    }),
  ],
  publishes: [callReceived],
}

import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { pruneCallsJob } from './providers.schema.ts'
import { pruneCalls } from './usage.service.ts'

/** Keeps the ledger of calls in order. */
export const providersJobs = [
  handleJob(pruneCallsJob, async (ctx) => {
    await pruneCalls(ctx)
    return done
  }),
]

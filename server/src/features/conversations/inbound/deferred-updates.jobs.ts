import { handleJob } from '../../../job.ts'
import { defineJob, done } from '../../../platform/jobs/jobs.ts'
import { deleteOldFacts } from './deferred-updates.store.ts'

const keptMs = 24 * 60 * 60_000

/** Removes facts whose message never came. */
export const expireEarlyFactsJob = defineJob<Record<string, never>>('early-facts.expire', {
  cron: { expression: '41 * * * *', timeZone: 'UTC' },
})

/** Work of this feature. */
export const earlyFactJobs = [
  handleJob(expireEarlyFactsJob, async (ctx) => {
    await deleteOldFacts(ctx.db.sql, new Date(ctx.clock.nowMs() - keptMs))
    return done
  }),
]

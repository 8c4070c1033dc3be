import { handleJob } from '../../../job.ts'
import { defineJob, done } from '../../../platform/jobs/jobs.ts'
import { deleteOldDeferredUpdates } from './deferred-updates.store.ts'

const retentionMs = 24 * 60 * 60_000

/** Removes deferred updates whose message never came. */
export const expireDeferredUpdatesJob = defineJob<Record<string, never>>('early-facts.expire', {
  cron: { expression: '41 * * * *', timeZone: 'UTC' },
})

/** Work of this feature. */
export const deferredUpdatesJobs = [
  handleJob(expireDeferredUpdatesJob, async (ctx) => {
    await deleteOldDeferredUpdates(ctx.db.sql, new Date(ctx.clock.nowMs() - retentionMs))
    return done
  }),
]

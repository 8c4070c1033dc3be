import { handleJob } from '../../../job.ts'
import { defineJob, done } from '../../../platform/jobs/jobs.ts'
import { pushJob, taskKeepMs } from './a2a.schema.ts'
import { deliverPush } from './pushes.service.ts'
import { deleteOldTasks } from './tasks.store.ts'

/** Forgets tasks that have not changed for a week, once an hour. */
export const sweepTasksJob = defineJob<Record<string, never>>('a2a.sweep', {
  cron: { expression: '23 * * * *', timeZone: 'UTC' },
})

/** What A2A does by itself. */
export const a2aJobs = [
  handleJob(pushJob, deliverPush),
  handleJob(sweepTasksJob, async (ctx) => {
    await deleteOldTasks(ctx.db.sql, new Date(ctx.clock.nowMs() - taskKeepMs))
    return done
  }),
]

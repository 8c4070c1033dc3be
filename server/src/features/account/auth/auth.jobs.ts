import { handleJob } from '../../../job.ts'
import { defineJob, done } from '../../../platform/jobs/jobs.ts'
import { sweepLogins } from './logins.service.ts'

/** Removes expired logins and attempts once a day. */
const sweep = defineJob<Record<string, never>>('auth.sweep', {
  cron: { expression: '17 3 * * *', timeZone: 'UTC' },
})

export const authJobs = [
  handleJob(sweep, async (ctx) => {
    await sweepLogins(ctx)
    return done
  }),
]

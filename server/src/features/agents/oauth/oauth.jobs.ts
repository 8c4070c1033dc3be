import { handleJob } from '../../../job.ts'
import { defineJob, done } from '../../../platform/jobs/jobs.ts'
import { sweepGrants } from './grants.service.ts'

/** Removes expired codes, tokens, sessions and clients, and grants that ended, once an hour. */
const sweep = defineJob<Record<string, never>>('oauth.sweep', {
  cron: { expression: '41 * * * *', timeZone: 'UTC' },
})

export const oauthJobs = [
  handleJob(sweep, async (ctx) => {
    await sweepGrants(ctx)
    return done
  }),
]

import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Removes what WhatsApp said about numbers so long ago that it does not count any more. */
export const forgetLookupsJob = defineJob<Record<string, never>>('accounts.forget_lookups', {
  cron: { expression: '11 4 * * *', timeZone: 'UTC' },
})

import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Removes texts of leads whose time of keeping is over. */
export const expireLeadTextsJob = defineJob<Record<string, never>>('leads.forget_texts', {
  cron: { expression: '37 3 * * *', timeZone: 'UTC' },
})

import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Forgets texts of leads whose time of keeping is over. */
export const forgetLeadTextsJob = defineJob<Record<string, never>>('leads.forget_texts', {
  cron: { expression: '37 3 * * *', timeZone: 'UTC' },
})

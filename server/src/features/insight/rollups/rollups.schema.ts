import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Looks for messages that nobody noted, and for tenants with something to count. */
export const followJob = defineJob<Record<string, never>>('rollups.follow', {
  cron: { expression: '*/10 * * * *', timeZone: 'UTC' },
})

/** Counts what is marked of a tenant. */
export const countJob = defineJob<{ tenantId: string }>('rollups.count', { concurrency: 1 })

/** Marks what a tenant's raw data cover, page by page of its chats; with `since` only what is newer (ISO 8601). */
export const rebuildJob = defineJob<{ tenantId: string; since: string | null; afterChatId: string | null }>(
  'rollups.rebuild',
)

/** Marks what merging two contacts changed. */
export const recountContactsJob = defineJob<{ tenantId: string; contactIds: string[] }>(
  'rollups.recount_contacts',
)

/** Compares labels of chats with those that were counted. */
export const recountLabelsJob = defineJob<{ tenantId: string }>('rollups.recount_labels')

/** Counts the last weeks anew, on Sundays everything, and ages the scores of contacts. */
export const nightlyJob = defineJob<Record<string, never>>('rollups.nightly', {
  cron: { expression: '7 0 * * *', timeZone: 'UTC' },
})

/** Ages the scores of a tenant's contacts, page by page. */
export const ageScoresJob = defineJob<{ tenantId: string; after: string[] | null }>('rollups.age_scores')

/** Stands for all sessions, and for all labels. */
export const everyId = '00000000-0000-0000-0000-000000000000'

/** A reply counts as one when it comes within this time. */
export const replyHours = 72

/** Each step of the scale of waits is so much longer than the one before, so that a figure of it is true to a tenth. */
export const waitStep = 1.2

/** Figures that a series has of each quarter of an hour, in their order after its number. */
export const seriesFigures = {
  messages: ['received', 'sent', 'group_received', 'group_sent', 'failed', 'delivered', 'read', 'replied'],
  outreach: ['outreach_sent', 'outreach_read', 'outreach_replied'],
  leads: ['leads_detected', 'leads_contacted', 'leads_qualified', 'leads_converted', 'leads_lost'],
} as const

/** A series of a day. */
export type SeriesColumn = keyof typeof seriesFigures | 'waits' | 'first_waits'

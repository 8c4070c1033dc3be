import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Looks whether messages that came in a moment ago are reviews. */
export const collectJob = defineJob<{ tenantId: string; sessionId: string; messageIds: readonly string[] }>(
  'reviews.collect',
  { concurrency: 2 },
)

/** Kinds of messages whose words are their transcript. */
export const soundTypes = ['voice', 'audio'] as const

/** Kinds of messages that hold somebody's own words. */
export const wordedTypes = ['text', 'image', 'video', 'gif', 'document', ...soundTypes] as const

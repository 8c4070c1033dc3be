import { defineJob } from '../../../platform/jobs/jobs.ts'

/** Looks whether messages that came in a moment ago are reviews. */
export const collectJob = defineJob<{ tenantId: string; sessionId: string; messageIds: readonly string[] }>(
  'reviews.collect',
  { concurrency: 2 },
)

/** Kinds of messages that hold somebody's own words; of sounds the transcript does. */
export const wordedTypes = ['text', 'image', 'video', 'gif', 'document', 'voice', 'audio'] as const

import { z } from 'zod'
import { type StatusReason, statusReasons } from '../../../engine/states.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'

/** Entries of a timeline that are kept, and for how long. */
export const timelineLimits = { entries: 1000, days: 90 } as const

/** Removes entries of timelines whose time is over. */
export const pruneTimelinesJob = defineJob<Record<string, never>>('session_health.prune', {
  cron: { expression: '41 3 * * *', timeZone: 'UTC' },
})

/** Which page of a timeline. */
export const timelineQuery = z.object(pageQuery())

/** One state a session has been in. */
export const timelineEntry = z
  .object({
    status: z.enum(['stopped', 'starting', 'qr_code', 'working', 'failed']),
    reason: z.enum(Object.keys(statusReasons) as [StatusReason, ...StatusReason[]]).nullable(),
    detail: z.string().nullable().meta({ description: 'The reason as a sentence for people' }),
    error: z.string().nullable().meta({ description: 'Technical detail' }),
    until: timestampOutput.nullable().meta({ description: 'When a temporary reason ends' }),
    at: timestampOutput,
  })
  .meta({ id: 'SessionState', description: 'One entry of a timeline' })

/** One page of a timeline, newest first. */
export const timelineAnswer = z.object({
  entries: z.array(timelineEntry),
  ...pageAnswer,
})

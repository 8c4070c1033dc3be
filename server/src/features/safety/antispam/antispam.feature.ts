import type { Feature } from '../../../feature.ts'
import { antispamEvents } from './antispam.events.ts'
import { antispamJobs } from './antispam.jobs.ts'
import { antispamOperations } from './antispam.operations.ts'
import { spammerBlocked } from './antispam.schema.ts'

/** A tenant's own limits and rules against spam, sent and received. */
export const antispamFeature: Feature = {
  name: 'antispam',
  operations: antispamOperations,
  jobs: antispamJobs,
  events: antispamEvents,
  publishes: [spammerBlocked],
}

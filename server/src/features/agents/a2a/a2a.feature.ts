import type { Feature } from '../../../feature.ts'
import { a2aDoors } from './a2a.doors.ts'
import { a2aJobs } from './a2a.jobs.ts'

/** A2A 1.0 on paths of its own: card, tasks, streams and notices, by the protocol's own library. */
export const a2aFeature: Feature = { name: 'a2a', doors: a2aDoors, jobs: a2aJobs }

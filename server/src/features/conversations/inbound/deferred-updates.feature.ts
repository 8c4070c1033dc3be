import type { Feature } from '../../../feature.ts'
import { deferredUpdatesJobs } from './deferred-updates.jobs.ts'

/** Updates of messages that arrive before the messages themselves. */
export const deferredUpdatesFeature: Feature = { name: 'deferred-updates', jobs: deferredUpdatesJobs }

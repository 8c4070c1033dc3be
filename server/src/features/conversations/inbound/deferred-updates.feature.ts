import type { Feature } from '../../../feature.ts'
import { deferredUpdatesJobs } from './deferred-updates.jobs.ts'

/** What is told of messages before they arrive. */
export const deferredUpdatesFeature: Feature = { name: 'deferred-updates', jobs: deferredUpdatesJobs }

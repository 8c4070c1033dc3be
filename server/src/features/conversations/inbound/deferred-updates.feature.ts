import type { Feature } from '../../../feature.ts'
import { earlyFactJobs } from './deferred-updates.jobs.ts'

/** What is told of messages before they arrive. */
export const earlyFactsFeature: Feature = { name: 'early-facts', jobs: earlyFactJobs }

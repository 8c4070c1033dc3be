import type { Feature } from '../../../feature.ts'
import { rollupEvents } from './rollups.events.ts'
import { rollupJobs } from './rollups.jobs.ts'

/** Figures kept by jobs that follow what is said; analytics answer from them. */
export const rollupsFeature: Feature = { name: 'rollups', jobs: rollupJobs, events: rollupEvents }

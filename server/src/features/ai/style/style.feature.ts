import type { Feature } from '../../../feature.ts'
import { styleJobs } from './style.jobs.ts'
import { styleOperations } from './style.operations.ts'

/** How people of a tenant write, as figures, so that a machine can write like them. */
export const styleFeature: Feature = { name: 'style', operations: styleOperations, jobs: styleJobs }

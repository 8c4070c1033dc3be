import type { Feature } from '../../../feature.ts'
import { repliesJobs } from './replies.jobs.ts'
import { repliesOperations } from './replies.operations.ts'

/** Replies that a model writes from the tenant's documents, in the tenant's style. */
export const repliesFeature: Feature = { name: 'replies', operations: repliesOperations, jobs: repliesJobs }

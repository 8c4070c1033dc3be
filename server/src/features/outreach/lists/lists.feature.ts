import type { Feature } from '../../../feature.ts'
import { listJobs } from './lists.jobs.ts'
import { listOperations } from './lists.operations.ts'

/** Lists of contacts to write to. */
export const listsFeature: Feature = { name: 'lists', operations: listOperations, jobs: listJobs }

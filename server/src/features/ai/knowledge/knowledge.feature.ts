import type { Feature } from '../../../feature.ts'
import { knowledgeEvents } from './knowledge.events.ts'
import { knowledgeJobs } from './knowledge.jobs.ts'
import { knowledgeOperations } from './knowledge.operations.ts'
import { sourceIndexed } from './knowledge.schema.ts'

/** Documents that AI answers from. */
export const knowledgeFeature: Feature = {
  name: 'knowledge',
  operations: knowledgeOperations,
  jobs: knowledgeJobs,
  events: knowledgeEvents,
  publishes: [sourceIndexed],
}

import type { Feature } from '../../../feature.ts'
import { transcriptsEvents } from './transcripts.events.ts'
import { transcriptsJobs } from './transcripts.jobs.ts'
import { transcriptsOperations } from './transcripts.operations.ts'

/** What is said in voice messages. */
export const transcriptsFeature: Feature = {
  name: 'transcripts',
  operations: transcriptsOperations,
  jobs: transcriptsJobs,
  events: transcriptsEvents,
}

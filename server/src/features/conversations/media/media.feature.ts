import type { Feature } from '../../../feature.ts'
import { mediaEvents } from './media.events.ts'
import { mediaJobs } from './media.jobs.ts'
import { mediaOperations } from './media.operations.ts'

/** Files that go out and come in with messages. */
export const mediaFeature: Feature = {
  name: 'media',
  operations: mediaOperations,
  jobs: mediaJobs,
  events: mediaEvents,
}

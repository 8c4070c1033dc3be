import type { Feature } from '../../../feature.ts'
import { messageJobs } from './messages.jobs.ts'
import { messageOperations } from './messages.operations.ts'

/** What was said: stored and listed. Sending is the outbox's. */
export const messagesFeature: Feature = {
  name: 'messages',
  operations: messageOperations,
  jobs: messageJobs,
}

import type { Feature } from '../../feature.ts'
import { messageJobs } from './messages.jobs.ts'
import { messageOperations } from './messages.operations.ts'
import { sessionStream } from './session-stream.ts'

/** What was said: stored, listed, streamed. Sending is the outbox's. */
export const messagesFeature: Feature = {
  name: 'messages',
  operations: messageOperations,
  streams: [sessionStream],
  jobs: messageJobs,
}

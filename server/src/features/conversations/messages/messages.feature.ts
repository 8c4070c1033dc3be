import type { Feature } from '../../../feature.ts'
import {
  messageDeleted,
  messageDelivered,
  messageEdited,
  messageFailed,
  messageRead,
  messageReceived,
  messageSent,
  pollVoted,
} from './message-events.schema.ts'
import { messageJobs } from './messages.jobs.ts'
import { messageOperations } from './messages.operations.ts'

/** What was said: stored and listed. Sending is the outbox's. */
export const messagesFeature: Feature = {
  name: 'messages',
  operations: messageOperations,
  jobs: messageJobs,
  publishes: [
    messageReceived,
    messageSent,
    messageDelivered,
    messageRead,
    messageFailed,
    messageEdited,
    messageDeleted,
    pollVoted,
  ],
}

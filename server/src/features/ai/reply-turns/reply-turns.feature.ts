import type { Feature } from '../../../feature.ts'
import { replyTurnsEvents } from './reply-turns.events.ts'
import { replyTurnsJobs } from './reply-turns.jobs.ts'
import { replyTurnsOperations } from './reply-turns.operations.ts'
import { handedOver } from './reply-turns.schema.ts'

/** Answers to chats by themselves: one for each burst, and silence wherever a person is there. */
export const replyTurnsFeature: Feature = {
  name: 'reply-turns',
  operations: replyTurnsOperations,
  jobs: replyTurnsJobs,
  events: replyTurnsEvents,
  publishes: [handedOver],
}

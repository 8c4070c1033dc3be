import type { Feature } from '../../../feature.ts'
import { chatUpdated } from './chat-events.schema.ts'
import { chatListOperations } from './chat-list.operations.ts'

/** The conversations of a session. */
export const chatListFeature: Feature = {
  name: 'chat-list',
  operations: chatListOperations,
  publishes: [chatUpdated],
}

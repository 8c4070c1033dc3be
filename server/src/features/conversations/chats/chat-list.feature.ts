import type { Feature } from '../../../feature.ts'
import { chatListOperations } from './chat-list.operations.ts'

/** The conversations of a session. */
export const chatListFeature: Feature = {
  name: 'chat-list',
  operations: chatListOperations,
}

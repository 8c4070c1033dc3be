import type { Feature } from '../../../feature.ts'
import { messageActionOperations } from './message-actions.operations.ts'

/** Reactions, edits, unsends, stars, read marks and typing. */
export const messageActionsFeature: Feature = {
  name: 'message-actions',
  operations: messageActionOperations,
}

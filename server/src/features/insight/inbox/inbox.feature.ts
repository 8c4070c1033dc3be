import type { Feature } from '../../../feature.ts'
import { inboxOperations } from './inbox.operations.ts'

/** Conversations of all sessions, with what is known of the person. */
export const inboxFeature: Feature = { name: 'inbox', operations: inboxOperations }

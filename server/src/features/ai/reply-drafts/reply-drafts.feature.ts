import type { Feature } from '../../../feature.ts'
import { replyDraftsOperations } from './reply-drafts.operations.ts'
import { replyDrafted } from './reply-drafts.schema.ts'

/** Answers that a machine wrote and a person sends. */
export const replyDraftsFeature: Feature = {
  name: 'reply-drafts',
  operations: replyDraftsOperations,
  publishes: [replyDrafted],
}

import { onEvent } from '../../../feature.ts'
import { contactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import { messageDeleted, messageEdited } from '../../conversations/messages/message-events.schema.ts'
import { dropTakenBack, followEdits } from './follow-messages.service.ts'
import { moveReviewsOf } from './reviews.store.ts'

export const reviewsEvents = [
  onEvent(messageEdited, followEdits),
  onEvent(messageDeleted, (_ctx, sql, taken) => dropTakenBack(sql, taken)),
  onEvent(contactsMerged, async (_ctx, sql, merged) => {
    for (const pair of merged) await moveReviewsOf(sql, pair)
  }),
]

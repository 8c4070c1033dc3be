import { onEvent } from '../../../feature.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { contactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import { labelDeleted } from '../../conversations/labels/labels.schema.ts'
import { messageReceived, messageSent } from '../../conversations/messages/message-events.schema.ts'
import { sessionConnected } from '../../sessions/lifecycle/sessions.schema.ts'
import { transcriptReady } from '../transcripts/transcripts.schema.ts'
import { followMerge, noticePeople, receiveMessages, receiveTranscripts } from './receive-messages.service.ts'
import { clearHandOverLabel } from './reply-turns.store.ts'

export const replyTurnsEvents = [
  onEvent(messageReceived, receiveMessages),
  onEvent(transcriptReady, receiveTranscripts),
  onEvent(messageSent, noticePeople),
  onEvent(contactsMerged, followMerge),
  onEvent(labelDeleted, async (ctx, sql, payloads) => {
    for (const { tenantId, labelId } of payloads) {
      await clearHandOverLabel(sql, tenantId, labelId)
      await publishChange(ctx, sql, [`tenant:${tenantId}`])
    }
  }),
  // Another account may have been linked: mentions are of this one from now on.
  onEvent(sessionConnected, (ctx, sql, payloads) =>
    publishChange(
      ctx,
      sql,
      [...new Set(payloads.map(({ tenantId }) => tenantId))].map((id) => `tenant:${id}` as const),
    ),
  ),
]

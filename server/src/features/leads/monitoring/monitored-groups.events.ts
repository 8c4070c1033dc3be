import { onEvent } from '../../../feature.ts'
import { contactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import { labelDeleted } from '../../conversations/labels/labels.schema.ts'
import { messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { sessionConnected } from '../../sessions/lifecycle/sessions.schema.ts'
import { captureMessages } from './capture.service.ts'
import { moveSpeaker } from './capture.store.ts'
import { releaseLabel } from './monitored-groups.service.ts'
import { announceWatched } from './watched-groups.ts'

export const monitoredGroupsEvents = [
  onEvent(messageReceived, captureMessages),
  onEvent(labelDeleted, async (ctx, sql, payloads) => {
    for (const { labelId } of payloads) await releaseLabel(ctx, sql, labelId)
  }),
  onEvent(contactsMerged, async (_ctx, sql, merged) => {
    for (const pair of merged) await moveSpeaker(sql, pair.tenantId, pair)
  }),
  // Another account may have been linked: mentions are of this one from now on.
  onEvent(sessionConnected, (ctx, sql, payloads) =>
    announceWatched(
      ctx,
      sql,
      payloads.map(({ sessionId }) => sessionId),
    ),
  ),
]

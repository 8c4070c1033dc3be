import { onEvent } from '../../feature.ts'
import { messageReceived } from '../messages/messages.schema.ts'
import { sessionConnected } from '../sessions/sessions.schema.ts'
import { captureMessages } from './capture.service.ts'
import { announceWatched } from './watched-groups.ts'

export const monitoredGroupsEvents = [
  onEvent(messageReceived, captureMessages),
  // Another account may have been linked: mentions are of this one from now on.
  onEvent(sessionConnected, async (ctx, sql, payloads) => {
    for (const { sessionId } of payloads) await announceWatched(ctx, sql, sessionId)
  }),
]

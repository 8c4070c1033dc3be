import { onEvent } from '../../../feature.ts'
import { messageFailed, messageSent } from '../../conversations/messages/message-events.schema.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { noteProgress } from './report-delivery.service.ts'
import { releaseSession } from './report-runs.service.ts'

export const reportsEvents = [
  onEvent(messageSent, noteProgress),
  onEvent(messageFailed, noteProgress),
  onEvent(sessionDeleted, async (ctx, sql, deleted) => {
    for (const session of deleted) await releaseSession(ctx, sql, session)
  }),
]

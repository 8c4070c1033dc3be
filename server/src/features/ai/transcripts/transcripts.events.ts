import { onEvent } from '../../../feature.ts'
import { messageDeleted, messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { forgetTranscripts, queueArrived } from './transcripts.service.ts'

/** What happens to messages and concerns what was said in them. */
export const transcriptsEvents = [
  onEvent(messageReceived, queueArrived),
  onEvent(messageDeleted, async (_ctx, sql, deleted) => {
    for (const [tenantId, own] of Map.groupBy(deleted, (event) => event.tenantId))
      await forgetTranscripts(
        sql,
        tenantId,
        own.map(({ messageId }) => messageId),
      )
  }),
]

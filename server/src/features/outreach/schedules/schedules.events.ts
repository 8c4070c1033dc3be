import { onEvent } from '../../../feature.ts'
import { messageFailed, messageSent } from '../../conversations/messages/message-events.schema.ts'
import { customGroupDeleting } from '../../groups/custom-groups/custom-groups.schema.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { bulkSendCompleted } from '../bulk/bulk.schema.ts'
import { channelDeleted, postConcluded } from '../channels/channels.schema.ts'
import { concludeJobs, concludeMessages, concludePosts } from './conclude.service.ts'
import { cancelUsers, refuseDeletion } from './schedules.service.ts'

export const schedulesEvents = [
  onEvent(bulkSendCompleted, concludeJobs),
  onEvent(messageSent, concludeMessages),
  onEvent(messageFailed, concludeMessages),
  onEvent(postConcluded, concludePosts),
  onEvent(customGroupDeleting, async (_ctx, sql, deleting) => {
    for (const { tenantId, groupId } of deleting) await refuseDeletion(sql, tenantId, groupId)
  }),
  onEvent(channelDeleted, async (ctx, sql, deleted) => {
    for (const { tenantId, channelId } of deleted) await cancelUsers(ctx, sql, tenantId, { channelId })
  }),
  onEvent(sessionDeleted, async (ctx, sql, deleted) => {
    for (const { tenantId, sessionId } of deleted) await cancelUsers(ctx, sql, tenantId, { sessionId })
  }),
]

import type { Context } from '../../../context.ts'
import { chatKind } from '../../../engine/ids.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import {
  type MessageProgress,
  messageFailed,
  messageSent,
} from '../../conversations/messages/message-events.schema.ts'
import { concludePosts } from './channel-posts.store.ts'
import { postConcluded, postPublished } from './channels.schema.ts'

/** A post is sent or failed in the transaction that stores so of its message. */
async function conclude(ctx: Context, sql: Sql, events: readonly MessageProgress[]): Promise<void> {
  const outcomes = events
    .filter(({ chatId }) => chatKind(chatId) === 'channel')
    .map(({ tenantId, messageId, status, error }) => ({
      message_id: messageId,
      tenant_id: tenantId,
      status: status === 'failed' ? ('failed' as const) : ('sent' as const),
      error,
    }))
  if (outcomes.length === 0) return
  const posts = (await concludePosts(sql, outcomes, ctx.clock.now())).map(({ id, ...post }) => ({
    postId: id,
    ...post,
  }))
  await ctx.events.publishMany(sql, postConcluded, posts)
  await ctx.events.publishMany(
    sql,
    postPublished,
    posts.filter(({ status }) => status === 'sent'),
  )
}

/** What happens to messages and concerns posts. */
export const channelEvents = [onEvent(messageSent, conclude), onEvent(messageFailed, conclude)]

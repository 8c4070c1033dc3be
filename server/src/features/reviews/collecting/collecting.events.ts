import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { transcriptReady } from '../../ai/transcripts/transcripts.schema.ts'
import {
  type MessageReceived,
  messageEdited,
  messageReceived,
} from '../../conversations/messages/message-events.schema.ts'
import { getActiveCollectors } from './active-collectors.ts'
import { collectJob, wordedTypes } from './collecting.schema.ts'

const worded: ReadonlySet<string> = new Set(wordedTypes)
type Said = Pick<MessageReceived, 'tenantId' | 'sessionId' | 'messageId'>

/** Puts what was said where somebody collects into the queue. */
async function enqueue(ctx: Context, sql: Sql, said: readonly Said[]): Promise<void> {
  for (const [sessionId, messages] of Map.groupBy(said, (each) => each.sessionId)) {
    const [first] = messages
    if (first === undefined || (await getActiveCollectors(ctx, sql, sessionId)).length === 0) continue
    const messageIds = messages.map(({ messageId }) => messageId)
    await ctx.jobs.add(sql, collectJob, { tenantId: first.tenantId, sessionId, messageIds })
  }
}

export const collectingEvents = [
  onEvent(transcriptReady, enqueue),
  onEvent(messageReceived, (ctx, sql, messages) =>
    enqueue(
      ctx,
      sql,
      messages.filter(({ messageType, text }) => worded.has(messageType) && text !== ''),
    ),
  ),
  // What is said otherwise may be praise now.
  onEvent(messageEdited, (ctx, sql, messages) =>
    enqueue(
      ctx,
      sql,
      messages.filter(({ direction, messageType }) => direction === 'inbound' && worded.has(messageType)),
    ),
  ),
]

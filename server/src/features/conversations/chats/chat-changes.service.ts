import type { Context } from '../../../context.ts'
import type { ChatChange } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toTimestamp } from '../../../wire.ts'
import { chatUpdated } from './chat-events.schema.ts'
import { findChatState, storeChatState, updateChatState } from './chat-states.store.ts'
import { findChat } from './chats.service.ts'

/**
 * Keeps what the account's devices did with chats: archived, pinned, muted, read. That a chat was deleted on the phone
 * changes nothing here: what a tenant keeps is its own to delete.
 */
export async function applyChatChanges(ctx: Context, changes: readonly ChatChange[]): Promise<void> {
  for (const change of changes) await applyChange(ctx, change)
}

async function applyChange(ctx: Context, change: ChatChange): Promise<void> {
  const { tenantId, sessionId, chatId: waChatId } = change
  await ctx.db.transaction(async (sql) => {
    const chat = await findChat(ctx, tenantId, sessionId, waChatId, sql)
    if (chat !== undefined) {
      await updateChatState(sql, tenantId, chat.id, change, ctx.clock.now())
      await publishChatUpdated(ctx, sql, tenantId, chat.id)
    } else await storeChatState(sql, { tenantId, sessionId, waChatId }, change, ctx.clock.now())
  })
}

/** Tells how a chat stands now, in the transaction that changed it. */
export async function publishChatUpdated(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  chatRecordId: string,
): Promise<void> {
  const state = await findChatState(sql, tenantId, chatRecordId)
  if (state === undefined) return
  const { waChatId, mutedUntil, ...rest } = state
  const until = mutedUntil === null ? null : toTimestamp(new Date(mutedUntil))
  await ctx.events.publish(sql, chatUpdated, {
    tenantId,
    chatId: waChatId,
    chatRecordId,
    ...rest,
    mutedUntil: until,
  })
}

import type { Context } from '../../../context.ts'
import type { ChatChange } from '../../../engine/events.ts'
import { storeChatState, updateChatState } from './chat-states.store.ts'
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
    if (chat !== undefined) await updateChatState(sql, tenantId, chat.id, change, ctx.clock.now())
    else await storeChatState(sql, { tenantId, sessionId, waChatId }, change, ctx.clock.now())
  })
}

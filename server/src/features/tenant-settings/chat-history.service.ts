import type { Context } from '../../context.ts'
import { chatHistoryClosed } from './settings.schema.ts'
import { getSettings } from './settings.service.ts'

/** Refuses programs until the tenant has opened its chats and contacts to them (decision 7). */
export async function requireOpenHistory(ctx: Context): Promise<void> {
  if (ctx.caller.kind !== 'key') return
  const settings = await getSettings(ctx, ctx.caller.tenantId)
  if (settings.chatHistoryAccessEnabled) return
  // The words are the contract's: clients look for them.
  const message =
    'Chat history access requires opt-in: set chat_history_access_enabled in the tenant settings'
  throw chatHistoryClosed.create({ message })
}

import type { Context } from '../../../context.ts'
import { chatHistoryClosed } from './settings.schema.ts'
import { getSettings } from './settings.service.ts'

/** Whether the caller may read chats and contacts: programs only when the tenant has opened them (decision 7). */
export async function isHistoryOpen(ctx: Context): Promise<boolean> {
  if (ctx.caller.kind !== 'key') return true
  return (await getSettings(ctx, ctx.caller.tenantId)).chatHistoryAccessEnabled
}

/** Refuses programs until the tenant has opened its chats and contacts to them. */
export async function requireOpenHistory(ctx: Context): Promise<void> {
  if (await isHistoryOpen(ctx)) return
  // The words are the contract's: clients look for them.
  const message =
    'Chat history access requires opt-in: set chat_history_access_enabled in the tenant settings'
  throw chatHistoryClosed.create({ message })
}

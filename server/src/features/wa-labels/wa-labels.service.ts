import type { Context } from '../../context.ts'
import { tenantOf } from '../../context.ts'
import type { LabelChange } from '../../engine/events.ts'
import { listChatLabels, listLabels, upsertLabelChange } from './wa-labels.store.ts'
import type { WaChatLabelRow, WaLabelRow } from './wa-labels.tables.ts'

/** Keeps labels and which chats have them. App state tells each change once, so nothing of it may be lost. */
export async function applyLabels(ctx: Context, changes: readonly LabelChange[]): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    for (const change of changes) {
      const isNamed = change.kind === 'label'
      const kept = isNamed ? { ...change, name: change.name.replaceAll('\0', '').toWellFormed() } : change
      await upsertLabelChange(sql, kept)
    }
  })
}

/** Labels that a session's account has, with the chats that have them. */
export async function listAccountLabels(
  ctx: Context,
  sessionId: string,
): Promise<{ labels: WaLabelRow[]; chats: WaChatLabelRow[] }> {
  const tenantId = tenantOf(ctx)
  const labels = await listLabels(ctx.db.sql, tenantId, sessionId)
  return { labels, chats: await listChatLabels(ctx.db.sql, tenantId, sessionId) }
}

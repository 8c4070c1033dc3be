import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { LabelChange } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toStorable } from '../../../platform/storable-text.ts'
import {
  clearChatsOfLabel,
  deleteAccountLabels,
  listChatLabels,
  listLabels,
  upsertLabelChange,
} from './wa-labels.store.ts'
import type { WaChatLabelRow, WaLabelRow } from './wa-labels.tables.ts'

/**
 * Keeps what an account knows of a label or of a chat that has it, unless something newer is known: what its phone sent,
 * or what was brought to it. App state delivers each change once, so nothing of it may be lost.
 */
export async function storeLabelChange(sql: Sql, change: LabelChange): Promise<void> {
  if (change.kind === 'chat') return upsertLabelChange(sql, change)
  await upsertLabelChange(sql, { ...change, name: toStorable(change.name) })
  if (change.isDeleted) await clearChatsOfLabel(sql, change)
}

/** Labels that a session's account has, with the chats that have them. */
export async function listAccountLabels(
  ctx: Context,
  sessionId: string,
  sql: Sql = ctx.db.sql,
): Promise<{ labels: WaLabelRow[]; chats: WaChatLabelRow[] }> {
  const tenantId = tenantOf(ctx)
  const labels = await listLabels(sql, tenantId, sessionId)
  return { labels, chats: await listChatLabels(sql, tenantId, sessionId) }
}

/** Removes the labels of an account that a session is no longer linked to. */
export function dropAccountLabels(sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  return deleteAccountLabels(sql, tenantId, sessionId)
}

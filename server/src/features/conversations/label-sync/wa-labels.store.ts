// Reads tables of other areas: sessions (sessions).
import { and, asc, eq, sql as text } from 'drizzle-orm'
import type { LabelChange } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type WaChatLabelRow, type WaLabelRow, waChatLabels, waLabels } from './wa-labels.tables.ts'

/** Keeps a label, or that a chat has it, unless something newer is known; a session that is gone is ignored. */
export async function upsertLabelChange(sql: Sql, change: LabelChange): Promise<void> {
  const at = text`${change.at.toISOString()}::timestamptz`
  const session = text`FROM sessions s WHERE s.id = ${change.sessionId} AND s.tenant_id = ${change.tenantId}`
  if (change.kind === 'label') {
    await sql.execute(text`
      INSERT INTO wa_labels AS l (session_id, wa_label_id, tenant_id, name, color_index, is_deleted, changed_at)
      SELECT s.id, ${change.waLabelId}, s.tenant_id, ${change.name}, ${change.colorIndex}, ${change.isDeleted}, ${at}
      ${session}
      ON CONFLICT (session_id, wa_label_id) DO UPDATE SET name = excluded.name, color_index = excluded.color_index,
        is_deleted = excluded.is_deleted, changed_at = excluded.changed_at WHERE excluded.changed_at >= l.changed_at`)
    return
  }
  await sql.execute(text`
    INSERT INTO wa_chat_labels AS l (session_id, wa_label_id, wa_chat_id, tenant_id, is_deleted, changed_at)
    SELECT s.id, ${change.waLabelId}, ${change.chatId}, s.tenant_id, ${!change.isLabelled}, ${at} ${session}
    ON CONFLICT (session_id, wa_label_id, wa_chat_id) DO UPDATE SET is_deleted = excluded.is_deleted,
      changed_at = excluded.changed_at WHERE excluded.changed_at >= l.changed_at`)
}

/** A label that is gone is on no chat. */
export async function clearChatsOfLabel(
  sql: Sql,
  { tenantId, sessionId, waLabelId, at }: Pick<LabelChange, 'tenantId' | 'sessionId' | 'waLabelId' | 'at'>,
): Promise<void> {
  const timestamp = text`${at.toISOString()}::timestamptz`
  await sql.execute(text`
    UPDATE wa_chat_labels SET is_deleted = true, changed_at = ${timestamp}
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND wa_label_id = ${waLabelId}
      AND NOT is_deleted AND changed_at <= ${timestamp}`)
}

/** Removes everything of one account. */
export async function deleteAccountLabels(sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  await sql
    .delete(waChatLabels)
    .where(and(eq(waChatLabels.tenantId, tenantId), eq(waChatLabels.sessionId, sessionId)))
  await sql.delete(waLabels).where(and(eq(waLabels.tenantId, tenantId), eq(waLabels.sessionId, sessionId)))
}

/** Labels that a session's account has. */
export function listLabels(sql: Sql, tenantId: string, sessionId: string): Promise<WaLabelRow[]> {
  return sql
    .select()
    .from(waLabels)
    .where(
      and(eq(waLabels.tenantId, tenantId), eq(waLabels.sessionId, sessionId), eq(waLabels.isDeleted, false)),
    )
    .orderBy(asc(waLabels.waLabelId))
}

/** Chats of a session that have labels. */
export function listChatLabels(sql: Sql, tenantId: string, sessionId: string): Promise<WaChatLabelRow[]> {
  return sql
    .select()
    .from(waChatLabels)
    .where(
      and(
        eq(waChatLabels.tenantId, tenantId),
        eq(waChatLabels.sessionId, sessionId),
        eq(waChatLabels.isDeleted, false),
      ),
    )
    .orderBy(asc(waChatLabels.waLabelId), asc(waChatLabels.waChatId))
}

// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

const list = (ids: readonly string[]) => text`${text.param([...ids])}`

/**
 * Notes that a job is to bring changes to these sessions; answers those for which none waits yet. The rows stay locked,
 * so a job that begins now sees the caller's changes or leaves a new job to the caller.
 */
export async function insertPushes(
  sql: Sql,
  tenantId: string,
  sessionIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.execute<{ sessionId: string; isNew: boolean }>(text`
    INSERT INTO label_pushes AS p (session_id, tenant_id)
    SELECT s.id, s.tenant_id FROM sessions s
    WHERE s.tenant_id = ${tenantId} AND s.id = ANY(${list(sessionIds)}::uuid[]) ORDER BY s.id
    ON CONFLICT (session_id) DO UPDATE SET tenant_id = excluded.tenant_id
    RETURNING session_id AS "sessionId", xmax = 0 AS "isNew"`)
  return rows.flatMap(({ sessionId, isNew }) => (isNew ? [sessionId] : []))
}

/** A job begins: changes from now on need another one. */
export async function deletePush(sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  await sql.execute(
    text`DELETE FROM label_pushes WHERE session_id = ${sessionId} AND tenant_id = ${tenantId}`,
  )
}

/** Of some sessions those with synced labels; without a choice all of the tenant that hold one of some labels. */
export async function listSyncedSessions(
  sql: Sql,
  tenantId: string,
  of: { sessionIds: readonly string[] } | { labelIds: readonly string[] } | 'deleted',
): Promise<string[]> {
  const chosen =
    of === 'deleted'
      ? text`label_id IS NULL`
      : 'labelIds' in of
        ? text`label_id = ANY(${list(of.labelIds)}::uuid[])`
        : text`session_id = ANY(${list(of.sessionIds)}::uuid[])`
  const { rows } = await sql.execute<{ sessionId: string }>(text`
    SELECT DISTINCT session_id AS "sessionId" FROM label_syncs WHERE tenant_id = ${tenantId} AND ${chosen}`)
  return rows.map(({ sessionId }) => sessionId)
}

/** Which label here is a label of an account. */
export interface LabelLink extends Record<string, unknown> {
  waLabelId: string
  /** Null: deleted here and not yet there. */
  labelId: string | null
}

/** Labels of an account that are synced; with an id only that one. */
export async function listLinks(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  waLabelId?: string,
): Promise<LabelLink[]> {
  const chosen = waLabelId === undefined ? text`` : text`AND wa_label_id = ${waLabelId}`
  const { rows } = await sql.execute<LabelLink>(text`
    SELECT wa_label_id AS "waLabelId", label_id AS "labelId" FROM label_syncs
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId} ${chosen}`)
  return rows
}

/** Makes a label here and one of an account the same; false when either has another one there. */
export async function insertLink(
  sql: Sql,
  link: { tenantId: string; sessionId: string; waLabelId: string; labelId: string },
  now: Date,
): Promise<boolean> {
  const { rows } = await sql.execute(text`
    INSERT INTO label_syncs (session_id, wa_label_id, tenant_id, label_id, linked_at)
    VALUES (${link.sessionId}, ${link.waLabelId}, ${link.tenantId}, ${link.labelId}, ${now.toISOString()}::timestamptz)
    ON CONFLICT DO NOTHING RETURNING wa_label_id`)
  return rows.length > 0
}

/** The label of an account is to go, or is gone; answers how many accounts still hold the label here. */
export async function releaseLink(
  sql: Sql,
  { tenantId, sessionId, labelId }: { tenantId: string; sessionId: string; labelId: string },
): Promise<number> {
  await sql.execute(text`
    UPDATE label_syncs SET label_id = NULL
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId} AND label_id = ${labelId}`)
  const { rows } = await sql.execute<{ left: number }>(text`
    SELECT count(*)::int AS left FROM label_syncs WHERE tenant_id = ${tenantId} AND label_id = ${labelId}`)
  return rows[0]?.left ?? 0
}

/** Removes a label of an account that was deleted. */
export async function deleteLink(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  waLabelId: string,
): Promise<void> {
  await sql.execute(text`
    DELETE FROM label_syncs WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}
      AND wa_label_id = ${waLabelId} AND label_id IS NULL`)
}

/** Removes what is synced with a session. */
export async function deleteLinks(sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  await sql.execute(text`DELETE FROM label_syncs WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}`)
}

/** The id for a new label of an account: the next number that none ever had. */
export async function nextWaLabelId(sql: Sql, tenantId: string, sessionId: string): Promise<string> {
  const { rows } = await sql.execute<{ next: number }>(text`
    SELECT coalesce(max(id::int), 0) + 1 AS next FROM (
      SELECT wa_label_id AS id FROM wa_labels WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}
      UNION ALL SELECT wa_label_id FROM label_syncs WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}
    ) known WHERE id ~ '^[0-9]{1,9}$'`)
  return String(rows[0]?.next ?? 1)
}

/** A chat of a label. */
export interface ChatMark {
  tenantId: string
  labelId: string
  chatId: string
  isSet: boolean
  at: Date
}

/** Sets or takes off a label as a phone did, unless something newer is known; answers how it is now. */
export async function applyChatMark(sql: Sql, mark: ChatMark): Promise<boolean> {
  const { tenantId, labelId, chatId, isSet } = mark
  await sql.execute(text`
    INSERT INTO chat_labels AS c (label_id, chat_id, tenant_id, is_set, changed_at)
    SELECT l.id, h.id, l.tenant_id, ${isSet}::boolean, ${mark.at.toISOString()}::timestamptz
    FROM labels l JOIN chats h ON h.tenant_id = l.tenant_id AND h.id = ${chatId}
    WHERE l.tenant_id = ${tenantId} AND l.id = ${labelId} FOR KEY SHARE OF l, h
    ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = excluded.is_set, changed_at = excluded.changed_at
      WHERE c.changed_at < excluded.changed_at`)
  const { rows } = await sql.execute<{ isSet: boolean }>(text`
    SELECT is_set AS "isSet" FROM chat_labels
    WHERE tenant_id = ${tenantId} AND label_id = ${labelId} AND chat_id = ${chatId}`)
  return rows[0]?.isSet ?? false
}

/** Takes a label off all chats of a session. */
export async function clearLabelInSession(
  sql: Sql,
  { tenantId, sessionId, labelId }: { tenantId: string; sessionId: string; labelId: string },
): Promise<void> {
  await sql.execute(text`
    DELETE FROM chat_labels c USING chats h
    WHERE h.id = c.chat_id AND h.session_id = ${sessionId} AND c.tenant_id = ${tenantId} AND c.label_id = ${labelId}`)
}

/** Gives a label here the chats that have it in an account; answers how many of them are new. */
export async function importChatMarks(
  sql: Sql,
  link: { tenantId: string; sessionId: string; waLabelId: string; labelId: string },
): Promise<number> {
  const { rows } = await sql.execute(text`
    INSERT INTO chat_labels AS c (label_id, chat_id, tenant_id, changed_at)
    SELECT ${link.labelId}::uuid, h.id, m.tenant_id, max(m.changed_at)
    FROM wa_chat_labels m
    CROSS JOIN LATERAL (
      SELECT id FROM chats WHERE session_id = m.session_id AND wa_chat_id = m.wa_chat_id
      UNION SELECT h.id FROM contacts k JOIN chats h ON h.contact_id = k.id AND h.session_id = m.session_id
        WHERE k.tenant_id = m.tenant_id AND m.wa_chat_id LIKE '%@c.us' AND k.lid = split_part(m.wa_chat_id, '@', 1)
    ) h
    WHERE m.tenant_id = ${link.tenantId} AND m.session_id = ${link.sessionId}
      AND m.wa_label_id = ${link.waLabelId} AND NOT m.is_deleted
    GROUP BY h.id, m.tenant_id ORDER BY h.id
    ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = true, changed_at = excluded.changed_at
      WHERE NOT c.is_set AND c.changed_at < excluded.changed_at
    RETURNING c.chat_id`)
  return rows.length
}

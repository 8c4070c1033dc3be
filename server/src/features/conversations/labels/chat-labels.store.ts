// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A chat as labels need it. */
export interface LabelledChat extends Record<string, unknown> {
  id: string
  sessionId: string
}

/** The chat with an id, if it is the tenant's. */
export async function findChatsById(sql: Sql, tenantId: string, id: string): Promise<LabelledChat[]> {
  const { rows } = await sql.execute<LabelledChat>(text`
    SELECT h.id, h.session_id AS "sessionId" FROM chats h WHERE h.tenant_id = ${tenantId} AND h.id = ${id}`)
  return rows
}

/** Chats of all sessions that WhatsApp calls so; digits of a person may be a phone's or a LID's. */
export async function findChatsByWaId(
  sql: Sql,
  tenantId: string,
  waChatId: string,
  digits: string | null,
): Promise<LabelledChat[]> {
  const { rows } = await sql.execute<LabelledChat>(
    digits === null
      ? text`
        SELECT h.id, h.session_id AS "sessionId" FROM sessions s
        JOIN chats h ON h.session_id = s.id AND h.wa_chat_id = ${waChatId} AND h.contact_id IS NULL
        WHERE s.tenant_id = ${tenantId} AND h.tenant_id = ${tenantId} ORDER BY h.id`
      : text`
        SELECT h.id, h.session_id AS "sessionId" FROM contacts c
        JOIN chats h ON h.contact_id = c.id
        WHERE c.tenant_id = ${tenantId} AND (c.phone = ${digits} OR c.lid = ${digits}) AND h.tenant_id = ${tenantId}
        ORDER BY h.id`,
  )
  return rows
}

/** Lets one transaction at a time choose the labels of these chats. */
export async function lockChats(sql: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  await sql.execute(text`
    SELECT id FROM chats WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`)
}

/** Which of some labels there are; none of them goes away until the transaction ends. */
export async function holdLabels(sql: Sql, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM labels WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])
    ORDER BY id FOR KEY SHARE`)
  return rows.map(({ id }) => id)
}

/** Gives chats exactly these labels. */
export async function replaceLabelsOfChats(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
  labelIds: readonly string[],
  now: Date,
): Promise<void> {
  const at = text`${now.toISOString()}::timestamptz`
  const [chats, chosen] = [text.param([...chatIds]), text.param([...labelIds])]
  await sql.execute(text`
    UPDATE chat_labels SET is_set = false, changed_at = ${at}
    WHERE tenant_id = ${tenantId} AND chat_id = ANY(${chats}::uuid[]) AND is_set
      AND label_id <> ALL(${chosen}::uuid[])`)
  await sql.execute(text`
    INSERT INTO chat_labels AS c (label_id, chat_id, tenant_id, changed_at)
    SELECT l.id, h.id, ${tenantId}::uuid, ${at}
    FROM unnest(${chosen}::uuid[]) AS l(id), unnest(${chats}::uuid[]) AS h(id) ORDER BY l.id, h.id
    ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = true, changed_at = excluded.changed_at
      WHERE NOT c.is_set`)
}

/** Puts a label on a chat; answers the chat's session when it had not got it, undefined otherwise. */
export async function addLabelToChat(
  sql: Sql,
  { tenantId, chatId, labelId }: { tenantId: string; chatId: string; labelId: string },
  now: Date,
): Promise<string | undefined> {
  const { rows } = await sql.execute<{ sessionId: string }>(text`
    INSERT INTO chat_labels AS c (label_id, chat_id, tenant_id, changed_at)
    SELECT l.id, h.id, l.tenant_id, ${now.toISOString()}::timestamptz FROM labels l
    JOIN chats h ON h.tenant_id = l.tenant_id AND h.id = ${chatId}
    WHERE l.tenant_id = ${tenantId} AND l.id = ${labelId} FOR KEY SHARE OF l, h
    ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = true, changed_at = excluded.changed_at
      WHERE NOT c.is_set
    RETURNING (SELECT h.session_id FROM chats h WHERE h.id = c.chat_id) AS "sessionId"`)
  return rows[0]?.sessionId
}

/** Ids of the labels that any of some chats has. */
export async function listLabelIdsOfChats(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT DISTINCT label_id AS id FROM chat_labels
    WHERE tenant_id = ${tenantId} AND chat_id = ANY(${text.param([...chatIds])}::uuid[]) AND is_set`)
  return rows.map(({ id }) => id)
}

/** A chat of a label as the API shows it. */
export interface LabelledChatRow extends Record<string, unknown> {
  id: string
  waChatId: string
  name: string | null
  isGroup: boolean
  sessionId: string
}

/** One page of the chats that have a label, the most recent first. */
export async function listChatsOfLabel(
  sql: Sql,
  tenantId: string,
  labelId: string,
  limit: number,
  offset: number,
): Promise<LabelledChatRow[]> {
  const { rows } = await sql.execute<LabelledChatRow>(text`
    SELECT h.id, h.wa_chat_id AS "waChatId", coalesce(h.name, c.name, c.book_name, c.push_name) AS name,
      h.kind = 'group' AS "isGroup", h.session_id AS "sessionId"
    FROM chat_labels x JOIN chats h ON h.id = x.chat_id LEFT JOIN contacts c ON c.id = h.contact_id
    WHERE x.tenant_id = ${tenantId} AND x.label_id = ${labelId} AND x.is_set
    ORDER BY h.last_message_at DESC NULLS LAST, h.id LIMIT ${limit} OFFSET ${offset}`)
  return rows
}

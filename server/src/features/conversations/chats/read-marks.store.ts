import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** An inbound message that its sender may be told was read. */
export interface UnreadMessage extends Record<string, unknown> {
  id: string
  waMessageId: string
  phone: string | null
  lid: string | null
}

const selection = text`
  SELECT m.id, m.wa_message_id AS "waMessageId", c.phone, c.lid
  FROM messages m LEFT JOIN contacts c ON c.id = m.sender_contact_id`

/** The unread messages of a chat: the newest inbound ones, as many as its counter says. */
export async function listUnread(
  sql: Sql,
  tenantId: string,
  chatId: string,
  limit: number,
): Promise<UnreadMessage[]> {
  const { rows } = await sql.execute<UnreadMessage>(text`${selection}
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} AND m.direction = 'inbound' AND m.read_at IS NULL
      AND m.message_type <> 'reaction'
    ORDER BY m.ordered_at DESC, m.id DESC
    LIMIT least(${limit}, (SELECT unread_count FROM chats WHERE id = ${chatId} AND tenant_id = ${tenantId}))`)
  return rows
}

/** Inbound messages of a chat by our ids, with whether they are unread. */
export async function listNamed(
  sql: Sql,
  tenantId: string,
  chatId: string,
  ids: readonly string[],
): Promise<(UnreadMessage & { isUnread: boolean })[]> {
  const { rows } = await sql.execute<UnreadMessage & { isUnread: boolean }>(text`
    SELECT m.id, m.wa_message_id AS "waMessageId", c.phone, c.lid,
      m.direction = 'inbound' AND m.read_at IS NULL AS "isUnread"
    FROM messages m LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} AND m.id = ANY(${text.param([...ids])}::uuid[])`)
  return rows
}

/** Keeps when messages were read and takes them off the counter of their chat; all of it when all were named. */
export async function markRead(
  sql: Sql,
  tenantId: string,
  chatId: string,
  ids: readonly string[],
  options: { at: Date; isAll: boolean },
): Promise<number> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET read_at = ${options.at.toISOString()}
    WHERE chat_id = ${chatId} AND tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])
      AND direction = 'inbound' AND read_at IS NULL`)
  const marked = rowCount ?? 0
  await sql.execute(text`
    UPDATE chats SET unread_count = ${options.isAll ? text`0` : text`greatest(0, unread_count - ${marked}::int)`},
      unread_changed_at = greatest(unread_changed_at, ${options.at.toISOString()}::timestamptz)
    WHERE id = ${chatId} AND tenant_id = ${tenantId}`)
  return marked
}

/** Whether the counter of a chat is not zero. */
export async function isUnread(sql: Sql, tenantId: string, chatId: string): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT FROM chats WHERE id = ${chatId} AND tenant_id = ${tenantId} AND unread_count > 0`)
  return rows.length > 0
}

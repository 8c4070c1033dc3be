// Reads tables of other areas: conversations (chats, contacts, messages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A message whose words are not known yet. */
export interface UnreadText extends Record<string, unknown> {
  id: string
  tenantId: string
  preview: string
}

/** Up to which message all were read; undefined before the first. */
export async function findReadUntil(sql: Sql): Promise<string | undefined> {
  const { rows } = await sql.execute<{ readUntil: string }>(
    text`SELECT read_until AS "readUntil" FROM message_words_state WHERE id = 1`,
  )
  return rows[0]?.readUntil
}

/** Keeps up to which message all were read; it never goes back. */
export async function saveReadUntil(sql: Sql, readUntil: string): Promise<void> {
  await sql.execute(text`
    INSERT INTO message_words_state AS s (id, read_until) VALUES (1, ${readUntil})
    ON CONFLICT (id) DO UPDATE SET read_until = excluded.read_until WHERE s.read_until < excluded.read_until`)
}

/** The next messages with a text whose words are not known, by id. */
export async function listUnreadTexts(sql: Sql, afterId: string, limit: number): Promise<UnreadText[]> {
  const { rows } = await sql.execute<UnreadText>(text`
    SELECT m.id, m.tenant_id AS "tenantId", m.content_preview AS preview FROM messages m
    WHERE m.id > ${afterId} AND m.content_preview IS NOT NULL AND m.message_type <> 'reaction'
      AND NOT EXISTS (SELECT FROM message_words w WHERE w.message_id = m.id)
    ORDER BY m.id LIMIT ${limit}`)
  return rows
}

/** Keeps the words of messages; of those that are gone by now nothing. */
export async function saveWords(
  sql: Sql,
  messages: readonly { id: string; words: readonly string[] }[],
): Promise<void> {
  if (messages.length === 0) return
  await sql.execute(text`
    INSERT INTO message_words (message_id, words)
    SELECT m.id, array_to_tsvector(r.words)
    FROM json_to_recordset(${JSON.stringify(messages)}::json) AS r(id uuid, words text[])
    JOIN messages m ON m.id = r.id AND m.content_preview IS NOT NULL
    ORDER BY m.id FOR KEY SHARE OF m
    ON CONFLICT (message_id) DO UPDATE SET words = excluded.words`)
}

/** Forgets the words of a tenant's messages. */
export async function deleteWords(sql: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  await sql.execute(text`
    DELETE FROM message_words w USING messages m
    WHERE m.id = w.message_id AND m.tenant_id = ${tenantId} AND m.id = ANY(${text.param([...ids])}::uuid[])`)
}

/** Forgets the words of the next messages whose text is kept no longer; answers the last id looked at. */
export async function forgetNext(sql: Sql, afterId: string, limit: number): Promise<string | undefined> {
  const { rows } = await sql.execute<{ last: string | null }>(text`
    WITH page AS (
      SELECT message_id FROM message_words WHERE message_id > ${afterId} ORDER BY message_id LIMIT ${limit}
    ), gone AS (
      DELETE FROM message_words w USING page p, messages m
      WHERE w.message_id = p.message_id AND m.id = p.message_id AND m.content_preview IS NULL
    )
    SELECT max(message_id::text) AS last FROM page`)
  return rows[0]?.last ?? undefined
}

/** Which messages of a tenant. */
export interface SearchFilter {
  tenantId: string
  query: string
  sessionId: string | undefined
  chatId: string | undefined
}

/** A message that was found, with what its chat is called. */
export interface FoundMessage extends Record<string, unknown> {
  id: string
  chatName: string | null
  isGroup: boolean
}

const conditions = ({ tenantId, query, sessionId, chatId }: SearchFilter) => text`
  w.words @@ ${query}::tsquery AND m.tenant_id = ${tenantId} AND m.content_preview IS NOT NULL
  ${sessionId === undefined ? text`` : text`AND m.session_id = ${sessionId}`}
  ${chatId === undefined ? text`` : text`AND m.chat_id = ${chatId}`}`

/** One page of the messages that were found, newest first, and how many there are. */
export async function searchWords(
  sql: Sql,
  filter: SearchFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: FoundMessage[]; total: number }> {
  const { rows } = await sql.execute<FoundMessage>(text`
    SELECT m.id, coalesce(h.name, c.name, c.book_name, c.push_name) AS "chatName", h.kind = 'group' AS "isGroup"
    FROM message_words w JOIN messages m ON m.id = w.message_id JOIN chats h ON h.id = m.chat_id
      LEFT JOIN contacts c ON c.id = h.contact_id
    WHERE ${conditions(filter)} ORDER BY m.ordered_at DESC, m.id DESC LIMIT ${limit} OFFSET ${offset}`)
  const counted = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM message_words w JOIN messages m ON m.id = w.message_id
    WHERE ${conditions(filter)}`)
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

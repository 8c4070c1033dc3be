// Reads tables of other areas: conversations (chats, contacts, messages), leads (leads).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** How many of a person's texts say enough about the language. */
const textsRead = 10

/** Somebody whose texts were never read, or who has written since. */
export interface UnreadPerson extends Record<string, unknown> {
  contactId: string
  phone: string
  /** What the person wrote last, newest first. */
  texts: string
  /** When it was written, to the microsecond: text in the form of the database. */
  writtenUntil: string
}

const unread = (tenantId: string): SQL => text`c.tenant_id = ${tenantId} AND c.phone IS NOT NULL
  AND (y.contact_id IS NULL
    OR EXISTS (SELECT FROM chats h WHERE h.contact_id = c.id AND h.last_inbound_at > y.read_until)
    OR EXISTS (SELECT FROM leads l WHERE l.contact_id = c.id AND l.last_signal_at > y.read_until))`

/** The next people to read, by number. */
export async function listUnread(
  sql: Sql,
  tenantId: string,
  afterPhone: string,
  limit: number,
): Promise<UnreadPerson[]> {
  const { rows } = await sql.execute<UnreadPerson>(text`
    WITH page AS (
      SELECT c.id, c.phone FROM contacts c LEFT JOIN person_languages y ON y.contact_id = c.id
      WHERE ${unread(tenantId)} AND c.phone > ${afterPhone} ORDER BY c.phone LIMIT ${limit}
    )
    SELECT p.id AS "contactId", p.phone, concat_ws(E'\n', direct.texts, spoken.texts, shown.texts) AS texts,
      greatest(direct.at, shown.at, 'epoch')::text AS "writtenUntil"
    FROM page p
    LEFT JOIN LATERAL (
      SELECT string_agg(m.content_preview, E'\n' ORDER BY m.ordered_at DESC) AS texts, max(h.last_inbound_at) AS at
      FROM chats h LEFT JOIN LATERAL (
        SELECT n.content_preview, n.ordered_at FROM messages n
        WHERE n.chat_id = h.id AND n.direction = 'inbound' AND n.content_preview IS NOT NULL
        ORDER BY n.ordered_at DESC, n.id DESC LIMIT ${textsRead}
      ) m ON true
      WHERE h.contact_id = p.id AND h.tenant_id = ${tenantId}
    ) direct ON true
    LEFT JOIN LATERAL (
      SELECT string_agg(m.content_preview, E'\n') AS texts FROM (
        SELECT n.content_preview FROM messages n
        WHERE n.sender_contact_id = p.id AND n.content_preview IS NOT NULL LIMIT ${textsRead}
      ) m WHERE direct.texts IS NULL
    ) spoken ON true
    LEFT JOIN LATERAL (
      SELECT string_agg(concat_ws(E'\n', l.last_message_preview, l.message_preview), E'\n') AS texts,
        max(l.last_signal_at) AS at
      FROM leads l WHERE l.contact_id = p.id AND l.tenant_id = ${tenantId}
    ) shown ON true
    ORDER BY p.phone`)
  return rows
}

/** Of how many people the language is not known to be the newest one, counted up to a bound. */
export async function countUnread(sql: Sql, tenantId: string, most: number): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM (
      SELECT FROM contacts c LEFT JOIN person_languages y ON y.contact_id = c.id
      WHERE ${unread(tenantId)} LIMIT ${most}) u`)
  return rows[0]?.total ?? 0
}

/** Keeps what was found out; whoever is gone by now is left out. */
export async function saveLanguages(
  sql: Sql,
  tenantId: string,
  people: readonly { contact_id: string; language: string | null; read_until: string }[],
): Promise<void> {
  await sql.execute(text`
    INSERT INTO person_languages (contact_id, tenant_id, language, read_until)
    SELECT c.id, c.tenant_id, r.language, r.read_until
    FROM json_to_recordset(${JSON.stringify(people)}::json) AS r(contact_id uuid, language text, read_until timestamptz)
    JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = ${tenantId}
    ORDER BY c.id FOR KEY SHARE OF c
    ON CONFLICT (contact_id) DO UPDATE SET language = excluded.language, read_until = excluded.read_until`)
}

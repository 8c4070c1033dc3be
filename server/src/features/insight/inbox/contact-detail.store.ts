// Reads tables of other areas: conversations (chats, messages), outreach (person_languages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** What is known of a person beside the contact itself. */
export interface PersonFacts extends Record<string, unknown> {
  language: string | null
  firstInboundAt: string | null
}

/** The language of a person, and the first message in a chat of their own. */
export async function findPersonFacts(sql: Sql, tenantId: string, contactId: string): Promise<PersonFacts> {
  const { rows } = await sql.execute<PersonFacts>(text`
    SELECT
      (SELECT language FROM person_languages WHERE contact_id = ${contactId} AND tenant_id = ${tenantId}) AS language,
      (SELECT min(m.at) FROM chats h CROSS JOIN LATERAL (
        SELECT coalesce(n.wa_timestamp, n.ordered_at) AS at FROM messages n
        WHERE n.chat_id = h.id AND n.direction = 'inbound' ORDER BY n.ordered_at, n.id LIMIT 1
      ) m WHERE h.contact_id = ${contactId} AND h.tenant_id = ${tenantId}) AS "firstInboundAt"`)
  return rows[0] ?? { language: null, firstInboundAt: null }
}

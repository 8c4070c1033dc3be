// Reads tables of other areas: conversations (chats, contact_sessions, contacts), safety (opt_outs), sessions (sessions).
import { lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { statusPosts } from './status-posts.tables.ts'

/** Notes a post of a session that still exists; false when it was noted before. */
export async function noteStatusPost(
  sql: Sql,
  post: { tenantId: string; sessionId: string; waMessageId: string },
  now: Date,
): Promise<boolean> {
  const { rows } = await sql.execute(text`
    INSERT INTO status_posts (session_id, wa_message_id, tenant_id, created_at)
    SELECT id, ${post.waMessageId}, tenant_id, ${now.toISOString()}::timestamptz
    FROM sessions WHERE id = ${post.sessionId} AND tenant_id = ${post.tenantId}
    ON CONFLICT DO NOTHING RETURNING session_id`)
  return rows.length > 0
}

/** Removes posts before a timestamp, of every tenant. */
export async function deletePostsBefore(sql: Sql, before: Date): Promise<void> {
  await sql.delete(statusPosts).where(lt(statusPosts.createdAt, before))
}

/**
 * Whom a session may show its status: people in its address book or with a name of the tenant's, and those who have
 * written to it; nobody it has blocked, who opted out, or who is missing in a list of allowed numbers (`+E.164`). The
 * most recently active come first.
 */
export async function listAudience(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  allowedNumbers: readonly string[],
  limit: number,
): Promise<{ phone: string | null; lid: string | null }[]> {
  const { rows } = await sql.execute<{ phone: string | null; lid: string | null }>(text`
    SELECT c.phone, c.lid FROM contact_sessions s JOIN contacts c ON c.id = s.contact_id
    LEFT JOIN chats h ON h.session_id = s.session_id AND h.contact_id = c.id
    WHERE s.session_id = ${sessionId} AND s.tenant_id = ${tenantId} AND NOT s.is_blocked
      AND (c.name IS NOT NULL OR c.book_name IS NOT NULL OR h.last_inbound_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM opt_outs o WHERE o.tenant_id = s.tenant_id AND o.is_opted_out
        AND o.address IN (c.phone, 'lid:' || c.lid))
      ${allowedNumbers.length === 0 ? text`` : text`AND '+' || c.phone = ANY(${text.param([...allowedNumbers])}::text[])`}
    ORDER BY h.last_message_at DESC NULLS LAST, c.id LIMIT ${limit}`)
  return rows
}

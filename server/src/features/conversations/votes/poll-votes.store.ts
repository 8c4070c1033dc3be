import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** The choice of one person. */
export interface VoteRow extends Record<string, unknown> {
  contactId: string | null
  name: string | null
  phone: string | null
  options: number[]
  votedAt: string
}

/** One page of the votes of a poll, newest first; whoever took theirs back is not among them. */
export async function listVotes(
  sql: Sql,
  tenantId: string,
  messageId: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: VoteRow[]; total: number }> {
  const standing = text`v.message_id = ${messageId} AND v.tenant_id = ${tenantId} AND cardinality(v.options) > 0`
  const { rows } = await sql.execute<VoteRow>(text`
    SELECT v.voter_contact_id AS "contactId", coalesce(c.name, c.book_name, c.push_name) AS name, c.phone, v.options,
      v.voted_at AS "votedAt"
    FROM poll_votes v LEFT JOIN contacts c ON c.id = v.voter_contact_id
    WHERE ${standing} ORDER BY v.voted_at DESC, v.voter_contact_id NULLS FIRST LIMIT ${limit} OFFSET ${offset}`)
  const counted = await sql.execute<{ total: number }>(
    text`SELECT count(*)::int AS total FROM poll_votes v WHERE ${standing}`,
  )
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

// Reads tables of other areas: conversations (contacts).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId } from '../rollups/rollups.schema.ts'
import type { ContactSort } from './analytics.schema.ts'

/** A contact with what was said to each other. */
export interface RankedContact extends Record<string, unknown> {
  phone: string | null
  name: string | null
  sent: number
  received: number
  replyRate: number
  recency: number
  /** Tenths. */
  score: number
  lastInboundAt: string | null
  firstAt: string
}

const columns: Readonly<Record<ContactSort, string>> = {
  engagement_score: 'score',
  messages_sent: 'sent',
  messages_received: 'received',
  reply_rate: 'reply_rate',
  last_active_at: 'last_inbound_at',
}

/** Which page of which contacts. */
export interface RankedPage {
  sessionId: string | undefined
  sort: ContactSort
  order: 'asc' | 'desc'
  limit: number
  offset: number
}

/** One page of a tenant's contacts, in their order; equals by number. */
export async function listRankedContacts(
  sql: Sql,
  tenantId: string,
  { sessionId, sort, order, limit, offset }: RankedPage,
): Promise<RankedContact[]> {
  const direction = text.raw(order === 'asc' ? 'ASC' : 'DESC')
  const column = text.raw(columns[sort])
  // Only what may be missing is told where to stand: the index of scores serves the rest.
  const nulls = text.raw(sort === 'last_active_at' ? 'NULLS LAST' : '')
  const { rows } = await sql.execute<RankedContact>(text`
    SELECT r.phone, coalesce(c.name, c.book_name, c.push_name) AS name, r.sent, r.received,
      r.reply_rate AS "replyRate", r.recency, r.score,
      to_char(r.last_inbound_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "lastInboundAt",
      to_char(r.first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "firstAt"
    FROM (
      SELECT * FROM rollup_contacts WHERE tenant_id = ${tenantId} AND session_id = ${sessionId ?? everyId}
      ORDER BY ${column} ${direction} ${nulls}, phone, contact_id LIMIT ${limit} OFFSET ${offset}
    ) r JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = ${tenantId}
    ORDER BY r.${column} ${direction} ${nulls}, r.phone, r.contact_id`)
  return rows
}

/** How many there are. */
export async function countRankedContacts(
  sql: Sql,
  tenantId: string,
  sessionId: string | undefined,
): Promise<number> {
  const { rows } = await sql.execute<{ count: number }>(text`
    SELECT count(*)::int AS count FROM rollup_contacts
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId ?? everyId}`)
  return rows[0]?.count ?? 0
}

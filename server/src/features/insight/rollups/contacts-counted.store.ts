// Reads tables of other areas: conversations (chats, contacts, messages).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId, replyHours } from './rollups.schema.ts'

const idList = (ids: readonly string[]): SQL => text`${text.param([...ids])}::uuid[]`
const timestamp = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

/** Whole days (UTC) since the last inbound message, as a number that ends at 0: e to the power of minus days / 30. */
const recencyOf = (lastInboundAt: SQL, now: Date): SQL => text`
  (CASE WHEN ${lastInboundAt} IS NULL THEN 0 ELSE exp(-greatest(0, (${timestamp(now)} AT TIME ZONE 'UTC')::date
    - (${lastInboundAt} AT TIME ZONE 'UTC')::date) / 30.0) END)::real`

/** 0 to 1,000: tenths of the score that the guide explains. */
const scoreOf = text`round(10 * (40 * least(1, received / 20.0) + 30 * reply_rate + 20 * recency
  + 10 * least(1, sent / 20.0)))::int`

/** Counts what was said with these contacts from the raw data, by session and together. */
export async function countContacts(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    DELETE FROM rollup_contacts WHERE tenant_id = ${tenantId} AND contact_id = ANY(${idList(contactIds)})`)
  await sql.execute(text`
    WITH said AS (
      SELECT h.session_id, h.contact_id, m.direction, m.ordered_at,
        lag(m.direction) OVER turn AS before, lag(m.ordered_at) OVER turn AS before_at
      FROM chats h JOIN messages m ON m.chat_id = h.id AND m.tenant_id = ${tenantId}
        AND m.message_type <> 'reaction' AND m.status NOT IN ('pending', 'pending_approval', 'failed')
      WHERE h.tenant_id = ${tenantId} AND h.contact_id = ANY(${idList(contactIds)})
      -- What arrives has whole seconds: within one the order of storing decides.
      WINDOW turn AS (PARTITION BY h.id ORDER BY date_trunc('second', m.ordered_at), m.id)
    ), counted AS (
      SELECT contact_id, coalesce(session_id, ${everyId}::uuid) AS session_id,
        (count(*) FILTER (WHERE direction = 'outbound'))::int AS sent,
        (count(*) FILTER (WHERE direction = 'inbound'))::int AS received,
        (count(*) FILTER (WHERE direction = 'outbound' AND before IS DISTINCT FROM 'outbound'))::int AS turns,
        (count(*) FILTER (WHERE direction = 'inbound' AND before = 'outbound'
          AND ordered_at - before_at <= make_interval(hours => ${replyHours}::int)))::int AS answered,
        min(ordered_at) AS first_at, max(ordered_at) FILTER (WHERE direction = 'inbound') AS last_inbound_at
      FROM said GROUP BY GROUPING SETS ((contact_id, session_id), (contact_id))
    ), rated AS (
      SELECT c.*, p.phone, least(c.first_at, p.created_at) AS seen_at,
        (CASE WHEN c.turns = 0 THEN 0 ELSE c.answered::float / c.turns END)::real AS reply_rate,
        ${recencyOf(text`c.last_inbound_at`, now)} AS recency
      FROM counted c JOIN contacts p ON p.id = c.contact_id AND p.tenant_id = ${tenantId}
    )
    INSERT INTO rollup_contacts (tenant_id, session_id, contact_id, phone, sent, received, turns, answered, reply_rate,
      first_at, last_inbound_at, recency, score)
    SELECT ${tenantId}, session_id, contact_id, phone, sent, received, turns, answered, reply_rate, seen_at,
      last_inbound_at, recency, ${scoreOf}
    FROM rated`)
}

/** Ages the scores of the next contacts by session and id; answers where to go on, undefined at the end. */
export async function ageScores(
  sql: Sql,
  tenantId: string,
  { after, now, limit }: { after: readonly [string, string]; now: Date; limit: number },
): Promise<[string, string] | undefined> {
  const { rows } = await sql.execute<{ sessionId: string; contactId: string }>(text`
    WITH next AS (
      SELECT session_id, contact_id FROM rollup_contacts
      WHERE tenant_id = ${tenantId} AND (session_id, contact_id) > (${after[0]}::uuid, ${after[1]}::uuid)
      ORDER BY session_id, contact_id LIMIT ${limit}
    ), aged AS (
      SELECT c.session_id, c.contact_id, c.sent, c.received, c.reply_rate,
        ${recencyOf(text`c.last_inbound_at`, now)} AS recency
      FROM next JOIN rollup_contacts c ON c.tenant_id = ${tenantId} AND c.session_id = next.session_id
        AND c.contact_id = next.contact_id
    ), moved AS (
      UPDATE rollup_contacts c SET recency = a.recency, score = a.score
      FROM (SELECT session_id, contact_id, recency, ${scoreOf} AS score FROM aged) a
      WHERE c.tenant_id = ${tenantId} AND c.session_id = a.session_id AND c.contact_id = a.contact_id
        AND (c.recency, c.score) IS DISTINCT FROM (a.recency, a.score)
    )
    SELECT session_id AS "sessionId", contact_id AS "contactId" FROM next ORDER BY session_id, contact_id`)
  const last = rows.at(-1)
  return last === undefined || rows.length < limit ? undefined : [last.sessionId, last.contactId]
}

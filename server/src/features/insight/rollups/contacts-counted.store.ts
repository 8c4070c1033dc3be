// Reads tables of other areas: conversations (chats, contacts, messages).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId, replyHours } from './rollups.schema.ts'

const idList = (ids: readonly string[]): SQL => text`${text.param([...ids])}::uuid[]`
const timestamp = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

const isSaid = text`m.message_type <> 'reaction' AND m.status NOT IN ('pending', 'pending_approval', 'failed')`

/** Whole days (UTC) since the last inbound message, as a number that ends at 0: e to the power of minus days / 30. */
const recencyOf = (lastInboundAt: SQL, now: Date): SQL => text`
  (CASE WHEN ${lastInboundAt} IS NULL THEN 0 ELSE exp(-greatest(0, (${timestamp(now)} AT TIME ZONE 'UTC')::date
    - (${lastInboundAt} AT TIME ZONE 'UTC')::date) / 30.0) END)::real`

/** 0 to 1,000: tenths of the score that the guide explains. */
const scoreOf = text`round(10 * (40 * least(1, received / 20.0) + 30 * reply_rate + 20 * recency
  + 10 * least(1, sent / 20.0)))::int`

/** So much of a conversation is counted once, until something of it changes. */
const countedAtOnce = 2_000

/** Everything said in conversations (`t`) since what was counted once, each with what came before it. */
const saidSince = (tenantId: string, talks: SQL, until: SQL): SQL => text`
  SELECT t.chat_id, t.session_id, t.contact_id, m.id, m.direction, m.ordered_at,
    lag(m.direction, 1, t.last_direction) OVER turn AS before, lag(m.ordered_at, 1, t.last_at) OVER turn AS before_at
  FROM ${talks} t JOIN messages m ON m.chat_id = t.chat_id AND m.tenant_id = ${tenantId} AND ${isSaid}
    AND m.ordered_at >= coalesce(t.until_at, '-infinity') AND m.ordered_at < ${until}
  -- What arrives has whole seconds: within one the order of storing decides.
  WINDOW turn AS (PARTITION BY t.chat_id ORDER BY date_trunc('second', m.ordered_at), m.id)`

const counts = text`
  (count(*) FILTER (WHERE direction = 'outbound'))::int AS sent,
  (count(*) FILTER (WHERE direction = 'inbound'))::int AS received,
  (count(*) FILTER (WHERE direction = 'outbound' AND before IS DISTINCT FROM 'outbound'))::int AS turns,
  (count(*) FILTER (WHERE direction = 'inbound' AND before = 'outbound'
    AND ordered_at - before_at <= make_interval(hours => ${replyHours}::int)))::int AS answered,
  min(ordered_at) AS first_at, max(ordered_at) FILTER (WHERE direction = 'inbound') AS last_inbound_at`

/** The conversations of contacts, each with the end of what was counted of it once, and what that was. */
const talksWith = (tenantId: string, contactIds: readonly string[]): SQL => text`
  SELECT h.id AS chat_id, h.session_id, h.contact_id, h.message_count, k.until_at, k.sent, k.received, k.turns, k.answered,
    k.first_at, k.last_inbound_at, k.last_direction, k.last_at
  FROM chats h LEFT JOIN LATERAL (
    SELECT * FROM rollup_chat_counts k WHERE k.chat_id = h.id ORDER BY k.until_at DESC LIMIT 1
  ) k ON true
  WHERE h.tenant_id = ${tenantId} AND h.contact_id = ANY(${idList(contactIds)})`

/**
 * Counts the next part of a long conversation with one of these contacts, so that it need not be read again; answers which
 * contact that was, undefined when none has so much left. A part ends between two seconds.
 */
export async function countPart(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
): Promise<string | undefined> {
  const { rows } = await sql.execute<{ contactId: string }>(text`
    WITH talk AS MATERIALIZED (
      SELECT t.*, greatest(date_trunc('second', e.ordered_at), t.until_at + interval '1 second') AS part_end
      FROM (${talksWith(tenantId, contactIds)}) t CROSS JOIN LATERAL (
        SELECT m.ordered_at FROM messages m
        WHERE m.chat_id = t.chat_id AND ${isSaid} AND m.ordered_at >= coalesce(t.until_at, '-infinity')
        ORDER BY m.ordered_at, m.id OFFSET ${countedAtOnce}::int LIMIT 1
      ) e
      WHERE t.message_count - coalesce(t.sent + t.received, 0) > 2 * ${countedAtOnce}::int LIMIT 1
    ), said AS (${saidSince(tenantId, text`talk`, text`t.part_end`)}),
    part AS (
      SELECT ${counts}, (array_agg(direction ORDER BY date_trunc('second', ordered_at) DESC, id DESC))[1] AS last_direction,
        (array_agg(ordered_at ORDER BY date_trunc('second', ordered_at) DESC, id DESC))[1] AS last_at
      FROM said
    ), added AS (
      INSERT INTO rollup_chat_counts (chat_id, until_at, tenant_id, sent, received, turns, answered, first_at,
        last_inbound_at, last_direction, last_at)
      SELECT t.chat_id, t.part_end, ${tenantId}, coalesce(t.sent, 0) + p.sent, coalesce(t.received, 0) + p.received,
        coalesce(t.turns, 0) + p.turns, coalesce(t.answered, 0) + p.answered, least(t.first_at, p.first_at),
        greatest(t.last_inbound_at, p.last_inbound_at), coalesce(p.last_direction, t.last_direction),
        coalesce(p.last_at, t.last_at)
      FROM talk t CROSS JOIN part p
    )
    SELECT contact_id AS "contactId" FROM talk`)
  return rows[0]?.contactId
}

/** Forgets what was counted once of a tenant's chats that are gone. */
export async function dropCountsOfGoneChats(sql: Sql, tenantId: string): Promise<void> {
  await sql.execute(text`
    DELETE FROM rollup_chat_counts k WHERE k.tenant_id = ${tenantId}
      AND NOT EXISTS (SELECT FROM chats h WHERE h.id = k.chat_id)`)
}

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
    WITH talks AS MATERIALIZED (${talksWith(tenantId, contactIds)}),
    said AS (${saidSince(tenantId, text`talks`, text`'infinity'::timestamptz`)}),
    parts AS (
      SELECT contact_id, session_id, ${counts} FROM said GROUP BY 1, 2
      UNION ALL
      SELECT contact_id, session_id, sent, received, turns, answered, first_at, last_inbound_at FROM talks
      WHERE until_at IS NOT NULL
    ), counted AS (
      SELECT contact_id, coalesce(session_id, ${everyId}::uuid) AS session_id, sum(sent)::int AS sent,
        sum(received)::int AS received, sum(turns)::int AS turns, sum(answered)::int AS answered,
        min(first_at) AS first_at, max(last_inbound_at) AS last_inbound_at
      FROM parts GROUP BY GROUPING SETS ((contact_id, session_id), (contact_id))
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

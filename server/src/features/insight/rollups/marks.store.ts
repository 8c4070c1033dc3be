// Reads tables of other areas: conversations (chats, messages), leads (leads).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { Span } from './slots.store.ts'

const hourOf = (column: SQL): SQL => text`date_trunc('hour', ${column}, 'UTC')`
const dayOf = (column: SQL): SQL => text`date_trunc('day', ${column}, 'UTC')`
const isSaid = (m: SQL): SQL =>
  text`${m}.message_type <> 'reaction' AND ${m}.status NOT IN ('pending', 'pending_approval', 'failed')`
const [b, p, n] = ['b', 'p', 'n'].map((name) => text.raw(name)) as [SQL, SQL, SQL]
const idList = (ids: readonly string[]): SQL => text`${text.param([...ids])}::uuid[]`
const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

/** How many messages were said with a contact, in all sessions. */
const saidWith = (contactId: SQL, tenantId: SQL): SQL => text`
  SELECT coalesce(sum(h.message_count), 0)::int AS said FROM chats h
  WHERE h.contact_id = ${contactId} AND h.tenant_id = ${tenantId}`

/** Who has said so much is counted at most every so many milliseconds for each message. */
const restPerMessageMs = 5
/** What was stored or sent longer ago has been noted before. */
const fresh = text`interval '10 minutes'`
/** Who has said less is counted with each change. */
const shortConversation = 2000

/**
 * Marks the hours that these messages touch: their own, and those of the messages before and after whose answers they
 * may be or have taken. What arrived late has both. With `areNew` nobody has marked them before. Answers the tenants.
 */
export async function markMessages(
  sql: Sql,
  ids: readonly string[],
  { now, areNew = false }: { now: Date; areNew?: boolean },
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    WITH told AS MATERIALIZED (
      SELECT m.id, m.tenant_id, m.session_id, m.chat_id, m.ordered_at, m.direction, m.reply_to_id, m.status, h.kind,
        h.last_message_at > m.ordered_at + interval '1 second' AS is_late
      FROM messages m JOIN chats h ON h.id = m.chat_id
      WHERE m.id = ANY(${idList(ids)}) AND h.kind <> 'channel' AND m.message_type <> 'reaction'
    ), failed AS (
      INSERT INTO rollup_failures (message_id, tenant_id, session_id, at)
      SELECT id, tenant_id, session_id, ordered_at FROM told WHERE status = 'failed' ON CONFLICT DO NOTHING
    ), touched AS (
      SELECT tenant_id, session_id, ordered_at AS at FROM told
      UNION ALL
      SELECT t.tenant_id, t.session_id, b.ordered_at FROM told t CROSS JOIN LATERAL (
        SELECT b.direction, b.ordered_at FROM messages b
        WHERE b.chat_id = t.chat_id AND ${isSaid(b)} AND b.id <> t.id
          AND b.ordered_at < t.ordered_at + interval '1 second'
          AND (b.direction = 'outbound' OR (b.ordered_at, b.id) < (t.ordered_at, t.id))
        ORDER BY b.ordered_at DESC, b.id DESC LIMIT 1
      ) b WHERE t.kind = 'person' AND t.direction = 'inbound' AND NOT t.is_late AND b.direction = 'outbound'
      UNION ALL
      SELECT t.tenant_id, t.session_id, p.ordered_at FROM told t CROSS JOIN LATERAL (
        SELECT p.ordered_at FROM messages p
        WHERE p.chat_id = t.chat_id AND ${isSaid(p)} AND p.direction = 'outbound' AND p.id <> t.id
          AND p.ordered_at < t.ordered_at + interval '1 second'
        ORDER BY p.ordered_at DESC, p.id DESC LIMIT 1
      ) p WHERE t.kind = 'person' AND t.is_late
      UNION ALL
      SELECT t.tenant_id, t.session_id, n.ordered_at FROM told t CROSS JOIN LATERAL (
        SELECT n.ordered_at FROM messages n
        WHERE n.chat_id = t.chat_id AND ${isSaid(n)} AND n.direction = 'outbound' AND n.id <> t.id
          AND (n.origin IS NULL OR n.origin NOT IN ('bulk', 'schedule', 'report')) AND n.ordered_at >= t.ordered_at
        ORDER BY n.ordered_at, n.id LIMIT 1
      ) n WHERE t.kind = 'person' AND t.is_late
      UNION ALL
      SELECT t.tenant_id, t.session_id, q.ordered_at FROM told t
      JOIN messages q ON q.id = t.reply_to_id AND q.chat_id = t.chat_id AND q.direction = 'outbound'
      WHERE t.kind = 'person' AND t.direction = 'inbound'
    )
    INSERT INTO rollup_marks (tenant_id, session_id, from_at, to_at, created_at)
    SELECT DISTINCT tenant_id, session_id, ${hourOf(text`at`)}, ${hourOf(text`at`)} + interval '1 hour', ${at(now)}
    FROM touched RETURNING tenant_id AS "tenantId"`)
  // A receipt of something old changes nothing that is counted of a person.
  const counts = text`(${areNew} OR m.status = 'failed' OR greatest(m.created_at, m.sent_at) > ${at(now)} - ${fresh})`
  await sql.execute(text`
    INSERT INTO rollup_contact_marks (tenant_id, contact_id, due_at, from_at)
    SELECT tenant_id, contact_id, ${at(now)} + CASE WHEN said < ${shortConversation}::int THEN interval '0'
      ELSE least(interval '1 minute', said * ${restPerMessageMs}::int * interval '1 ms') END, from_at
    FROM (
      SELECT h.tenant_id, h.contact_id, min(CASE WHEN ${counts} THEN m.ordered_at ELSE 'infinity' END) AS from_at
      FROM messages m JOIN chats h ON h.id = m.chat_id
      WHERE m.id = ANY(${idList(ids)}) AND h.contact_id IS NOT NULL AND m.message_type <> 'reaction'
        AND m.status NOT IN ('pending', 'pending_approval')
      GROUP BY 1, 2
    ) t CROSS JOIN LATERAL (${saidWith(text`t.contact_id`, text`t.tenant_id`)}) w`)
  return new Set(rows.map(({ tenantId }) => tenantId))
}

/** Marks the hours in which these leads were detected; answers the tenants. */
export async function markLeads(sql: Sql, ids: readonly string[], now: Date): Promise<Set<string>> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    INSERT INTO rollup_marks (tenant_id, session_id, from_at, to_at, created_at)
    SELECT DISTINCT tenant_id, session_id, ${hourOf(text`detected_at`)}, ${hourOf(text`detected_at`)} + interval '1 hour',
      ${at(now)}
    FROM leads WHERE id = ANY(${idList(ids)}) RETURNING tenant_id AS "tenantId"`)
  return new Set(rows.map(({ tenantId }) => tenantId))
}

/** Marks days of a tenant, each once. */
const markDays = (tenantId: string, days: SQL, now: Date): SQL => text`
  INSERT INTO rollup_marks (tenant_id, session_id, from_at, to_at, created_at)
  SELECT ${tenantId}::uuid, d.session_id, d.day, d.day + interval '1 day', ${at(now)} FROM (${days}) d
  WHERE NOT EXISTS (SELECT FROM rollup_marks k WHERE k.tenant_id = ${tenantId} AND k.session_id = d.session_id
    AND k.from_at = d.day AND k.to_at = d.day + interval '1 day')`

/** Marks every day that figures exist of, or leads were detected on, since a moment. */
export async function markCountedDays(sql: Sql, tenantId: string, since: Date, now: Date): Promise<void> {
  const days = text`
    SELECT DISTINCT session_id, ${dayOf(text`slot`)} AS day FROM rollup_slots
    WHERE tenant_id = ${tenantId} AND slot >= ${at(since)} AND session_id <> '00000000-0000-0000-0000-000000000000'
    UNION
    SELECT session_id, ${dayOf(text`detected_at`)} FROM leads
    WHERE tenant_id = ${tenantId} AND detected_at >= ${at(since)}`
  await sql.execute(markDays(tenantId, days, now))
}

/** Which messages a page of chats stands for. */
export interface ChatPage {
  chatIds: readonly string[]
  since: Date
}

/** Marks every day on which something was said in these chats, and the people of them; notes what failed there. */
export async function markChats(
  sql: Sql,
  tenantId: string,
  { chatIds, since }: ChatPage,
  now: Date,
): Promise<void> {
  const inPage = text`m.chat_id = ANY(${idList(chatIds)}) AND m.tenant_id = ${tenantId} AND m.ordered_at >= ${at(since)}`
  await sql.execute(
    markDays(
      tenantId,
      text`SELECT DISTINCT m.session_id, ${dayOf(text`m.ordered_at`)} AS day FROM messages m WHERE ${inPage}`,
      now,
    ),
  )
  await sql.execute(text`
    INSERT INTO rollup_failures (message_id, tenant_id, session_id, at)
    SELECT m.id, m.tenant_id, m.session_id, m.ordered_at FROM messages m WHERE ${inPage} AND m.status = 'failed'
    ON CONFLICT DO NOTHING`)
  await sql.execute(text`
    INSERT INTO rollup_contact_marks (tenant_id, contact_id, due_at)
    SELECT DISTINCT h.tenant_id, h.contact_id, ${at(now)} FROM chats h
    WHERE h.id = ANY(${idList(chatIds)}) AND h.tenant_id = ${tenantId} AND h.contact_id IS NOT NULL`)
}

/** The next chats of a tenant by id, of all its sessions. */
export async function listChatIds(
  sql: Sql,
  tenantId: string,
  { afterId, limit, since }: { afterId: string; limit: number; since: Date },
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT h.id FROM chats h WHERE h.tenant_id = ${tenantId} AND h.id > ${afterId} AND h.kind <> 'channel'
      AND (h.last_message_at IS NULL OR h.last_message_at >= ${at(since)}) ORDER BY h.id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** Marks what was counted of a session that is gone. */
export async function markSession(sql: Sql, tenantId: string, sessionId: string, now: Date): Promise<void> {
  await sql.execute(
    markDays(
      tenantId,
      text`SELECT DISTINCT session_id, ${dayOf(text`slot`)} AS day FROM rollup_slots
        WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}`,
      now,
    ),
  )
  await sql.execute(text`
    INSERT INTO rollup_contact_marks (tenant_id, contact_id, due_at)
    SELECT tenant_id, contact_id, ${at(now)} FROM rollup_contacts
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}`)
}

/** Marks hours in which leads of these contacts were detected. */
export async function markLeadsOfContacts(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    INSERT INTO rollup_marks (tenant_id, session_id, from_at, to_at, created_at)
    SELECT DISTINCT tenant_id, session_id, ${hourOf(text`detected_at`)}, ${hourOf(text`detected_at`)} + interval '1 hour',
      ${at(now)}
    FROM leads WHERE tenant_id = ${tenantId} AND contact_id = ANY(${idList(contactIds)})`)
}

/** Marks everything said with these contacts, and the contacts. */
export async function markContacts(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql.execute(
    markDays(
      tenantId,
      text`SELECT DISTINCT m.session_id, ${dayOf(text`m.ordered_at`)} AS day
        FROM chats h JOIN messages m ON m.chat_id = h.id
        WHERE h.tenant_id = ${tenantId} AND h.contact_id = ANY(${idList(contactIds)})`,
      now,
    ),
  )
  await markLeadsOfContacts(sql, tenantId, contactIds, now)
  await sql.execute(text`
    INSERT INTO rollup_contact_marks (tenant_id, contact_id, due_at)
    SELECT ${tenantId}::uuid, c, ${at(now)} FROM unnest(${idList(contactIds)}) AS c`)
}

/** Takes the next times to count: what is marked of one session within one day (UTC), newest days first. */
export async function takeMarks(sql: Sql, tenantId: string): Promise<Span | undefined> {
  const { rows } = await sql.execute<{ sessionId: string; from: string; to: string }>(text`
    WITH next AS (
      SELECT session_id, ${dayOf(text`from_at`)} AS day FROM rollup_marks
      WHERE tenant_id = ${tenantId} ORDER BY from_at DESC, session_id LIMIT 1
    ), taken AS (
      DELETE FROM rollup_marks k USING next
      WHERE k.tenant_id = ${tenantId} AND k.session_id = next.session_id
        AND k.from_at >= next.day AND k.from_at < next.day + interval '1 day'
      RETURNING k.session_id, k.from_at, k.to_at
    )
    SELECT session_id AS "sessionId", to_char(min(from_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "from",
      to_char(max(to_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "to"
    FROM taken GROUP BY session_id`)
  const [row] = rows
  if (row === undefined) return undefined
  return { sessionId: row.sessionId, from: new Date(row.from), to: new Date(row.to) }
}

/** A contact of whom there is more to count, though nothing has changed. */
export async function markRest(sql: Sql, tenantId: string, contactId: string, now: Date): Promise<void> {
  await sql.execute(text`
    INSERT INTO rollup_contact_marks (tenant_id, contact_id, due_at, from_at)
    VALUES (${tenantId}, ${contactId}, ${at(now)}, 'infinity')`)
}

/**
 * Takes contacts that are due to be counted, the oldest first: at least one, and so many as have said so much together.
 * What was counted once of their conversations is forgotten from where something has changed.
 */
export async function takeContactMarks(
  sql: Sql,
  tenantId: string,
  { now, limit, mostMessages }: { now: Date; limit: number; mostMessages: number },
): Promise<string[]> {
  const { rows } = await sql.execute<{ contactId: string }>(text`
    WITH due AS (
      SELECT contact_id, min(due_at) AS due_at FROM (
        SELECT contact_id, due_at FROM rollup_contact_marks
        WHERE tenant_id = ${tenantId} AND due_at <= ${at(now)} ORDER BY due_at LIMIT ${limit}
      ) d GROUP BY contact_id
    ), next AS (
      SELECT contact_id FROM (
        SELECT d.contact_id, sum(w.said) OVER (ORDER BY d.due_at, d.contact_id) - w.said AS said_before
        FROM due d CROSS JOIN LATERAL (${saidWith(text`d.contact_id`, text`${tenantId}`)}) w
      ) d WHERE said_before < ${mostMessages}::int
    ), taken AS (
      DELETE FROM rollup_contact_marks k USING next
      WHERE k.tenant_id = ${tenantId} AND k.contact_id = next.contact_id RETURNING k.contact_id, k.from_at
    ), changed AS (
      DELETE FROM rollup_chat_counts k
      USING (SELECT contact_id, min(from_at) AS from_at FROM taken GROUP BY 1) t
      JOIN chats h ON h.contact_id = t.contact_id AND h.tenant_id = ${tenantId}
      WHERE k.chat_id = h.id AND k.until_at > t.from_at
    )
    SELECT DISTINCT contact_id AS "contactId" FROM taken`)
  return rows.map(({ contactId }) => contactId)
}

/** Tenants that have something to count now. */
export async function listMarkedTenants(sql: Sql, now: Date): Promise<string[]> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    SELECT DISTINCT tenant_id AS "tenantId" FROM rollup_marks
    UNION SELECT DISTINCT tenant_id FROM rollup_contact_marks WHERE due_at <= ${at(now)}
    UNION SELECT DISTINCT tenant_id FROM rollup_month_marks WHERE due_at <= ${at(now)}
    UNION SELECT tenant_id FROM rollup_tenants WHERE series_since > '-infinity'`)
  return rows.map(({ tenantId }) => tenantId)
}

// Reads tables of other areas: conversations (chats, contacts, messages), groups (wa_group_members), sessions (sessions).
import { and, eq, sql as text } from 'drizzle-orm'
import type { ChatId } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { autoResponses } from './monitored-groups.tables.ts'

/** How many messages of a group. */
export interface GroupCount {
  id: string
  messages: number
}

/** A captured message to store. */
export interface NewCapture {
  messageId: string
  groupId: string
  matchedKeyword: string | null
  isAwaitingAnalysis: boolean
  waTimestamp: string
}

/**
 * Counts messages that were looked at, stores what of them is captured and answers the groups that still exist and
 * listen: in others nothing is. Their counts stay locked until the transaction ends, so that what follows for a group
 * happens one batch after another. A function of the database (migration 0012).
 */
export async function recordMessages(
  sql: Sql,
  tenantId: string,
  counts: readonly GroupCount[],
  captured: readonly NewCapture[],
): Promise<Set<string>> {
  const ordered = counts.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT hear_group_messages(${tenantId}, ${text.param(ordered.map(({ id }) => id))}::uuid[],
      ${text.param(ordered.map(({ messages }) => messages))}::int[],
      ${captured.length === 0 ? null : JSON.stringify(captured)}::json) AS id`)
  return new Set(rows.map((row) => row.id))
}

/** Counts leads that are new to groups whose counts this transaction holds already. */
export async function countLeads(sql: Sql, tenantId: string, counts: readonly GroupCount[]): Promise<void> {
  if (counts.length === 0) return
  await sql.execute(text`
    UPDATE monitored_group_counts c SET leads_detected = c.leads_detected + r.leads
    FROM unnest(${text.param(counts.map(({ id }) => id))}::uuid[],
      ${text.param(counts.map(({ messages }) => messages))}::int[]) AS r (id, leads)
    WHERE c.group_id = r.id AND c.tenant_id = ${tenantId}`)
}

/** Who wrote in which group. */
export interface Speaker {
  groupId: string
  contactId: string
}

/** Stores speakers and answers those that are new, as `group contact`. */
export async function insertSpeakers(
  sql: Sql,
  tenantId: string,
  speakers: readonly Speaker[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ groupId: string; contactId: string }>(text`
    INSERT INTO group_speakers (group_id, contact_id, tenant_id)
    SELECT DISTINCT "groupId", "contactId", ${tenantId}::uuid
    FROM json_to_recordset(${JSON.stringify(speakers)}::json) AS r("groupId" uuid, "contactId" uuid)
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING group_id AS "groupId", contact_id AS "contactId"`)
  return new Set(rows.map(({ groupId, contactId }) => `${groupId} ${contactId}`))
}

/** Of these speakers the admins of their groups, as `group contact`. */
export async function listAdmins(
  sql: Sql,
  tenantId: string,
  speakers: readonly Speaker[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ key: string }>(text`
    SELECT DISTINCT g.id || ' ' || c.id AS key
    FROM json_to_recordset(${JSON.stringify(speakers)}::json) AS r("groupId" uuid, "contactId" uuid)
    JOIN monitored_groups g ON g.id = r."groupId" AND g.tenant_id = ${tenantId}
    JOIN contacts c ON c.id = r."contactId" AND c.tenant_id = ${tenantId}
    JOIN wa_group_members m ON m.session_id = g.session_id AND m.wa_group_id = g.wa_group_id
      AND (m.phone = c.phone OR m.lid = c.lid) AND m.role IN ('admin', 'owner')`)
  return new Set(rows.map((row) => row.key))
}

/** Of these speakers those with a direct chat with the group's session, as `group contact`. */
export async function listKnownSpeakers(
  sql: Sql,
  tenantId: string,
  speakers: readonly Speaker[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ key: string }>(text`
    SELECT DISTINCT g.id || ' ' || h.contact_id AS key
    FROM json_to_recordset(${JSON.stringify(speakers)}::json) AS r("groupId" uuid, "contactId" uuid)
    JOIN monitored_groups g ON g.id = r."groupId" AND g.tenant_id = ${tenantId}
    JOIN chats h ON h.session_id = g.session_id AND h.contact_id = r."contactId" AND h.last_message_at IS NOT NULL`)
  return new Set(rows.map((row) => row.key))
}

/** Stores what was captured. */
export async function insertCaptured(
  sql: Sql,
  tenantId: string,
  captured: readonly NewCapture[],
): Promise<void> {
  if (captured.length === 0) return
  await sql.execute(text`
    INSERT INTO group_messages (message_id, tenant_id, group_id, matched_keyword, is_awaiting_analysis, wa_timestamp)
    SELECT "messageId", ${tenantId}::uuid, "groupId", "matchedKeyword", "isAwaitingAnalysis", "waTimestamp"
    FROM json_to_recordset(${JSON.stringify(captured)}::json) AS r("messageId" uuid, "groupId" uuid,
      "matchedKeyword" text, "isAwaitingAnalysis" boolean, "waTimestamp" timestamptz)`)
}

/** A sound of a monitored group, once it is known what was said in it. */
export interface SpokenMessage extends Record<string, unknown> {
  messageId: string
  sessionId: string
  chatId: ChatId
  groupId: string
  senderContactId: string | null
  /** Digits. */
  phone: string | null
  senderName: string | null
  replyToId: string | null
  /** ISO 8601. */
  waTimestamp: string
  /** It was kept when it came. */
  isCaptured: boolean
}

/** Those of these messages that were said since a timestamp in a group that was listened to already. */
export async function listSpoken(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
  since: Date,
): Promise<SpokenMessage[]> {
  const { rows } = await sql.execute<SpokenMessage>(text`
    SELECT m.id AS "messageId", m.session_id AS "sessionId", h.wa_chat_id AS "chatId", g.id AS "groupId",
      c.id AS "senderContactId", c.phone, coalesce(c.name, c.book_name, c.push_name) AS "senderName",
      m.reply_to_id AS "replyToId", k.message_id IS NOT NULL AS "isCaptured",
      to_char(m.wa_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "waTimestamp"
    FROM messages m JOIN chats h ON h.id = m.chat_id
    JOIN monitored_groups g ON g.session_id = m.session_id AND g.wa_group_id = h.wa_chat_id
      AND g.is_active AND g.created_at <= m.created_at
    LEFT JOIN contacts c ON c.id = m.sender_contact_id
    LEFT JOIN group_messages k ON k.message_id = m.id
    WHERE m.id = ANY(${text.param([...messageIds])}::uuid[]) AND m.tenant_id = ${tenantId}
      AND m.direction = 'inbound' AND m.deleted_at IS NULL
      AND least(m.wa_timestamp, m.created_at) >= ${since.toISOString()}::timestamptz
    ORDER BY g.id, m.wa_timestamp, m.id`)
  return rows
}

/** How a person is reached. */
export async function findAddresses(
  sql: Sql,
  tenantId: string,
  contactId: string,
): Promise<{ phone: string | null; lid: string | null } | undefined> {
  const { rows } = await sql.execute<{ phone: string | null; lid: string | null }>(text`
    SELECT phone, lid FROM contacts WHERE id = ${contactId} AND tenant_id = ${tenantId}`)
  return rows[0]
}

/** Removes a label that is gone; answers the sessions whose groups used it. */
export async function clearLabel(sql: Sql, tenantId: string, labelId: string): Promise<string[]> {
  const { rows } = await sql.execute<{ sessionId: string }>(text`
    UPDATE monitored_groups SET lead_label_id = NULL, auto_label_leads = false
    WHERE tenant_id = ${tenantId} AND lead_label_id = ${labelId} RETURNING session_id AS "sessionId"`)
  return [...new Set(rows.map((row) => row.sessionId))]
}

/** Claims an answer to a person unless there was one since `since`; whether it got it. */
export async function claimResponse(
  sql: Sql,
  claim: { tenantId: string; contactId: string; since: Date; now: Date },
): Promise<boolean> {
  const now = claim.now.toISOString()
  const { rows } = await sql.execute(text`
    INSERT INTO auto_response_turns AS t (contact_id, tenant_id, claimed_at)
    VALUES (${claim.contactId}, ${claim.tenantId}, ${now}::timestamptz)
    ON CONFLICT (contact_id) DO UPDATE SET claimed_at = excluded.claimed_at
      WHERE t.claimed_at <= ${claim.since.toISOString()}::timestamptz
    RETURNING contact_id`)
  return rows.length > 0
}

/** How many answers a group has given since a timestamp, refused ones not counted. */
export async function countResponses(
  sql: Sql,
  tenantId: string,
  groupId: string,
  since: Date,
): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM auto_responses
    WHERE tenant_id = ${tenantId} AND group_id = ${groupId} AND created_at >= ${since.toISOString()}::timestamptz AND status <> 'refused'`)
  return rows[0]?.total ?? 0
}

/** Stores an answer that is to be sent. */
export async function insertResponse(sql: Sql, row: typeof autoResponses.$inferInsert): Promise<void> {
  await sql.insert(autoResponses).values(row)
}

/** What is needed to send an answer. */
export interface DueResponse {
  groupId: string
  messageId: string | null
  sessionId: string
  isWanted: boolean
  template: string | null
  keyword: string | null
  /** The message that is answered. */
  said: string | null
  phone: string | null
  lid: string | null
  name: string | null
  bookName: string | null
  pushName: string | null
  isOwnAccount: boolean
}

/** An answer that has not been sent; undefined when it has, or its group or person is gone. */
export async function findDueResponse(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<DueResponse | undefined> {
  const { rows } = await sql.execute<DueResponse & Record<string, unknown>>(text`
    SELECT g.id AS "groupId", r.message_id AS "messageId", g.session_id AS "sessionId", g.is_active AND g.auto_respond AS "isWanted",
      g.response_template AS template, m.matched_keyword AS keyword, s.content_preview AS said, c.phone, c.lid, c.name,
      c.book_name AS "bookName", c.push_name AS "pushName",
      EXISTS (SELECT FROM sessions o WHERE o.phone_number = c.phone) AS "isOwnAccount"
    FROM auto_responses r
    JOIN monitored_groups g ON g.id = r.group_id
    JOIN contacts c ON c.id = r.contact_id
    LEFT JOIN group_messages m ON m.message_id = r.message_id
    LEFT JOIN messages s ON s.id = r.message_id
    WHERE r.id = ${id} AND r.tenant_id = ${tenantId} AND r.status = 'pending'`)
  return rows[0]
}

/** Stores what became of an answer. */
export async function settleResponse(
  sql: Sql,
  tenantId: string,
  id: string,
  change: { status: 'submitted' | 'refused'; sentMessageId: string | null; error: string | null },
): Promise<void> {
  await sql
    .update(autoResponses)
    .set(change)
    .where(and(eq(autoResponses.id, id), eq(autoResponses.tenantId, tenantId)))
}

/** What groups know of one contact they know of another: both are one person, answered by itself when either was. */
export async function moveSpeaker(
  sql: Sql,
  tenantId: string,
  { keepId, dropId }: { keepId: string; dropId: string },
): Promise<void> {
  await sql.execute(text`
    INSERT INTO group_speakers (group_id, contact_id, tenant_id)
    SELECT group_id, ${keepId}::uuid, tenant_id FROM group_speakers
    WHERE contact_id = ${dropId} AND tenant_id = ${tenantId} ON CONFLICT DO NOTHING`)
  await sql.execute(text`
    INSERT INTO auto_response_turns AS t (contact_id, tenant_id, claimed_at)
    SELECT ${keepId}::uuid, tenant_id, claimed_at FROM auto_response_turns
    WHERE contact_id = ${dropId} AND tenant_id = ${tenantId}
    ON CONFLICT (contact_id) DO UPDATE SET claimed_at = greatest(t.claimed_at, excluded.claimed_at)`)
  await sql.execute(text`
    UPDATE auto_responses SET contact_id = ${keepId} WHERE contact_id = ${dropId} AND tenant_id = ${tenantId}`)
}

// Reads tables of other areas: conversations (chats, contacts, messages), sessions (sessions).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { quarterSeconds } from './report-span.schema.ts'

/** Which messages: those of a session that were said in a span of time, its end not included. */
export interface MessageSpan {
  tenantId: string
  sessionId: string
  from: Date
  to: Date
}

/** What was said within a quarter of an hour, counted since the epoch. */
export interface QuarterCounts extends Record<string, unknown> {
  quarter: number
  received: number
  sent: number
  failed: number
  /** Of the newest of them, ISO 8601 in UTC. */
  lastAt: string
}

/** A conversation that had a message in a span of time or later, with how many it ever had. */
export interface ActiveChat extends Record<string, unknown> {
  id: string
  messages: number
}

/** How much was said in a conversation. */
export interface ChatCounts extends Record<string, unknown> {
  chatId: string
  received: number
  sent: number
  /** ISO 8601 in UTC. */
  lastAt: string
}

/** Whose conversation it is. */
export interface ChatPerson extends Record<string, unknown> {
  chatId: string
  contactName: string | null
  contactPhone: string | null
}

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

const wireTimestamp = (timestamp: SQL): SQL =>
  text`to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

// Posts of channels are no messages between people: they are counted apart, as in analytics.
const activeIn = ({ tenantId, sessionId, from }: MessageSpan): SQL =>
  text`c.session_id = ${sessionId} AND c.tenant_id = ${tenantId} AND c.kind <> 'channel'
    AND c.last_message_at >= ${at(from)}`

// What an account writes to itself, reports above all, is no conversation.
const isOthers = text`c.kind = 'person' AND c.wa_chat_id <> coalesce((
  SELECT s.phone_number || '@c.us' FROM sessions s WHERE s.id = c.session_id AND s.tenant_id = c.tenant_id), '')`

/** How many chats of a session had a message in a span of time or later. */
export async function countActiveChats(sql: Sql, span: MessageSpan): Promise<number> {
  const { rows } = await sql.execute<{ chats: number }>(text`
    SELECT count(*)::int AS chats FROM chats c WHERE ${activeIn(span)}`)
  return rows[0]?.chats ?? 0
}

/**
 * Those of them whose id falls into one of so many parts, at most 256. A chat has one part, which never changes, while
 * its place in every list moves with each message: so it is counted once, whatever is said meanwhile.
 */
export async function listActiveChats(
  sql: Sql,
  span: MessageSpan,
  { part, of, isOfPersons }: { part: number; of: number; isOfPersons: boolean },
): Promise<ActiveChat[]> {
  const { rows } = await sql.execute<ActiveChat>(text`
    SELECT c.id, c.message_count AS messages FROM chats c
    WHERE ${activeIn(span)} AND get_byte(uuid_send(c.id), 15) % ${of}::int = ${part}::int
      ${isOfPersons ? text`AND ${isOthers}` : text``}`)
  return rows
}

const isSent = text`direction = 'outbound' AND status IN ('sent', 'delivered', 'read')`
const counted = text`
  count(*) FILTER (WHERE direction = 'inbound')::int AS received, count(*) FILTER (WHERE ${isSent})::int AS sent,
  ${wireTimestamp(text`max(ordered_at)`)} AS "lastAt"`
const byQuarter = text`
  SELECT floor(extract(epoch FROM ordered_at) / ${text.raw(String(quarterSeconds))})::int AS quarter, ${counted},
    count(*) FILTER (WHERE direction = 'outbound' AND status = 'failed')::int AS failed`

const saidIn = ({ tenantId, from, to }: MessageSpan): SQL => text`m.tenant_id = ${tenantId}
  AND m.ordered_at >= ${at(from)} AND m.ordered_at < ${at(to)} AND m.message_type <> 'reaction'`

// By the index of each chat, whatever the planner believes of the table: OFFSET keeps it from joining otherwise.
const saidInChats = (span: MessageSpan, chatIds: readonly string[]): SQL => text`
  unnest(${text.param(chatIds)}::uuid[]) AS c (id) CROSS JOIN LATERAL (
    SELECT m.chat_id, m.ordered_at, m.direction, m.status FROM messages m
    WHERE m.chat_id = c.id AND ${saidIn(span)} OFFSET 0) said`

/** Messages of some chats by quarters of an hour. */
export async function countQuarters(
  sql: Sql,
  span: MessageSpan,
  chatIds: readonly string[],
): Promise<QuarterCounts[]> {
  const { rows } = await sql.execute<QuarterCounts>(
    text`${byQuarter} FROM ${saidInChats(span, chatIds)} GROUP BY 1`,
  )
  return rows
}

/** Messages of some chats by chat. */
export async function countByChat(
  sql: Sql,
  span: MessageSpan,
  chatIds: readonly string[],
): Promise<ChatCounts[]> {
  const { rows } = await sql.execute<ChatCounts>(
    text`SELECT chat_id AS "chatId", ${counted} FROM ${saidInChats(span, chatIds)} GROUP BY chat_id`,
  )
  return rows
}

/** How far a walk through one large chat has come: its newest message, with all digits of the moment. */
export interface ChatCursor extends Record<string, unknown> {
  id: string
  at: string
}

/** The next messages of a large chat, newest first, by quarters of an hour; without a cursor there are no more. */
export async function countNextQuarters(
  sql: Sql,
  span: MessageSpan,
  chatId: string,
  after: ChatCursor | undefined,
  limit: number,
): Promise<{ quarters: QuarterCounts[]; next: ChatCursor | undefined }> {
  const behind =
    after === undefined
      ? text``
      : text`AND (m.ordered_at, m.id) < (${after.at}::timestamptz, ${after.id}::uuid)`
  const { rows } = await sql.execute<QuarterCounts & { messages: number; id: string; at: string }>(text`
    WITH page AS MATERIALIZED (
      SELECT m.id, m.ordered_at, m.direction, m.status FROM messages m
      WHERE m.chat_id = ${chatId} AND ${saidIn(span)} ${behind}
      ORDER BY m.ordered_at DESC, m.id DESC LIMIT ${limit}),
    last AS (SELECT id, ordered_at FROM page ORDER BY ordered_at, id LIMIT 1)
    SELECT q.*, (SELECT count(*)::int FROM page) AS messages, last.id, last.ordered_at::text AS at
    FROM (${byQuarter} FROM page GROUP BY 1) q CROSS JOIN last`)
  const [first] = rows
  const isFull = first !== undefined && first.messages === limit
  return { quarters: rows, next: isFull ? { id: first.id, at: first.at } : undefined }
}

const person = text`coalesce(p.name, p.book_name, p.push_name) AS "contactName", p.phone AS "contactPhone"`

/** Whose some chats are. */
export async function listChatPersons(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
): Promise<ChatPerson[]> {
  const { rows } = await sql.execute<ChatPerson>(text`
    SELECT c.id AS "chatId", ${person} FROM chats c JOIN contacts p ON p.id = c.contact_id
    WHERE c.id = ANY (${text.param(chatIds)}::uuid[]) AND c.tenant_id = ${tenantId}`)
  return rows
}

/** Somebody whose last message nobody has answered. */
export interface WaitingChat extends Record<string, unknown> {
  contactName: string | null
  contactPhone: string | null
  sessionName: string
  /** ISO 8601 in UTC. */
  since: string
  unread: number
}

const unanswered = text`${isOthers}
  AND c.last_inbound_at IS NOT NULL AND (c.last_outbound_at IS NULL OR c.last_outbound_at < c.last_inbound_at)`

/** How many persons wait for an answer to what they wrote in a span of time, and those of them who wait longest. */
export async function listUnanswered(
  sql: Sql,
  span: MessageSpan,
  limit: number,
): Promise<{ total: number; rows: WaitingChat[] }> {
  const { rows } = await sql.execute<WaitingChat & { total: number }>(text`
    WITH waiting AS MATERIALIZED (
      SELECT c.id, c.contact_id, c.session_id, c.last_inbound_at, c.unread_count FROM chats c
      WHERE ${activeIn(span)} AND ${unanswered}
        AND c.last_inbound_at >= ${at(span.from)} AND c.last_inbound_at < ${at(span.to)})
    SELECT (SELECT count(*)::int FROM waiting) AS total, ${person}, s.name AS "sessionName",
      ${wireTimestamp(text`w.last_inbound_at`)} AS since, w.unread_count AS unread
    FROM (SELECT * FROM waiting ORDER BY last_inbound_at, id LIMIT ${limit}) w
    JOIN contacts p ON p.id = w.contact_id AND p.tenant_id = ${span.tenantId}
    JOIN sessions s ON s.id = w.session_id AND s.tenant_id = ${span.tenantId}
    ORDER BY w.last_inbound_at, w.id`)
  return { total: rows[0]?.total ?? 0, rows }
}

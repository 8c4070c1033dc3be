// Reads tables of other areas: conversations (messages).
import { and, asc, eq, inArray, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { bulkRecipients } from '../bulk/bulk.tables.ts'
import type { FunnelCounts, OutcomeState } from './advance.ts'

/** A recipient who is being advanced. */
export interface HeldRecipient extends OutcomeState {
  id: string
  jobId: string
}

/**
 * Takes recipients for this transaction, their jobs first and in one order, so that several that count for the same jobs
 * wait for each other and not in a ring.
 */
export async function holdRecipients(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<HeldRecipient[]> {
  await sql.execute(text`
    SELECT id FROM bulk_jobs WHERE tenant_id = ${tenantId} AND id IN (
      SELECT job_id FROM bulk_recipients WHERE id = ANY (${text.param([...ids])}::uuid[]))
    ORDER BY id FOR NO KEY UPDATE`)
  const { id, jobId, status, sentAt, deliveredAt, readAt, repliedAt } = bulkRecipients
  return sql
    .select({ id, jobId, status, sentAt, deliveredAt, readAt, repliedAt })
    .from(bulkRecipients)
    .where(and(eq(bulkRecipients.tenantId, tenantId), inArray(bulkRecipients.id, [...ids])))
    .orderBy(asc(bulkRecipients.id))
    .for('update')
}

/** A job whose counters changed. */
export interface CountedJob {
  id: string
  tenantId: string
  sessionId: string
}

/** Stores where recipients stand now, and adds to the counters of their jobs; answers these. */
export async function saveOutcomes(
  sql: Sql,
  tenantId: string,
  rows: readonly HeldRecipient[],
  counts: ReadonlyMap<string, FunnelCounts>,
  now: Date,
): Promise<CountedJob[]> {
  const changed = rows.map((row) => ({
    id: row.id,
    status: row.status,
    delivered_at: row.deliveredAt,
    read_at: row.readAt,
    replied_at: row.repliedAt,
  }))
  await sql.execute(text`
    UPDATE bulk_recipients r SET status = n.status, delivered_at = n.delivered_at, read_at = n.read_at,
      replied_at = n.replied_at
    FROM json_to_recordset(${JSON.stringify(changed)}::json)
      AS n (id uuid, status text, delivered_at timestamptz, read_at timestamptz, replied_at timestamptz)
    WHERE r.id = n.id AND r.tenant_id = ${tenantId}`)
  const added = [...counts].map(([id, count]) => ({ id, ...count }))
  const { rows: jobs } = await sql.execute<{ id: string; session_id: string }>(text`
    UPDATE bulk_jobs j SET delivered_count = j.delivered_count + n.delivered, read_count = j.read_count + n.read,
      replied_count = j.replied_count + n.replied, read_unknown_count = j.read_unknown_count + n."readUnknown",
      ignored_count = j.ignored_count + n.ignored, opted_out_count = j.opted_out_count + n."optedOut",
      updated_at = greatest(j.updated_at, ${now.toISOString()}::timestamptz)
    FROM json_to_recordset(${JSON.stringify(added)}::json) AS n (id uuid, delivered integer, read integer,
      replied integer, "readUnknown" integer, ignored integer, "optedOut" integer)
    WHERE j.id = n.id AND j.tenant_id = ${tenantId} RETURNING j.id, j.session_id`)
  return jobs.map((job) => ({ id: job.id, tenantId, sessionId: job.session_id }))
}

/** How far the message of a recipient has come. */
export interface MessageStep {
  recipientId: string
  deliveredAt: Date | null
  readAt: Date | null
}

/** The recipients of messages, with what is known of these. */
export async function listSteps(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<MessageStep[]> {
  const { rows } = await sql.execute<{
    id: string
    delivered_at: string | null
    read_at: string | null
  }>(text`
    SELECT r.id, m.delivered_at::text, m.read_at::text
    FROM bulk_recipients r JOIN messages m ON m.id = r.message_id AND m.tenant_id = r.tenant_id
    WHERE r.message_id = ANY (${text.param([...messageIds])}::uuid[]) AND r.tenant_id = ${tenantId}`)
  const toDate = (at: string | null): Date | null => (at === null ? null : new Date(at))
  return rows.map((row) => ({
    recipientId: row.id,
    deliveredAt: toDate(row.delivered_at),
    readAt: toDate(row.read_at),
  }))
}

/** What an inbound message may be the answer to. */
export interface Answered {
  messageId: string
  /** When it was written, as exactly as that is known. */
  at: Date
  /** The recipient whose message it quotes. */
  quotedId: string | null
  /** The recipient of the latest campaign in the conversation that was sent before it. */
  latestId: string | null
  /** A message of a campaign is on its way in this conversation: whether it was sent before is not known yet. */
  isUnderWay: boolean
}

/**
 * What each of these inbound messages of direct chats may be the answer to. WhatsApp tells whole seconds: a message that
 * was not seen live may have been written until the end of its second. After a crash it is known only later that a message
 * had left: its receipts tell when it was there at the latest.
 */
export async function listAnswered(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
  since: Date,
): Promise<Answered[]> {
  const { rows } = await sql.execute<{
    id: string
    at: string
    quoted_id: string | null
    latest_id: string | null
    is_under_way: boolean
  }>(text`
    SELECT i.id, i.at::text, q.id AS quoted_id, l.id AS latest_id,
      EXISTS (SELECT FROM messages m JOIN bulk_recipients r ON r.message_id = m.id AND r.status = 'pending'
        WHERE m.chat_id = i.chat_id AND m.origin IN ('bulk', 'schedule') AND m.ordered_at > i.since) AS is_under_way
    FROM (
      SELECT id, chat_id, reply_to_id, ${since.toISOString()}::timestamptz AS since,
        CASE WHEN ordered_at = wa_timestamp THEN ordered_at + interval '999 milliseconds' ELSE ordered_at END AS at
      FROM messages WHERE id = ANY (${text.param([...messageIds])}::uuid[]) AND tenant_id = ${tenantId}
    ) i
    LEFT JOIN bulk_recipients q ON q.message_id = i.reply_to_id AND q.tenant_id = ${tenantId}
    LEFT JOIN LATERAL (
      SELECT r.id FROM messages m JOIN bulk_recipients r ON r.message_id = m.id AND r.tenant_id = ${tenantId}
      WHERE m.chat_id = i.chat_id AND m.origin IN ('bulk', 'schedule') AND m.ordered_at > i.since
        AND least(m.sent_at, m.delivered_at, m.read_at) <= i.at AND r.sent_at IS NOT NULL
      ORDER BY m.ordered_at DESC LIMIT 1
    ) l ON true
    ORDER BY i.at, i.id`)
  return rows.map((row) => ({
    messageId: row.id,
    at: new Date(row.at),
    quotedId: row.quoted_id,
    latestId: row.latest_id,
    isUnderWay: row.is_under_way,
  }))
}

/** A recipient whose time to answer may be over. */
export interface Unanswered {
  id: string
  tenantId: string
  readAt: Date
}

/** Who, of all tenants, read until a moment and has not answered, after the last one seen, the oldest first. */
export async function listUnanswered(
  sql: Sql,
  until: Date,
  after: Unanswered | undefined,
  limit: number,
): Promise<Unanswered[]> {
  const next =
    after === undefined
      ? text``
      : text`AND (read_at, id) > (${after.readAt.toISOString()}::timestamptz, ${after.id}::uuid)`
  const { rows } = await sql.execute<{ id: string; tenant_id: string; read_at: string }>(text`
    SELECT id, tenant_id, read_at::text FROM bulk_recipients
    WHERE status = 'read' AND read_at <= ${until.toISOString()}::timestamptz ${next}
    ORDER BY read_at, id LIMIT ${limit}`)
  return rows.map((row) => ({ id: row.id, tenantId: row.tenant_id, readAt: new Date(row.read_at) }))
}

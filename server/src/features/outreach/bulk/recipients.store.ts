// Reads tables of other areas: conversations (chats, contacts).
import { and, asc, eq, gte, inArray, isNotNull, isNull, lte, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type BulkRecipientRow, bulkRecipients } from './bulk.tables.ts'

const { id, jobId, position, status, notBefore, messageId } = bulkRecipients

/** The recipient of an id. */
export async function findRecipient(sql: Sql, recipientId: string): Promise<BulkRecipientRow | undefined> {
  const [row] = await sql.select().from(bulkRecipients).where(eq(id, recipientId))
  return row
}

/** Recipients in their order from a position on, who still get the message and were not put off. */
export function listNext(sql: Sql, job: string, from: number, limit: number): Promise<BulkRecipientRow[]> {
  return sql
    .select()
    .from(bulkRecipients)
    .where(and(eq(jobId, job), eq(status, 'pending'), gte(position, from), isNull(notBefore)))
    .orderBy(asc(position))
    .limit(limit)
}

/** Recipients who were put off and whose time has come, the earliest first. */
export function listDue(sql: Sql, job: string, now: Date, limit: number): Promise<BulkRecipientRow[]> {
  return sql
    .select()
    .from(bulkRecipients)
    .where(and(eq(jobId, job), eq(status, 'pending'), isNotNull(notBefore), lte(notBefore, now)))
    .orderBy(asc(notBefore), asc(position))
    .limit(limit)
}

/** When the first of those who were put off has their turn; undefined when nobody was. */
export async function findFirstPutOff(sql: Sql, job: string): Promise<Date | undefined> {
  const [row] = await sql
    .select({ notBefore })
    .from(bulkRecipients)
    .where(and(eq(jobId, job), eq(status, 'pending'), isNotNull(notBefore)))
    .orderBy(asc(notBefore))
    .limit(1)
  return row?.notBefore ?? undefined
}

/** One page of a search for people who have written to the session. */
export interface WarmPage {
  /** The first of them, if any. */
  recipientId: string | undefined
  /** Where the next page begins; undefined after the last one. */
  nextPosition: number | undefined
}

/** Looks for somebody warm among the next recipients, so many at a time. */
export async function findWarm(
  sql: Sql,
  { job, sessionId, from, now }: { job: string; sessionId: string; from: number; now: Date },
  pageSize: number,
): Promise<WarmPage> {
  const { rows } = await sql.execute<{ id: string | null; last: number | null; total: number }>(text`
    WITH page AS MATERIALIZED (
      SELECT r.id, r.tenant_id, r.position, coalesce(r.account, r.phone) AS phone FROM bulk_recipients r
      WHERE r.job_id = ${job} AND r.status = 'pending' AND r.position >= ${from}
        AND (r.not_before IS NULL OR r.not_before <= ${now.toISOString()}::timestamptz)
      ORDER BY r.position LIMIT ${pageSize}
    )
    SELECT (SELECT p.id FROM page p JOIN contacts c ON c.tenant_id = p.tenant_id AND c.phone = p.phone
        JOIN chats h ON h.contact_id = c.id AND h.session_id = ${sessionId}
        WHERE h.last_inbound_at IS NOT NULL ORDER BY p.position LIMIT 1) AS id,
      (SELECT max(position) FROM page) AS last, (SELECT count(*)::int FROM page) AS total`)
  const { id: found = null, last = null, total = 0 } = rows[0] ?? {}
  return {
    recipientId: found ?? undefined,
    nextPosition: last === null || total < pageSize ? undefined : last + 1,
  }
}

/** Recipients of a page of turns whose numbers nobody has asked WhatsApp about. */
export function listUnchecked(
  sql: Sql,
  job: string,
  from: number,
  limit: number,
): Promise<{ id: string; phone: string }[]> {
  const { phone, checkedAt } = bulkRecipients
  return sql
    .select({ id, phone })
    .from(bulkRecipients)
    .where(and(eq(jobId, job), eq(status, 'pending'), gte(position, from), isNull(checkedAt)))
    .orderBy(asc(position))
    .limit(limit)
}

/** Notes what WhatsApp said about numbers. */
export async function updateAccounts(
  sql: Sql,
  found: readonly { id: string; account: string | null }[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE bulk_recipients r SET account = n.account, checked_at = ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(found)}::json) AS n(id uuid, account text) WHERE r.id = n.id`)
}

/** Which of some recipients share their account with another one of the job who comes, or came, before them. */
export async function listRepeated(sql: Sql, job: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT r.id FROM bulk_recipients r WHERE r.id = ANY (${text.param([...ids])}::uuid[]) AND r.account IS NOT NULL
      AND EXISTS (SELECT FROM bulk_recipients o WHERE o.job_id = ${job} AND o.account = r.account AND o.id <> r.id
        AND o.status <> 'skipped' AND (o.status <> 'pending' OR o.position < r.position))`)
  return rows.map((row) => row.id)
}

/** Puts recipients off until a timestamp each. */
export async function updateNotBefore(sql: Sql, later: readonly { id: string; at: Date }[]): Promise<void> {
  const rows = later.map(({ id, at }) => ({ id, at: at.toISOString() }))
  await sql.execute(text`
    UPDATE bulk_recipients r SET not_before = n.at
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS n(id uuid, at timestamptz)
    WHERE r.id = n.id AND r.status = 'pending'`)
}

/**
 * Takes a recipient for a message and answers the id that it has or will have: the one of an earlier try, of which
 * nobody can be sure that it did not get further, or else the new one. Undefined for somebody who does not wait.
 */
export async function claimRecipient(
  sql: Sql,
  claim: { id: string; newMessageId: string; variant: number | null; by: string; until: Date },
): Promise<string | undefined> {
  const [row] = await sql
    .update(bulkRecipients)
    .set({
      messageId: text`coalesce(${messageId}, ${claim.newMessageId}::uuid)`,
      variant: claim.variant,
      claimedBy: claim.by,
      claimedUntil: claim.until,
    })
    .where(and(eq(id, claim.id), eq(status, 'pending')))
    .returning({ messageId })
  return row?.messageId ?? undefined
}

/** What becomes of a recipient who gets no message. */
export interface NotSent {
  status: 'pending' | 'failed' | 'skipped' | 'opted_out'
  skipReason?: string
  error?: string
  /** For `pending`: not before then. */
  notBefore?: Date
  /** WhatsApp refused the message for good: if they get one after all, it is another one. */
  needsNewMessage?: boolean
}

/** Stores that recipients who are pending get no message, or not now; answers how many that were. */
export async function updateNotSent(
  sql: Sql,
  ids: readonly string[],
  { status: to, skipReason, error, notBefore: later, needsNewMessage = false }: NotSent,
): Promise<number> {
  const rows = await sql
    .update(bulkRecipients)
    .set({
      status: to,
      skipReason: skipReason ?? null,
      error: error ?? null,
      claimedBy: null,
      claimedUntil: null,
      ...(needsNewMessage ? { messageId: null, variant: null } : {}),
      ...(later === undefined ? {} : { notBefore: later }),
    })
    .where(and(inArray(id, [...ids]), eq(status, 'pending')))
    .returning({ id })
  return rows.length
}

/** Jobs of messages, taken for this transaction in one order; the tenants are those of the messages. */
export async function lockJobsOf(sql: Sql, messageIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM bulk_jobs WHERE id IN (
      SELECT job_id FROM bulk_recipients WHERE message_id = ANY (${text.param([...messageIds])}::uuid[]))
    ORDER BY id FOR NO KEY UPDATE`)
  return rows.map((row) => row.id)
}

/** Marks recipients as sent by their messages; answers whose of which job that changed. */
export async function updateSent(
  sql: Sql,
  sent: readonly { messageId: string; tenantId: string }[],
  now: Date,
): Promise<{ id: string; jobId: string }[]> {
  const rows = sent.map(({ messageId, tenantId }) => ({ message_id: messageId, tenant_id: tenantId }))
  const { rows: marked } = await sql.execute<{ id: string; jobId: string }>(text`
    UPDATE bulk_recipients r SET status = 'sent', sent_at = ${now.toISOString()}::timestamptz, not_before = NULL,
      error = NULL, claimed_by = NULL, claimed_until = NULL
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS n(message_id uuid, tenant_id uuid)
    WHERE r.message_id = n.message_id AND r.tenant_id = n.tenant_id AND r.status = 'pending'
    RETURNING r.id, r.job_id AS "jobId"`)
  return marked
}

/** Skips everybody who still waits, except the one whose message is on its way; answers how many. */
export async function skipWaiting(
  sql: Sql,
  job: string,
  reason: string,
  inFlightId: string | null,
): Promise<number> {
  const { rowCount } = await sql.execute(text`
    UPDATE bulk_recipients SET status = 'skipped', skip_reason = ${reason}, not_before = NULL
    WHERE job_id = ${job} AND status = 'pending' AND id IS DISTINCT FROM ${inFlightId}::uuid`)
  return rowCount ?? 0
}

/** Whether anybody of a job still waits. In their order: in any, all recipients of all jobs may be read. */
export async function hasWaiting(sql: Sql, job: string): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT id FROM bulk_recipients WHERE job_id = ${job} AND status = 'pending' ORDER BY position LIMIT 1`)
  return rows.length > 0
}

/** Where the first of those who wait stands, who were not put off. */
export async function findFirstWaiting(sql: Sql, job: string): Promise<number | undefined> {
  const [row] = await listNext(sql, job, 0, 1)
  return row?.position
}

/** Nobody of a job who waits is put off any more; answers how many were. */
export async function clearNotBefore(sql: Sql, job: string): Promise<number> {
  const { rowCount } = await sql.execute(text`
    UPDATE bulk_recipients SET not_before = NULL
    WHERE job_id = ${job} AND status = 'pending' AND not_before IS NOT NULL`)
  return rowCount ?? 0
}

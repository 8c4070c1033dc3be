// Reads tables of other areas: conversations (chats, messages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ApprovalStatus, approvals } from './approvals.tables.ts'

/** An approval as stored. */
export type NewApproval = typeof approvals.$inferInsert

/** An approval with what its object needs of message and chat. */
export interface ApprovalRow extends Record<string, unknown> {
  id: string
  tenantId: string
  messageId: string
  sessionId: string
  waChatId: string
  contentPreview: string | null
  origin: string
  status: ApprovalStatus
  reason: string | null
  createdAt: Date | string
  expiresAt: Date | string
  decidedAt: Date | string | null
  decidedBy: string | null
}

const selection = text`
  SELECT a.id, a.tenant_id AS "tenantId", a.message_id AS "messageId", a.session_id AS "sessionId",
    h.wa_chat_id AS "waChatId", m.content_preview AS "contentPreview", a.origin, a.status, a.reason,
    a.created_at AS "createdAt", a.expires_at AS "expiresAt", a.decided_at AS "decidedAt", a.decided_by AS "decidedBy"
  FROM approvals a JOIN messages m ON m.id = a.message_id JOIN chats h ON h.id = m.chat_id`

/** Adds approvals. */
export async function insertApprovals(sql: Sql, rows: readonly NewApproval[]): Promise<void> {
  await sql.insert(approvals).values([...rows])
}

/** One approval of a tenant. */
export async function findApproval(sql: Sql, tenantId: string, id: string): Promise<ApprovalRow | undefined> {
  const { rows } = await sql.execute<ApprovalRow>(
    text`${selection} WHERE a.id = ${id} AND a.tenant_id = ${tenantId}`,
  )
  return rows[0]
}

/** Approvals of a tenant in a state, newest first, and how many there are. */
export async function listApprovals(
  sql: Sql,
  where: { tenantId: string; status: ApprovalStatus; limit: number; offset: number },
): Promise<{ rows: ApprovalRow[]; total: number }> {
  const { tenantId, status, limit, offset } = where
  const { rows } = await sql.execute<ApprovalRow>(text`
    ${selection} WHERE a.tenant_id = ${tenantId} AND a.status = ${status}
    ORDER BY a.created_at DESC, a.id DESC LIMIT ${limit} OFFSET ${offset}`)
  const counted = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM approvals WHERE tenant_id = ${tenantId} AND status = ${status}`)
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

/** Decides an approval, once: false when that has happened already. */
export async function decideApproval(
  sql: Sql,
  decision: {
    tenantId: string
    id: string
    status: Exclude<ApprovalStatus, 'pending'>
    reason: string | null
    at: Date
    by: string | null
  },
): Promise<boolean> {
  const { tenantId, id, status, reason, at, by } = decision
  const { rowCount } = await sql.execute(text`
    UPDATE approvals SET status = ${status}, reason = ${reason}, decided_at = ${at.toISOString()}, decided_by = ${by}
    WHERE id = ${id} AND tenant_id = ${tenantId} AND status = 'pending'`)
  return (rowCount ?? 0) > 0
}

/** An approval whose time is over. */
export interface ExpiredApproval extends Record<string, unknown> {
  id: string
  tenantId: string
  messageId: string
  sessionId: string
}

/** Undecided approvals, of every tenant, whose time is over: the job asks for all. */
export async function listExpired(sql: Sql, now: Date, limit: number): Promise<ExpiredApproval[]> {
  const { rows } = await sql.execute<ExpiredApproval>(text`
    SELECT id, tenant_id AS "tenantId", message_id AS "messageId", session_id AS "sessionId" FROM approvals
    WHERE status = 'pending' AND expires_at <= ${now.toISOString()} ORDER BY expires_at, id LIMIT ${limit}`)
  return rows
}

// Reads tables of other areas: conversations (messages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A run that posted to a group, by the message as WhatsApp names it. */
export interface RunOfPost extends Record<string, unknown> {
  executionId: string
  sessionId: string
  waMessageId: string
}

/** The runs of a tenant that posted these messages to groups and began after a moment. */
export async function listRunsOfPosts(
  sql: Sql,
  tenantId: string,
  refs: readonly { sessionId: string; waMessageId: string }[],
  since: Date,
): Promise<RunOfPost[]> {
  const { rows } = await sql.execute<RunOfPost>(text`
    SELECT e.id AS "executionId", m.session_id AS "sessionId", m.wa_message_id AS "waMessageId"
    FROM unnest(${text.param(refs.map(({ sessionId }) => sessionId))}::uuid[],
        ${text.param(refs.map(({ waMessageId }) => waMessageId))}::text[]) AS p (session_id, wa_message_id)
      JOIN messages m ON m.session_id = p.session_id AND m.wa_message_id = p.wa_message_id
        AND m.direction = 'outbound' AND m.tenant_id = ${tenantId}
      JOIN scheduled_executions e ON e.message_id = m.id AND e.tenant_id = m.tenant_id
    WHERE e.delivered_to IS NOT NULL AND e.started_at > ${since.toISOString()}::timestamptz`)
  return rows
}

/** That a member of a group has got, or read, the post of a run. */
export interface ReceiptRow {
  executionId: string
  /** A digest of the address, as the decimal digits of 64 bits. */
  member: string
  isRead: boolean
}

/**
 * Counts members in runs, each once and each as a reader once: whoever is counted is kept, in the transaction that counts.
 * Each member of a run comes once among the rows. The runs are held in one order.
 */
export async function addReceipts(
  sql: Sql,
  tenantId: string,
  receipts: readonly ReceiptRow[],
  now: Date,
): Promise<void> {
  const ids = [...new Set(receipts.map(({ executionId }) => executionId))]
  const { rows: held } = await sql.execute<{ id: string }>(text`
    SELECT id FROM scheduled_executions WHERE id = ANY (${text.param(ids)}::uuid[]) AND tenant_id = ${tenantId}
    ORDER BY id FOR NO KEY UPDATE`)
  const isHeld = new Set(held.map(({ id }) => id))
  const rows = receipts.filter(({ executionId }) => isHeld.has(executionId))
  if (rows.length === 0) return
  await sql.execute(text`
    WITH told AS (
      INSERT INTO scheduled_receipts AS r (execution_id, tenant_id, member, is_read, received_at)
      SELECT n."executionId", ${tenantId}::uuid, n.member, n."isRead", ${now.toISOString()}::timestamptz
      FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS n ("executionId" uuid, member bigint, "isRead" boolean)
      ON CONFLICT (execution_id, member) DO UPDATE SET is_read = true WHERE excluded.is_read AND NOT r.is_read
      RETURNING execution_id, is_read, (r.xmax = 0) AS is_new
    ), counted AS (
      SELECT execution_id, (count(*) FILTER (WHERE is_new))::int AS delivered,
        (count(*) FILTER (WHERE is_read))::int AS read FROM told GROUP BY execution_id
    )
    UPDATE scheduled_executions e SET delivered_to = e.delivered_to + c.delivered, read_by = e.read_by + c.read
    FROM counted c WHERE e.id = c.execution_id AND e.tenant_id = ${tenantId}`)
}

/** Forgets who was counted before a moment, the longest ago first, so many at once. */
export async function deleteReceipts(sql: Sql, before: Date, limit: number): Promise<void> {
  await sql.execute(text`
    DELETE FROM scheduled_receipts WHERE (execution_id, member) IN (
      SELECT execution_id, member FROM scheduled_receipts
      WHERE received_at < ${before.toISOString()}::timestamptz ORDER BY received_at LIMIT ${limit})`)
}

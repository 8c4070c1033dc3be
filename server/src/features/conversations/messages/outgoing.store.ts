import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** Which message, of which tenant. */
export interface MessageKey {
  id: string
  tenant_id: string
}

/** The messages as rows `r`. */
function keysOf(keys: readonly MessageKey[]) {
  return text`unnest(${text.param(keys.map(({ id }) => id))}::uuid[],
    ${text.param(keys.map(({ tenant_id }) => tenant_id))}::uuid[]) AS r (id, tenant_id)`
}

/** Removes messages that have not left. */
export async function deletePending(sql: Sql, keys: readonly MessageKey[]): Promise<void> {
  await sql.execute(text`
    DELETE FROM messages m USING ${keysOf(keys)} WHERE m.id = r.id AND m.tenant_id = r.tenant_id AND m.status = 'pending'`)
}

/** Frees an idempotency key that was used before a timestamp; false when it was not. */
export async function clearIdempotencyKey(
  sql: Sql,
  tenantId: string,
  key: string,
  before: Date,
): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET idempotency_key = NULL, idempotency_hash = NULL
    WHERE tenant_id = ${tenantId} AND idempotency_key = ${key} AND created_at <= ${before.toISOString()}`)
  return (rowCount ?? 0) > 0
}

/** Marks one message of this status as failed; false when it moved on meanwhile. */
export async function updateToFailed(
  sql: Sql,
  tenantId: string,
  id: string,
  failure: { from: 'pending' | 'pending_approval'; error: string },
): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET status = 'failed', error = ${failure.error}
    WHERE id = ${id} AND tenant_id = ${tenantId} AND status = ${failure.from}`)
  return (rowCount ?? 0) > 0
}

/** Messages that have not left wait for approval. */
export async function updateToHeld(sql: Sql, keys: readonly MessageKey[]): Promise<void> {
  await sql.execute(text`
    UPDATE messages m SET status = 'pending_approval', requires_approval = true
    FROM ${keysOf(keys)} WHERE m.id = r.id AND m.tenant_id = r.tenant_id AND m.status = 'pending'`)
}

/** What a message that waited for approval holds when it is to leave. */
export interface ApprovedMessage {
  id: string
  tenantId: string
  contentPreview: string
  contentFull: Buffer | null
  isCold: boolean
}

/** A message that waited for approval is to leave; false when somebody decided meanwhile. */
export async function updateToApproved(sql: Sql, row: ApprovedMessage): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    UPDATE messages SET status = 'pending', content_preview = ${row.contentPreview},
      content_full = ${row.contentFull}, is_cold = ${row.isCold}
    WHERE id = ${row.id} AND tenant_id = ${row.tenantId} AND status = 'pending_approval'`)
  return (rowCount ?? 0) > 0
}

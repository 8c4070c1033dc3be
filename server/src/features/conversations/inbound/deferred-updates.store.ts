import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** One deferred update; `fact` is encrypted. */
export interface DeferredUpdateRow extends Record<string, unknown> {
  id: string
  tenantId: string
  sessionId: string
  waMessageId: string
  fact: Buffer
}

/** Stores a deferred update. */
export async function insertDeferredUpdate(sql: Sql, row: DeferredUpdateRow & { at: Date }): Promise<void> {
  await sql.execute(text`
    INSERT INTO early_facts (id, tenant_id, session_id, wa_message_id, fact, created_at)
    VALUES (${row.id}, ${row.tenantId}, ${row.sessionId}, ${row.waMessageId}, ${row.fact}, ${row.at.toISOString()})`)
}

/** Takes the deferred updates of some messages of a session away, oldest first. */
export async function takeDeferredUpdates(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  waMessageIds: readonly string[],
): Promise<DeferredUpdateRow[]> {
  const { rows } = await sql.execute<DeferredUpdateRow>(text`
    DELETE FROM early_facts WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}
      AND wa_message_id = ANY(${text.param([...waMessageIds])}::text[])
    RETURNING id, tenant_id AS "tenantId", session_id AS "sessionId", wa_message_id AS "waMessageId", fact`)
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** The messages of a session that have deferred updates. */
export async function listAwaitedMessages(sql: Sql, tenantId: string, sessionId: string): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT DISTINCT wa_message_id AS id FROM early_facts
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}`)
  return rows.map((row) => row.id)
}

/** Removes what nobody waited for, of every tenant. */
export async function deleteOldDeferredUpdates(sql: Sql, before: Date): Promise<void> {
  await sql.execute(text`DELETE FROM early_facts WHERE created_at < ${before.toISOString()}::timestamptz`)
}

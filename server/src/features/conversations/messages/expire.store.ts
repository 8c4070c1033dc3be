// Reads tables of other areas: account (tenant_settings).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** What one step of the walk needs to know. */
export interface ExpiryStep {
  /** Walks on after this id; ids grow with time. */
  afterId: string
  now: Date
  protoDays: number
  limit: number
}

/**
 * Removes what is over in the next messages, of every tenant by its own retention; answers the last id looked at,
 * or undefined at the end. Votes are read with the poll's protobuf, so a poll keeps it as long as its text.
 */
export async function expireNext(
  sql: Sql,
  { afterId, now, protoDays, limit }: ExpiryStep,
): Promise<string | undefined> {
  const timestamp = text`${now.toISOString()}::timestamptz`
  const { rows } = await sql.execute<{ id: string }>(text`
    WITH due AS (
      SELECT m.id, m.created_at < ${timestamp} - make_interval(days => s.message_retention_days) AS is_text_over,
        m.created_at < ${timestamp} - make_interval(days => ${protoDays}::int) AS is_proto_over
      FROM messages m JOIN tenant_settings s ON s.tenant_id = m.tenant_id
      WHERE m.id > ${afterId} AND m.created_at < ${timestamp} - interval '1 day'
        AND (m.idempotency_key IS NOT NULL
          OR (m.proto IS NOT NULL AND m.created_at < ${timestamp} - make_interval(days => ${protoDays}::int)
            AND (m.message_type <> 'poll'
              OR m.created_at < ${timestamp} - make_interval(days => s.message_retention_days)))
          OR ((m.content_preview IS NOT NULL OR m.content_full IS NOT NULL OR m.details IS NOT NULL)
            AND m.created_at < ${timestamp} - make_interval(days => s.message_retention_days)))
      ORDER BY m.id LIMIT ${limit}
    )
    UPDATE messages m SET idempotency_key = NULL, idempotency_hash = NULL,
      proto = CASE WHEN due.is_proto_over AND (due.is_text_over OR m.message_type <> 'poll')
        THEN NULL ELSE m.proto END,
      content_preview = CASE WHEN due.is_text_over THEN NULL ELSE m.content_preview END,
      content_full = CASE WHEN due.is_text_over THEN NULL ELSE m.content_full END,
      details = CASE WHEN due.is_text_over THEN NULL ELSE m.details END
    FROM due WHERE m.id = due.id RETURNING m.id`)
  return rows
    .map((row) => row.id)
    .sort()
    .at(-1)
}

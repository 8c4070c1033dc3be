// Reads tables of other areas: account (tenant_settings), sessions (sessions).
import { and, count, eq, gt, inArray, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { sessions } from '../../sessions/lifecycle/sessions.tables.ts'
import { type TranscriptRow, transcripts } from './transcripts.tables.ts'

/** A task of the tenant. */
export async function findTranscript(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<TranscriptRow | undefined> {
  const [row] = await sql
    .select()
    .from(transcripts)
    .where(and(eq(transcripts.id, id), eq(transcripts.tenantId, tenantId)))
  return row
}

/** The task of a message. */
export async function findTranscriptOf(
  sql: Sql,
  tenantId: string,
  messageId: string,
): Promise<TranscriptRow | undefined> {
  const [row] = await sql
    .select()
    .from(transcripts)
    .where(and(eq(transcripts.messageId, messageId), eq(transcripts.tenantId, tenantId)))
  return row
}

type NewTranscript = Pick<
  TranscriptRow,
  'id' | 'tenantId' | 'sessionId' | 'chatId' | 'messageId' | 'messageCreatedAt' | 'createdAt'
>

/** Queues tasks of messages that have none, and those that failed anew; answers what has to be done. */
export async function queueTranscripts(sql: Sql, rows: readonly NewTranscript[]): Promise<TranscriptRow[]> {
  if (rows.length === 0) return []
  return sql
    .insert(transcripts)
    .values(rows.map((row) => ({ ...row, status: 'queued' as const })))
    .onConflictDoUpdate({
      target: transcripts.messageId,
      set: { status: 'queued', error: null, createdAt: raw`excluded.created_at` },
      setWhere: raw`${transcripts.status} = 'failed'`,
    })
    .returning()
}

/** Changes a task; undefined when its message is gone. */
export async function updateTranscript(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<TranscriptRow>,
): Promise<TranscriptRow | undefined> {
  const [row] = await sql
    .update(transcripts)
    .set(changes)
    .where(and(eq(transcripts.id, id), eq(transcripts.tenantId, tenantId)))
    .returning()
  return row
}

/** Removes what was written down of messages. */
export async function deleteTranscriptsOf(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<void> {
  await sql
    .delete(transcripts)
    .where(and(eq(transcripts.tenantId, tenantId), inArray(transcripts.messageId, [...messageIds])))
}

/** Those of these sessions whose voice messages are all to be written down. */
export async function listTranscribing(sql: Sql, sessionIds: readonly string[]): Promise<string[]> {
  const rows = await sql
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(inArray(sessions.id, [...sessionIds]), raw`${sessions.config}->>'auto_transcribe' = 'true'`))
  return rows.map(({ id }) => id)
}

/** How many messages of each of these conversations were queued since a moment. */
export async function countSince(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  const rows = await sql
    .select({ chatId: transcripts.chatId, count: count() })
    .from(transcripts)
    .where(
      and(
        eq(transcripts.tenantId, tenantId),
        inArray(transcripts.chatId, [...chatIds]),
        gt(transcripts.createdAt, since),
      ),
    )
    .groupBy(transcripts.chatId)
  return new Map(rows.map((row) => [row.chatId, row.count]))
}

/** Removes transcripts of messages whose text is over, by each tenant's own retention. */
export async function deleteExpired(sql: Sql, now: Date): Promise<void> {
  await sql.execute(raw`
    DELETE FROM transcripts t USING tenant_settings s
    WHERE s.tenant_id = t.tenant_id AND t.message_created_at < ${now.toISOString()}::timestamptz - interval '1 day'
      AND t.message_created_at < ${now.toISOString()}::timestamptz - make_interval(days => s.message_retention_days)`)
}

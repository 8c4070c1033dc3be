import { and, eq, gte, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { aiReplyDrafts } from './replies.tables.ts'

/** Keeps a reply in place of an older one to the same request. */
export async function saveDraft(sql: Sql, row: typeof aiReplyDrafts.$inferInsert): Promise<void> {
  const { id, content, createdAt } = row
  await sql
    .insert(aiReplyDrafts)
    .values(row)
    .onConflictDoUpdate({
      target: [aiReplyDrafts.tenantId, aiReplyDrafts.requestHash],
      set: { id, content, createdAt },
    })
}

/** The reply to a request that was kept since a timestamp. */
export async function findDraft(
  sql: Sql,
  tenantId: string,
  requestHash: string,
  since: Date,
): Promise<{ id: string; content: Buffer } | undefined> {
  const [row] = await sql
    .select({ id: aiReplyDrafts.id, content: aiReplyDrafts.content })
    .from(aiReplyDrafts)
    .where(
      and(
        eq(aiReplyDrafts.tenantId, tenantId),
        eq(aiReplyDrafts.requestHash, requestHash),
        gte(aiReplyDrafts.createdAt, since),
      ),
    )
  return row
}

/** Removes replies that nobody approved in time. */
export async function deleteDrafts(sql: Sql, before: Date): Promise<void> {
  await sql.delete(aiReplyDrafts).where(lt(aiReplyDrafts.createdAt, before))
}

/** Takes one preview of an hour; false when it has none left. One statement, so that it is exact. */
export async function takePreview(sql: Sql, tenantId: string, hour: Date, most: number): Promise<boolean> {
  const at = hour.toISOString()
  const { rows } = await sql.execute(text`
    INSERT INTO ai_preview_hours AS p (tenant_id, hour, used) VALUES (${tenantId}, ${at}::timestamptz, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET
      used = CASE WHEN p.hour = excluded.hour THEN p.used + 1 ELSE 1 END, hour = excluded.hour
      WHERE p.hour <> excluded.hour OR p.used < ${most}
    RETURNING used`)
  return rows.length > 0
}

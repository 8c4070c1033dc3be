// Reads tables of other areas: conversations (chats, messages), sessions (sessions).
import { and, asc, count, eq, inArray, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { StyleScope } from './style.schema.ts'
import { type StyleProfileRow, type StyleTaskRow, styleProfiles, styleTasks } from './style.tables.ts'

const open = ['queued', 'processing'] as const

/** Profiles of a tenant, oldest first. */
export function listProfileRows(sql: Sql, tenantId: string): Promise<StyleProfileRow[]> {
  return sql
    .select()
    .from(styleProfiles)
    .where(eq(styleProfiles.tenantId, tenantId))
    .orderBy(asc(styleProfiles.createdAt), asc(styleProfiles.id))
}

/** How many profiles a tenant has. */
export async function countProfileRows(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(styleProfiles)
    .where(eq(styleProfiles.tenantId, tenantId))
  return row?.total ?? 0
}

/** Trainings under way of a tenant. */
export function listOpenTasks(sql: Sql, tenantId: string): Promise<StyleTaskRow[]> {
  return sql
    .select()
    .from(styleTasks)
    .where(and(eq(styleTasks.tenantId, tenantId), inArray(styleTasks.status, [...open])))
}

/** Adds a training. */
export async function insertTask(sql: Sql, row: typeof styleTasks.$inferInsert): Promise<void> {
  await sql.insert(styleTasks).values(row)
}

/** A training of a tenant. */
export async function findTask(sql: Sql, tenantId: string, id: string): Promise<StyleTaskRow | undefined> {
  const [row] = await sql
    .select()
    .from(styleTasks)
    .where(and(eq(styleTasks.id, id), eq(styleTasks.tenantId, tenantId)))
  return row
}

/** Stores how far a training is, unless it is over. */
export async function updateTask(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Pick<StyleTaskRow, 'status' | 'progress' | 'profileId' | 'error'>>,
): Promise<void> {
  await sql
    .update(styleTasks)
    .set(change)
    .where(
      and(eq(styleTasks.id, id), eq(styleTasks.tenantId, tenantId), inArray(styleTasks.status, [...open])),
    )
}

/** Removes trainings that began before a timestamp and are over. */
export async function deleteTasks(sql: Sql, before: Date): Promise<void> {
  await sql.delete(styleTasks).where(lt(styleTasks.createdAt, before))
}

/** Stores a profile in place of the one of its scope. */
export async function upsertProfile(
  sql: Sql,
  row: typeof styleProfiles.$inferInsert,
): Promise<StyleProfileRow | undefined> {
  const { rows } = await sql.execute<{ id: string }>(text`
    INSERT INTO style_profiles AS p
      (id, tenant_id, session_id, wa_chat_id, name, features, sample_count, last_trained_at, created_at)
    VALUES (${row.id}, ${row.tenantId}, ${row.sessionId ?? null}, ${row.waChatId ?? null}, ${row.name ?? null},
      ${JSON.stringify(row.features)}::jsonb, ${row.sampleCount}, ${row.lastTrainedAt.toISOString()}::timestamptz,
      ${row.createdAt.toISOString()}::timestamptz)
    ON CONFLICT (tenant_id, session_id, wa_chat_id) DO UPDATE SET name = coalesce(excluded.name, p.name),
      features = excluded.features, sample_count = excluded.sample_count, last_trained_at = excluded.last_trained_at
    RETURNING id`)
  const [stored] = await sql
    .select()
    .from(styleProfiles)
    .where(and(eq(styleProfiles.id, rows[0]?.id ?? row.id), eq(styleProfiles.tenantId, row.tenantId)))
  return stored
}

/** Removes a profile; false when there was none. */
export async function deleteProfileRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const gone = await sql
    .delete(styleProfiles)
    .where(and(eq(styleProfiles.id, id), eq(styleProfiles.tenantId, tenantId)))
    .returning({ id: styleProfiles.id })
  return gone.length > 0
}

/** Where reading goes on: the last chat of a page. */
export interface ChatCursor {
  at: string
  id: string
}

/** A chat that the account has written in. */
export interface OwnChat {
  id: string
  at: string
}

/** One page of chats in a scope, the latest first. */
export async function listOwnChats(
  sql: Sql,
  tenantId: string,
  { sessionId, waChatId }: StyleScope,
  after: ChatCursor | null,
  limit: number,
): Promise<OwnChat[]> {
  const { rows } = await sql.execute<{ id: string; at: string }>(text`
    SELECT c.id, c.last_outbound_at::text AS at FROM chats c
    WHERE c.tenant_id = ${tenantId} AND c.kind <> 'channel' AND c.last_outbound_at IS NOT NULL
      AND c.session_id IN (SELECT s.id FROM sessions s WHERE s.tenant_id = ${tenantId}
        AND (${sessionId}::uuid IS NULL OR s.id = ${sessionId}::uuid))
      AND (${waChatId}::text IS NULL OR c.wa_chat_id = ${waChatId}::text)
      AND (${after?.at ?? null}::timestamptz IS NULL
        OR (c.last_outbound_at, c.id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    ORDER BY c.last_outbound_at DESC, c.id DESC LIMIT ${limit}`)
  return rows
}

/** A text that a person of the tenant wrote. */
export interface OwnText {
  id: string
  preview: string | null
  /** Sealed. */
  full: Buffer | null
}

/** The newest texts that people wrote in some chats, at most so many of each: not what campaigns and machines sent. */
export async function listOwnTexts(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
  mostPerChat: number,
): Promise<OwnText[]> {
  const { rows } = await sql.execute<{ id: string; preview: string | null; full: Buffer | null }>(text`
    SELECT m.id, m.content_preview AS preview, m.content_full AS full
    FROM unnest(${text.param(chatIds)}::uuid[]) AS c(id)
    CROSS JOIN LATERAL (
      SELECT id, content_preview, content_full FROM messages
      WHERE chat_id = c.id AND tenant_id = ${tenantId} AND direction = 'outbound' AND message_type = 'text'
        AND origin IN ('phone', 'api') AND status <> 'failed' AND deleted_at IS NULL
        AND content_preview IS NOT NULL AND NOT coalesce(metadata ? 'ai_draft_id', false)
      ORDER BY ordered_at DESC, id DESC LIMIT ${mostPerChat}) AS m`)
  return rows
}

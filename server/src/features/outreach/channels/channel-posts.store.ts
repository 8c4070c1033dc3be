import { and, count, desc, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ChannelPostRow, channelPosts } from './channels.tables.ts'

type Status = ChannelPostRow['status']

const ofChannel = (tenantId: string, channelId: string, status: Status | undefined) =>
  and(
    eq(channelPosts.channelId, channelId),
    eq(channelPosts.tenantId, tenantId),
    status === undefined ? undefined : eq(channelPosts.status, status),
  )

/** One page of the posts to a channel, newest first. */
export function listPostRows(
  sql: Sql,
  tenantId: string,
  channelId: string,
  { status, limit, offset }: { status?: Status | undefined; limit: number; offset: number },
): Promise<ChannelPostRow[]> {
  return sql
    .select()
    .from(channelPosts)
    .where(ofChannel(tenantId, channelId, status))
    .orderBy(desc(channelPosts.createdAt), desc(channelPosts.id))
    .limit(limit)
    .offset(offset)
}

/** How many posts there are. */
export async function countPostRows(
  sql: Sql,
  tenantId: string,
  channelId: string,
  status: Status | undefined,
): Promise<number> {
  const where = ofChannel(tenantId, channelId, status)
  const [row] = await sql.select({ total: count() }).from(channelPosts).where(where)
  return row?.total ?? 0
}

/** The post that a message carries. */
export async function findPostOfMessage(
  sql: Sql,
  tenantId: string,
  messageId: string,
): Promise<ChannelPostRow | undefined> {
  const [row] = await sql
    .select()
    .from(channelPosts)
    .where(and(eq(channelPosts.messageId, messageId), eq(channelPosts.tenantId, tenantId)))
  return row
}

/** The post that a run of a schedule has made in a channel. */
export async function findPostOfExecution(
  sql: Sql,
  tenantId: string,
  executionId: string,
  channelId: string,
): Promise<ChannelPostRow | undefined> {
  const [row] = await sql
    .select()
    .from(channelPosts)
    .where(
      and(
        eq(channelPosts.executionId, executionId),
        eq(channelPosts.channelId, channelId),
        eq(channelPosts.tenantId, tenantId),
      ),
    )
  return row
}

/** Adds a post; a run of a schedule that has made one gets no second. */
export async function insertPost(sql: Sql, row: ChannelPostRow): Promise<boolean> {
  const rows = await sql
    .insert(channelPosts)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: channelPosts.id })
  return rows.length > 0
}

/** What became of the message of a post. */
export interface PostOutcome {
  message_id: string
  tenant_id: string
  status: 'sent' | 'failed'
  error: string | null
}

/** A post that has changed, with its channel. */
export interface ConcludedPost extends Record<string, unknown> {
  id: string
  tenantId: string
  channelId: string
  waChannelId: string
  sessionId: string
  waMessageId: string | null
  status: 'sent' | 'failed'
  error: string | null
  source: ChannelPostRow['source']
  scheduleId: string | null
  executionId: string | null
}

/** Marks the posts of messages as sent or failed, never back from sent; answers those that changed. */
export async function concludePosts(
  sql: Sql,
  outcomes: readonly PostOutcome[],
  at: Date,
): Promise<ConcludedPost[]> {
  const { rows } = await sql.execute<ConcludedPost>(text`
    UPDATE channel_posts p SET status = r.status, error = r.error,
      sent_at = CASE WHEN r.status = 'sent' THEN ${at.toISOString()}::timestamptz END
    FROM json_to_recordset(${JSON.stringify(outcomes)}::json)
      AS r(message_id uuid, tenant_id uuid, status text, error text), channels c
    WHERE p.message_id = r.message_id AND p.tenant_id = r.tenant_id AND c.id = p.channel_id
      AND p.status <> 'sent' AND p.status <> r.status
    RETURNING p.id, p.tenant_id AS "tenantId", p.channel_id AS "channelId", c.wa_channel_id AS "waChannelId",
      c.session_id AS "sessionId", p.wa_message_id AS "waMessageId", p.status, p.error, p.source,
      p.schedule_id AS "scheduleId", p.execution_id AS "executionId"`)
  return rows
}

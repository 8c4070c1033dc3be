// Reads tables of other areas: groups (custom_groups), outreach (bulk_jobs, bulk_recipients).
import { and, asc, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { customGroups } from '../../groups/custom-groups/custom-groups.tables.ts'
import {
  type BulkJobRow,
  type BulkRecipientRow,
  bulkJobs,
  bulkRecipients,
  type RecipientStatus,
} from '../../outreach/bulk/bulk.tables.ts'
import type { CampaignSort } from './campaigns.schema.ts'

/** A campaign, and what its list is called now; null when that is gone. */
export interface CampaignRow {
  job: BulkJobRow
  listName: string | null
}

const campaign = { job: bulkJobs, listName: customGroups.name }
const listOfJob = and(
  eq(customGroups.id, bulkJobs.customGroupId),
  eq(customGroups.tenantId, bulkJobs.tenantId),
)

/** A campaign of a tenant. */
export async function findCampaign(sql: Sql, tenantId: string, id: string): Promise<CampaignRow | undefined> {
  const [row] = await sql
    .select(campaign)
    .from(bulkJobs)
    .leftJoin(customGroups, listOfJob)
    .where(and(eq(bulkJobs.tenantId, tenantId), eq(bulkJobs.id, id)))
  return row
}

/** Which page of which campaigns; moments are ISO 8601. */
export interface CampaignPage {
  from: string | undefined
  /** Excluded. */
  before: string | undefined
  sessionId: string | undefined
  sort: CampaignSort
  order: 'asc' | 'desc'
  limit: number
  offset: number
}

const sortColumns: Readonly<Record<CampaignSort, string>> = {
  created_at: 'bulk_jobs.created_at',
  delivery_rate: 'delivered_count::float / nullif(sent_count, 0)',
  read_rate: 'read_count::float / nullif(delivered_count, 0)',
  reply_rate: 'replied_count::float / nullif(delivered_count, 0)',
}

/** One page of a tenant's campaigns, and how many there are. */
export async function listCampaigns(
  sql: Sql,
  tenantId: string,
  { from, before, sessionId, sort, order, limit, offset }: CampaignPage,
): Promise<{ rows: CampaignRow[]; total: number }> {
  const wanted = and(
    eq(bulkJobs.tenantId, tenantId),
    sessionId === undefined ? undefined : eq(bulkJobs.sessionId, sessionId),
    from === undefined ? undefined : text`${bulkJobs.createdAt} >= ${from}::timestamptz`,
    before === undefined ? undefined : text`${bulkJobs.createdAt} < ${before}::timestamptz`,
  )
  const direction = text.raw(order === 'asc' ? 'ASC' : 'DESC')
  const rows = await sql
    .select(campaign)
    .from(bulkJobs)
    .leftJoin(customGroups, listOfJob)
    .where(wanted)
    .orderBy(
      text`${text.raw(sortColumns[sort])} ${direction} NULLS LAST`,
      text`${bulkJobs.createdAt} DESC`,
      text`${bulkJobs.id} DESC`,
    )
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: text<number>`count(*)::int` }).from(bulkJobs).where(wanted)
  return { rows, total: counted?.total ?? 0 }
}

/** How many recipients have an outcome and a reason. */
export interface ReasonCount extends Record<string, unknown> {
  reason: string
  count: number
}

/** Why messages of a campaign failed, or recipients were left out; most frequent first. */
export async function countReasons(
  sql: Sql,
  tenantId: string,
  jobId: string,
  status: 'failed' | 'skipped',
): Promise<ReasonCount[]> {
  const reason = text.raw(status === 'failed' ? 'error' : 'skip_reason')
  const { rows } = await sql.execute<ReasonCount>(text`
    SELECT coalesce(${reason}, 'unknown') AS reason, count(*)::int AS count FROM bulk_recipients
    WHERE job_id = ${jobId} AND tenant_id = ${tenantId} AND status = ${status}
    GROUP BY 1 ORDER BY 2 DESC, 1`)
  return rows
}

/** When messages of a campaign were sent: minutes, and the time between the first and the last without pauses. */
export async function measureSends(
  sql: Sql,
  tenantId: string,
  jobId: string,
  { mostMinutes, pauseMs }: { mostMinutes: number; pauseMs: number },
): Promise<{ minutes: { minute: string; sent: number }[]; activeMs: number }> {
  const { rows } = await sql.execute<{ minute: string; sent: number; activeMs: number }>(text`
    SELECT to_char(minute AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS minute, sent,
      (sum(active_ms) OVER ())::float AS "activeMs"
    FROM (
      SELECT date_trunc('minute', sent_at) AS minute, count(*)::int AS sent,
        coalesce(sum(gap_ms) FILTER (WHERE gap_ms <= ${pauseMs}::int), 0) AS active_ms
      FROM (
        SELECT sent_at, extract(epoch FROM sent_at - lag(sent_at) OVER (ORDER BY sent_at)) * 1000 AS gap_ms
        FROM bulk_recipients
        WHERE job_id = ${jobId} AND tenant_id = ${tenantId} AND sent_at IS NOT NULL
          AND status IN ('sent', 'delivered', 'read', 'replied', 'ignored', 'opted_out', 'failed')
      ) g GROUP BY 1
    ) m ORDER BY 1 DESC LIMIT ${mostMinutes}`)
  const minutes = rows.map(({ minute, sent }) => ({ minute, sent })).reverse()
  return { minutes, activeMs: rows[0]?.activeMs ?? 0 }
}

/** One page of a campaign's recipients in their order, and how many there are. */
export async function listCampaignContacts(
  sql: Sql,
  tenantId: string,
  jobId: string,
  { status, limit, offset }: { status: RecipientStatus | undefined; limit: number; offset: number },
): Promise<{ rows: BulkRecipientRow[]; total: number }> {
  const wanted = and(
    eq(bulkRecipients.jobId, jobId),
    eq(bulkRecipients.tenantId, tenantId),
    status === undefined ? undefined : eq(bulkRecipients.status, status),
  )
  const rows = await sql
    .select()
    .from(bulkRecipients)
    .where(wanted)
    .orderBy(asc(bulkRecipients.position))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql
    .select({ total: text<number>`count(*)::int` })
    .from(bulkRecipients)
    .where(wanted)
  return { rows, total: counted?.total ?? 0 }
}

/** How far each variant of a campaign came. */
export interface VariantCount extends Record<string, unknown> {
  variant: number
  sent: number
  delivered: number
  read: number
  replied: number
}

/** What became of the texts of a campaign that has several, by their places. */
export async function countVariants(sql: Sql, tenantId: string, jobId: string): Promise<VariantCount[]> {
  const { rows } = await sql.execute<VariantCount>(text`
    SELECT variant, count(*)::int AS sent, count(delivered_at)::int AS delivered, count(read_at)::int AS read,
      count(replied_at)::int AS replied
    FROM bulk_recipients
    WHERE job_id = ${jobId} AND tenant_id = ${tenantId} AND variant IS NOT NULL AND sent_at IS NOT NULL
      AND status NOT IN ('pending', 'failed', 'skipped')
    GROUP BY variant ORDER BY variant`)
  return rows
}

// Reads tables of other areas: groups (custom_groups).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A campaign and how far it has come. */
export interface CampaignRow extends Record<string, unknown> {
  name: string | null
  /** What its list is called now; null when that is gone. */
  listName: string | null
  status: string
  total: number
  sent: number
  delivered: number
  read: number
  replied: number
  failed: number
  skipped: number
  waitsFor: string | null
  /** ISO 8601 in UTC. */
  createdAt: string
}

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

/** Campaigns that ended in a span of time may be so many days older. */
const longestCampaignDays = 90

/**
 * Campaigns that are unfinished, or were made or ended in a span of time: the newest of them, their number, and the sums
 * of their figures. Figures of a job are counted in its row, so that recipients are not read.
 */
export async function listCampaigns(
  sql: Sql,
  { tenantId, from, to }: { tenantId: string; from: Date; to: Date },
  limit: number,
): Promise<{ rows: CampaignRow[]; byStatus: (CampaignRow & { jobs: number })[] }> {
  const found = text`
    SELECT id, name, custom_group_id, status, total_recipients, sent_count, delivered_count, read_count, replied_count, failed_count,
      skipped_count, waits_for, created_at FROM bulk_jobs
    WHERE tenant_id = ${tenantId} AND status IN ('pending', 'running', 'paused') AND created_at < ${at(to)}
    UNION ALL
    SELECT id, name, custom_group_id, status, total_recipients, sent_count, delivered_count, read_count, replied_count, failed_count,
      skipped_count, waits_for, created_at FROM bulk_jobs
    WHERE tenant_id = ${tenantId} AND status IN ('completed', 'cancelled', 'failed') AND created_at < ${at(to)}
      AND created_at >= ${at(from)} - ${`${longestCampaignDays} days`}::interval
      AND coalesce(completed_at, updated_at) >= ${at(from)}`
  const rows = await sql.execute<CampaignRow>(text`
    SELECT name, (SELECT g.name FROM custom_groups g
        WHERE g.id = jobs.custom_group_id AND g.tenant_id = ${tenantId}) AS "listName",
      status, total_recipients AS total, sent_count AS sent, delivered_count AS delivered,
      read_count AS read, replied_count AS replied, failed_count AS failed, skipped_count AS skipped,
      waits_for AS "waitsFor", to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "createdAt"
    FROM (${found}) jobs ORDER BY created_at DESC, id DESC LIMIT ${limit}`)
  const sums = await sql.execute<CampaignRow & { jobs: number }>(text`
    SELECT NULL AS name, NULL AS "listName", status, count(*)::int AS jobs, sum(total_recipients)::float8 AS total,
      sum(sent_count)::float8 AS sent, sum(delivered_count)::float8 AS delivered, sum(read_count)::float8 AS read,
      sum(replied_count)::float8 AS replied, sum(failed_count)::float8 AS failed, sum(skipped_count)::float8 AS skipped,
      NULL AS "waitsFor", NULL AS "createdAt"
    FROM (${found}) jobs GROUP BY status`)
  return { rows: rows.rows, byStatus: sums.rows }
}

// Reads tables of other areas: groups (wa_groups), leads (group_messages, lead_groups, lead_status_changes, leads, monitored_group_counts, monitored_groups).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { quarterSeconds } from './report-span.schema.ts'

/** A tenant and a span of time, its end not included. */
export interface TenantSpan {
  tenantId: string
  from: Date
  to: Date
}

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

const detectedIn = ({ tenantId, from, to }: TenantSpan): SQL =>
  text`l.tenant_id = ${tenantId} AND l.detected_at >= ${at(from)} AND l.detected_at < ${at(to)}`

/** How many leads of a tenant there are now in each state. */
export async function countLeadsByStatus(sql: Sql, tenantId: string): Promise<Map<string, number>> {
  const { rows } = await sql.execute<{ status: string; leads: number }>(text`
    SELECT status, count(*)::int AS leads FROM leads WHERE tenant_id = ${tenantId} GROUP BY status`)
  return new Map(rows.map(({ status, leads }) => [status, leads]))
}

/** Leads that were detected in a span of time, by quarters of an hour since the epoch. */
export async function countLeadQuarters(sql: Sql, span: TenantSpan): Promise<Map<number, number>> {
  const { rows } = await sql.execute<{ quarter: number; leads: number }>(text`
    SELECT floor(extract(epoch FROM l.detected_at) / ${text.raw(String(quarterSeconds))})::int AS quarter,
      count(*)::int AS leads
    FROM leads l WHERE ${detectedIn(span)} GROUP BY 1`)
  return new Map(rows.map(({ quarter, leads }) => [quarter, leads]))
}

/** How far leads of one group came; a lead that went on to the next stage counts in those before, too. */
export interface SourceFunnel extends Record<string, unknown> {
  groupId: string
  groupName: string
  leads: number
  contacted: number
  qualified: number
  converted: number
  lost: number
}

/** How far the leads came that were detected in a span of time, by the group they were detected in. */
export async function listSources(sql: Sql, span: TenantSpan): Promise<SourceFunnel[]> {
  const { rows } = await sql.execute<SourceFunnel>(text`
    SELECT l.group_id AS "groupId", max(l.group_name) AS "groupName", count(*)::int AS leads,
      count(*) FILTER (WHERE l.status IN ('contacted', 'qualified', 'converted') OR reached.contacted)::int AS contacted,
      count(*) FILTER (WHERE l.status IN ('qualified', 'converted') OR reached.qualified)::int AS qualified,
      count(*) FILTER (WHERE l.status = 'converted')::int AS converted,
      count(*) FILTER (WHERE l.status = 'lost')::int AS lost
    FROM leads l CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(c.to_status IN ('contacted', 'qualified', 'converted')), false) AS contacted,
        coalesce(bool_or(c.to_status IN ('qualified', 'converted')), false) AS qualified
      FROM lead_status_changes c WHERE c.lead_id = l.id AND l.status <> 'converted') reached
    WHERE ${detectedIn(span)} GROUP BY l.group_id`)
  return rows
}

/** A group that is listened to. */
export interface WatchedGroup extends Record<string, unknown> {
  id: string
  name: string
  mode: string
  isActive: boolean
  /** All messages that were ever looked at in it. */
  processed: number
}

/** The groups that a tenant listens to. */
export async function listWatchedGroups(sql: Sql, tenantId: string): Promise<WatchedGroup[]> {
  const { rows } = await sql.execute<WatchedGroup>(text`
    SELECT g.id, coalesce(g.name, w.name, g.wa_group_id) AS name, g.monitor_mode AS mode, g.is_active AS "isActive",
      coalesce(c.messages_processed, 0) AS processed
    FROM monitored_groups g
    LEFT JOIN wa_groups w ON w.session_id = g.session_id AND w.wa_group_id = g.wa_group_id AND w.tenant_id = g.tenant_id
    LEFT JOIN monitored_group_counts c ON c.group_id = g.id AND c.tenant_id = g.tenant_id
    WHERE g.tenant_id = ${tenantId} ORDER BY g.created_at, g.id`)
  return rows
}

/** What was captured in a group in a span of time, by the keyword that matched; null is for messages without one. */
export async function countKeywords(
  sql: Sql,
  { tenantId, from, to }: TenantSpan,
  groupId: string,
): Promise<{ keyword: string | null; messages: number }[]> {
  const { rows } = await sql.execute<{ keyword: string | null; messages: number }>(text`
    SELECT matched_keyword AS keyword, count(*)::int AS messages FROM group_messages
    WHERE group_id = ${groupId} AND tenant_id = ${tenantId}
      AND wa_timestamp >= ${at(from)} AND wa_timestamp < ${at(to)}
    GROUP BY matched_keyword`)
  return rows
}

/** Leads that groups gave a first signal of in a span of time, by group. */
export async function countGroupLeads(
  sql: Sql,
  { tenantId, from, to }: TenantSpan,
  groupIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql.execute<{ groupId: string; leads: number }>(text`
    SELECT group_id AS "groupId", count(*)::int AS leads FROM lead_groups
    WHERE tenant_id = ${tenantId} AND group_id = ANY (${text.param(groupIds)}::uuid[])
      AND detected_at >= ${at(from)} AND detected_at < ${at(to)}
    GROUP BY group_id`)
  return new Map(rows.map(({ groupId, leads }) => [groupId, leads]))
}

// Reads tables of other areas: conversations (chats, contacts, messages), groups (wa_group_members, wa_groups), sessions (sessions).
import { and, count, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import {
  groupMessages,
  type MonitoredGroupRow,
  monitoredGroupCounts,
  monitoredGroups,
} from './monitored-groups.tables.ts'

/** A monitored group with what is known of the WhatsApp group. */
export interface ShownGroup extends MonitoredGroupRow {
  shownName: string
  shownMembers: number
  leadsDetected: number
  messagesProcessed: number
}

const shownColumns = text`
  g.id, g.tenant_id AS "tenantId", g.session_id AS "sessionId", g.wa_group_id AS "waGroupId", g.name,
  g.monitor_mode AS "monitorMode", g.monitor_keywords AS "monitorKeywords", g.keyword_match AS "keywordMatch",
  g.monitor_prompt AS "monitorPrompt",
  g.auto_respond AS "autoRespond", g.response_template AS "responseTemplate",
  g.auto_respond_interval_hours AS "autoRespondIntervalHours", g.auto_respond_daily_cap AS "autoRespondDailyCap",
  g.auto_label_leads AS "autoLabelLeads", g.lead_label_id AS "leadLabelId", g.webhook_url AS "webhookUrl",
  g.skip_admins AS "skipAdmins", g.skip_existing_contacts AS "skipExistingContacts", g.is_active AS "isActive",
  g.member_count AS "memberCount", n.leads_detected AS "leadsDetected", n.messages_processed AS "messagesProcessed",
  g.created_at AS "createdAt", g.updated_at AS "updatedAt",
  coalesce(g.name, w.name, g.wa_group_id) AS "shownName",
  CASE WHEN w.described_at IS NULL THEN g.member_count ELSE (SELECT count(*)::int FROM wa_group_members m
    WHERE m.session_id = g.session_id AND m.wa_group_id = g.wa_group_id) END AS "shownMembers"`
const shownFrom = text`monitored_groups g
  JOIN monitored_group_counts n ON n.group_id = g.id AND n.tenant_id = g.tenant_id
  LEFT JOIN wa_groups w ON w.session_id = g.session_id AND w.wa_group_id = g.wa_group_id`

type Raw = Omit<ShownGroup, 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string }

const fromRaw = (row: Raw): ShownGroup => ({
  ...row,
  createdAt: new Date(row.createdAt),
  updatedAt: new Date(row.updatedAt),
})

/** One page of a tenant's monitored groups, oldest first. */
export async function listGroups(
  sql: Sql,
  tenantId: string,
  limit: number,
  offset: number,
): Promise<ShownGroup[]> {
  const { rows } = await sql.execute<Raw & Record<string, unknown>>(text`
    SELECT ${shownColumns} FROM ${shownFrom} WHERE g.tenant_id = ${tenantId}
    ORDER BY g.created_at, g.id LIMIT ${limit} OFFSET ${offset}`)
  return rows.map(fromRaw)
}

/** One monitored group. */
export async function findGroup(sql: Sql, tenantId: string, id: string): Promise<ShownGroup | undefined> {
  const { rows } = await sql.execute<Raw & Record<string, unknown>>(text`
    SELECT ${shownColumns} FROM ${shownFrom} WHERE g.tenant_id = ${tenantId} AND g.id = ${id}`)
  return rows[0] === undefined ? undefined : fromRaw(rows[0])
}

/** Every monitored group of a session with its name; `sessionPhone` is the account's own number, as digits. */
export async function listWatched(
  sql: Sql,
  tenantId: string,
  sessionId: string,
): Promise<{ sessionPhone: string | null; groups: ShownGroup[] }> {
  const { rows: sessions } = await sql.execute<{ phone: string | null }>(text`
    SELECT phone_number AS phone FROM sessions WHERE id = ${sessionId} AND tenant_id = ${tenantId}`)
  const { rows } = await sql.execute<Raw & Record<string, unknown>>(text`
    SELECT ${shownColumns} FROM ${shownFrom} WHERE g.tenant_id = ${tenantId} AND g.session_id = ${sessionId}
      AND g.is_active`)
  return { sessionPhone: sessions[0]?.phone ?? null, groups: rows.map(fromRaw) }
}

/** How many groups a tenant monitors, switched off or not. */
export async function countGroups(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(monitoredGroups)
    .where(eq(monitoredGroups.tenantId, tenantId))
  return row?.total ?? 0
}

/** The WhatsApp groups of a session that are monitored. */
export async function listMonitoredIds(sql: Sql, tenantId: string, sessionId: string): Promise<Set<string>> {
  const rows = await sql
    .select({ id: monitoredGroups.waGroupId })
    .from(monitoredGroups)
    .where(and(eq(monitoredGroups.tenantId, tenantId), eq(monitoredGroups.sessionId, sessionId)))
  return new Set(rows.map((row) => row.id))
}

/** Adds a group; false when the session monitors it already. */
export async function insertGroup(sql: Sql, group: MonitoredGroupRow): Promise<boolean> {
  const rows = await sql
    .insert(monitoredGroups)
    .values(group)
    .onConflictDoNothing({ target: [monitoredGroups.sessionId, monitoredGroups.waGroupId] })
    .returning({ id: monitoredGroups.id })
  if (rows.length === 0) return false
  await sql.insert(monitoredGroupCounts).values({ groupId: group.id, tenantId: group.tenantId })
  return true
}

const ofGroup = (tenantId: string, id: string) =>
  and(eq(monitoredGroups.tenantId, tenantId), eq(monitoredGroups.id, id))

/** Keeps everybody who captures in the group waiting, in their order: its counts before the group itself. */
async function holdCounts(sql: Sql, tenantId: string, id: string): Promise<void> {
  const own = and(eq(monitoredGroupCounts.tenantId, tenantId), eq(monitoredGroupCounts.groupId, id))
  await sql.select({ id: monitoredGroupCounts.groupId }).from(monitoredGroupCounts).where(own).for('update')
}

/** Holds a group until the transaction ends. */
export async function lockGroup(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<MonitoredGroupRow | undefined> {
  await holdCounts(sql, tenantId, id)
  const [row] = await sql.select().from(monitoredGroups).where(ofGroup(tenantId, id)).for('update')
  return row
}

/** Changes what is given. */
export async function updateGroup(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<MonitoredGroupRow>,
): Promise<void> {
  await sql.update(monitoredGroups).set(change).where(ofGroup(tenantId, id))
}

/** Removes a group with what was captured in it; answers its session, or undefined when there was none. */
export async function deleteGroup(sql: Sql, tenantId: string, id: string): Promise<string | undefined> {
  await holdCounts(sql, tenantId, id)
  const [row] = await sql
    .delete(monitoredGroups)
    .where(ofGroup(tenantId, id))
    .returning({ sessionId: monitoredGroups.sessionId })
  return row?.sessionId
}

/** Everybody whose message in the group is stored counts as a known speaker. */
export async function seedSpeakers(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.execute(text`
    INSERT INTO group_speakers (group_id, contact_id, tenant_id)
    SELECT DISTINCT g.id, m.sender_contact_id, g.tenant_id
    FROM monitored_groups g
    JOIN chats h ON h.session_id = g.session_id AND h.wa_chat_id = g.wa_group_id
    JOIN messages m ON m.chat_id = h.id AND m.direction = 'inbound' AND m.sender_contact_id IS NOT NULL
    WHERE g.id = ${id} AND g.tenant_id = ${tenantId}
    ON CONFLICT DO NOTHING`)
}

/** A message that was said in a group, captured or not. */
export interface HeardRow {
  id: string
  preview: string | null
  /** The whole text, sealed, where the tenant keeps it. */
  whole: Uint8Array | null
  phone: string | null
  name: string | null
  bookName: string | null
  pushName: string | null
  waTimestamp: string
  /** With all its digits, as PostgreSQL prints it. */
  orderedAt: string
}

/** What others said in a monitored group since a moment, as its session heard it, newest first; goes on behind a row. */
export async function listHeard(
  sql: Sql,
  tenantId: string,
  groupId: string,
  page: { since: Date; after: HeardRow | undefined; limit: number },
): Promise<HeardRow[]> {
  const { since, after, limit } = page
  const behind =
    after === undefined
      ? text``
      : text`AND (m.ordered_at, m.id) < (${after.orderedAt}::timestamptz, ${after.id}::uuid)`
  const { rows } = await sql.execute<HeardRow & Record<string, unknown>>(text`
    SELECT m.id, m.content_preview AS preview, m.content_full AS whole, c.phone, c.name, c.book_name AS "bookName",
      c.push_name AS "pushName", m.wa_timestamp AS "waTimestamp", m.ordered_at::text AS "orderedAt"
    FROM monitored_groups g
    JOIN chats h ON h.session_id = g.session_id AND h.wa_chat_id = g.wa_group_id AND h.tenant_id = g.tenant_id
    JOIN messages m ON m.chat_id = h.id AND m.tenant_id = g.tenant_id
    LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE g.id = ${groupId} AND g.tenant_id = ${tenantId} AND m.direction = 'inbound' AND m.deleted_at IS NULL
      AND m.message_type NOT IN ('reaction', 'unknown') AND m.content_preview IS NOT NULL
      AND m.ordered_at >= ${since.toISOString()}::timestamptz ${behind}
    ORDER BY m.ordered_at DESC, m.id DESC LIMIT ${limit}`)
  return rows
}

/** A captured message as it is listed. */
export interface CapturedRow {
  id: string
  waMessageId: string
  phone: string | null
  name: string | null
  bookName: string | null
  pushName: string | null
  preview: string | null
  matchedKeyword: string | null
  aiAnalysis: { intent: string; lead_score: number; confidence: number; reason: string } | null
  isAwaitingAnalysis: boolean
  waTimestamp: string
}

/** One page of a group's captured messages, newest first. */
export async function listCaptured(
  sql: Sql,
  tenantId: string,
  groupId: string,
  limit: number,
  offset: number,
): Promise<CapturedRow[]> {
  const { rows } = await sql.execute<CapturedRow & Record<string, unknown>>(text`
    SELECT m.id, m.wa_message_id AS "waMessageId", c.phone, c.name, c.book_name AS "bookName",
      c.push_name AS "pushName", m.content_preview AS preview, g.matched_keyword AS "matchedKeyword",
      g.ai_analysis AS "aiAnalysis", g.is_awaiting_analysis AS "isAwaitingAnalysis", g.wa_timestamp AS "waTimestamp"
    FROM group_messages g JOIN messages m ON m.id = g.message_id LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE g.group_id = ${groupId} AND g.tenant_id = ${tenantId}
    ORDER BY g.wa_timestamp DESC, g.message_id DESC LIMIT ${limit} OFFSET ${offset}`)
  return rows
}

/** How many messages of a group were captured and still exist. */
export async function countCaptured(sql: Sql, tenantId: string, groupId: string): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(groupMessages)
    .where(and(eq(groupMessages.tenantId, tenantId), eq(groupMessages.groupId, groupId)))
  return row?.total ?? 0
}

/** Addresses that are not sealed yet, of all tenants. */
export async function listPlainUrls(sql: Sql): Promise<{ id: string; url: string }[]> {
  const { rows } = await sql.execute<{ id: string; url: string }>(text`
    SELECT id, webhook_url AS url FROM monitored_groups WHERE webhook_url LIKE '%:%'`)
  return rows
}

/** Replaces an address unless somebody changed it meanwhile. */
export async function replaceUrl(sql: Sql, id: string, before: string, after: string | null): Promise<void> {
  await sql
    .update(monitoredGroups)
    .set({ webhookUrl: after })
    .where(and(eq(monitoredGroups.id, id), eq(monitoredGroups.webhookUrl, before)))
}

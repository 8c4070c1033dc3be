// Reads tables of other areas: account (tenant_settings), conversations (contact_sessions, contacts).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadFacts, LeadStatus, ScoreSignal } from './leads.tables.ts'

/** A lead as far as merging needs it. */
export interface MergedLead extends Record<string, unknown> {
  id: string
  contactId: string
  status: LeadStatus
  facts: LeadFacts
  keywords: string
  notes: string | null
  assignedTo: string | null
  messageCount: number
  leadScore: number
  /** As JavaScript reads it, as the one below. */
  lastSignalAt: string
  detectedAt: string
}

/** Leads of contacts, locked; the contacts as well, so that nobody makes another lead of them meanwhile. */
export async function lockLeadsOf(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
): Promise<MergedLead[]> {
  await sql.execute(text`
    SELECT id FROM contacts WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...contactIds])}::uuid[])
    ORDER BY id FOR UPDATE`)
  const { rows } = await sql.execute<MergedLead>(text`
    SELECT id, contact_id AS "contactId", status, facts, keywords, notes, assigned_to AS "assignedTo",
      message_count AS "messageCount", lead_score AS "leadScore",
      to_char(last_signal_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "lastSignalAt",
      to_char(detected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "detectedAt"
    FROM leads WHERE tenant_id = ${tenantId} AND contact_id = ANY(${text.param([...contactIds])}::uuid[])
    ORDER BY contact_id, id FOR UPDATE`)
  return rows
}

/** Contacts with leads that no session knows any more. */
export async function listSessionlessContacts(sql: Sql, tenantId: string): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT DISTINCT l.contact_id AS id FROM leads l WHERE l.tenant_id = ${tenantId} AND l.contact_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM contact_sessions s WHERE s.contact_id = l.contact_id)`)
  return rows.map((row) => row.id)
}

/**
 * Gives the timeline, the groups and the history of one lead to another; answers the groups that had counted both of
 * them.
 */
export async function moveHistory(
  sql: Sql,
  tenantId: string,
  fromId: string,
  toId: string,
): Promise<string[]> {
  const { rows } = await sql.execute<{ groupId: string; isAdded: boolean }>(text`
    WITH added AS (
      INSERT INTO lead_groups (lead_id, group_id, tenant_id, detected_at, is_first)
      SELECT l.id, g.group_id, l.tenant_id, l.detected_at, g.group_id = l.group_id FROM lead_groups g JOIN leads l ON l.id = ${toId}
      WHERE g.lead_id = ${fromId} AND g.tenant_id = ${tenantId} AND l.tenant_id = ${tenantId}
      ON CONFLICT DO NOTHING RETURNING group_id
    )
    SELECT g.group_id AS "groupId", g.group_id IN (SELECT group_id FROM added) AS "isAdded" FROM lead_groups g
    WHERE g.lead_id = ${fromId} AND g.tenant_id = ${tenantId} ORDER BY 1`)
  await sql.execute(text`
    UPDATE lead_signals SET lead_id = ${toId} WHERE lead_id = ${fromId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE lead_status_changes SET lead_id = ${toId} WHERE lead_id = ${fromId} AND tenant_id = ${tenantId}`)
  return rows.flatMap(({ groupId, isAdded }) => (isAdded ? [] : [groupId]))
}

/** Counts one lead less in each of these groups. */
export async function lowerLeadCounts(
  sql: Sql,
  tenantId: string,
  groupIds: readonly string[],
): Promise<void> {
  for (const groupId of groupIds)
    await sql.execute(text`
      UPDATE monitored_group_counts SET leads_detected = greatest(leads_detected - 1, 0)
      WHERE group_id = ${groupId} AND tenant_id = ${tenantId}`)
}

/** Takes over the newest signal of another lead. */
export async function takeLastSignal(
  sql: Sql,
  tenantId: string,
  fromId: string,
  toId: string,
): Promise<void> {
  await sql.execute(text`
    UPDATE leads l SET last_message_id = n.last_message_id, last_group_id = n.last_group_id,
      last_group_name = n.last_group_name, last_matched_keyword = n.last_matched_keyword,
      last_message_preview = n.last_message_preview, last_monitor_mode = n.last_monitor_mode,
      last_signal_at = n.last_signal_at
    FROM leads n
    WHERE l.id = ${toId} AND n.id = ${fromId} AND l.tenant_id = ${tenantId} AND n.tenant_id = ${tenantId}`)
}

/** Removes a lead whose timeline another one has. */
export async function removeLead(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.execute(text`DELETE FROM leads WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** What two leads are together. */
export interface MergedFacts {
  facts: LeadFacts
  score: number
  leadScore: number
  reasons: ScoreSignal[]
  keywords: string
  notes: string | null
  assignedTo: string | null
  messageCount: number
}

/** Writes what two leads are together. */
export async function writeMerged(
  sql: Sql,
  tenantId: string,
  id: string,
  merged: MergedFacts,
): Promise<void> {
  await sql.execute(text`
    UPDATE leads SET facts = ${JSON.stringify(merged.facts)}::jsonb,
      signal_score = ${merged.score}::integer, lead_score = ${merged.leadScore}::integer, score_signals = ${JSON.stringify(merged.reasons)}::jsonb, keywords = ${merged.keywords},
      notes = ${merged.notes}, assigned_to = ${merged.assignedTo}::uuid, message_count = ${merged.messageCount}
    WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** Gives all leads of one contact to another, with what that one is called. */
export async function moveContact(sql: Sql, tenantId: string, fromId: string, toId: string): Promise<void> {
  await sql.execute(text`
    UPDATE leads l SET contact_id = c.id, contact_phone = coalesce(c.phone, l.contact_phone),
      contact_name = coalesce(c.name, c.book_name, c.push_name, l.contact_name)
    FROM contacts c
    WHERE c.id = ${toId} AND c.tenant_id = ${tenantId} AND l.contact_id = ${fromId} AND l.tenant_id = ${tenantId}`)
}

/** A text that has to be replaced wherever leads keep it. */
export interface ChangedText {
  tenantId: string
  messageId: string
  /** Null removes it. */
  preview: string | null
}

/** Replaces the texts of messages in timelines, and with leads whose first or newest signal they are. */
export async function replaceTexts(sql: Sql, changes: readonly ChangedText[]): Promise<void> {
  await sql.execute(text`
    WITH changed AS (
      UPDATE lead_signals s SET message_preview = r.preview
      FROM json_to_recordset(${JSON.stringify(changes)}::json)
        AS r("tenantId" uuid, "messageId" uuid, preview text)
      WHERE s.message_id = r."messageId" AND s.tenant_id = r."tenantId"
      RETURNING s.lead_id, s.message_id, s.message_preview
    )
    UPDATE leads l SET
      message_preview = CASE WHEN c.is_first THEN c.first_preview ELSE l.message_preview END,
      last_message_preview = CASE WHEN c.is_last THEN c.last_preview ELSE l.last_message_preview END
    FROM (
      SELECT d.id, f.message_id IS NOT NULL AS is_first, f.message_preview AS first_preview,
        n.message_id IS NOT NULL AS is_last, n.message_preview AS last_preview
      FROM leads d LEFT JOIN changed f ON f.message_id = d.trigger_message_id
        LEFT JOIN changed n ON n.message_id = d.last_message_id
      WHERE d.id IN (SELECT lead_id FROM changed)
    ) c
    WHERE l.id = c.id AND (c.is_first OR c.is_last)`)
}

/** One step of a walk over what was kept of messages. */
export interface ExpiryStep {
  now: Date
  limit: number
}

/** Removes texts that are older than their tenants keep them; answers how many rows that were. */
export async function expireTexts(sql: Sql, { now, limit }: ExpiryStep): Promise<number> {
  const over = (timestamp: ReturnType<typeof text>) =>
    text`${timestamp} < ${now.toISOString()}::timestamptz - make_interval(days => s.message_retention_days)`
  const { rowCount: signals } = await sql.execute(text`
    UPDATE lead_signals SET message_preview = NULL WHERE message_id IN (
      SELECT g.message_id FROM lead_signals g JOIN tenant_settings s ON s.tenant_id = g.tenant_id
      WHERE g.message_preview IS NOT NULL AND ${over(text`g.at`)} LIMIT ${limit})`)
  const { rowCount: leads } = await sql.execute(text`
    UPDATE leads u SET message_preview = CASE WHEN o.is_first_over THEN NULL ELSE u.message_preview END,
      last_message_preview = CASE WHEN o.is_last_over THEN NULL ELSE u.last_message_preview END
    FROM (
      SELECT l.id, ${over(text`l.detected_at`)} AS is_first_over, ${over(text`l.last_signal_at`)} AS is_last_over
      FROM leads l JOIN tenant_settings s ON s.tenant_id = l.tenant_id
      WHERE (l.message_preview IS NOT NULL AND ${over(text`l.detected_at`)})
        OR (l.last_message_preview IS NOT NULL AND ${over(text`l.last_signal_at`)})
      LIMIT ${limit}
    ) o
    WHERE u.id = o.id`)
  return (signals ?? 0) + (leads ?? 0)
}

/** Leads of somebody who is gone are nobody's. */
export async function unassignLeads(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql.execute(text`
    UPDATE leads SET assigned_to = NULL WHERE tenant_id = ${tenantId} AND assigned_to = ${userId}`)
}

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
  matchedKeyword: string | null
  messagePreview: string | null
  monitorMode: string
  /** As JavaScript reads it, as the one below. */
  triggeredAt: string
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
      message_count AS "messageCount", matched_keyword AS "matchedKeyword", message_preview AS "messagePreview",
      monitor_mode AS "monitorMode",
      to_char(triggered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "triggeredAt",
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

/** Gives the timeline and the history of one lead to another. */
export async function moveHistory(sql: Sql, tenantId: string, fromId: string, toId: string): Promise<void> {
  await sql.execute(text`
    UPDATE lead_signals SET lead_id = ${toId} WHERE lead_id = ${fromId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE lead_status_changes SET lead_id = ${toId} WHERE lead_id = ${fromId} AND tenant_id = ${tenantId}`)
}

/** Removes a lead whose timeline another one has. */
export async function removeLead(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.execute(text`DELETE FROM leads WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** What two leads are together. */
export interface MergedFacts {
  facts: LeadFacts
  score: number
  reasons: ScoreSignal[]
  keywords: string
  notes: string | null
  assignedTo: string | null
  messageCount: number
  /** Whose trigger is the newer one. */
  newest: Pick<MergedLead, 'matchedKeyword' | 'messagePreview' | 'monitorMode' | 'triggeredAt'>
}

/** Writes what two leads are together. */
export async function writeMerged(
  sql: Sql,
  tenantId: string,
  id: string,
  merged: MergedFacts,
): Promise<void> {
  const { newest } = merged
  await sql.execute(text`
    UPDATE leads SET facts = ${JSON.stringify(merged.facts)}::jsonb,
      score = CASE WHEN score_source = 'ai' THEN score ELSE ${merged.score}::integer END,
      score_signals = ${JSON.stringify(merged.reasons)}::jsonb, keywords = ${merged.keywords},
      notes = ${merged.notes}, assigned_to = ${merged.assignedTo}::uuid, message_count = ${merged.messageCount},
      matched_keyword = ${newest.matchedKeyword}, message_preview = ${newest.messagePreview},
      monitor_mode = ${newest.monitorMode}, triggered_at = ${newest.triggeredAt}::timestamptz
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

/** Replaces the texts of messages in timelines, and with leads whose newest signal they are. */
export async function replaceTexts(sql: Sql, changes: readonly ChangedText[]): Promise<void> {
  await sql.execute(text`
    WITH changed AS (
      UPDATE lead_signals s SET message_preview = r.preview
      FROM json_to_recordset(${JSON.stringify(changes)}::json)
        AS r("tenantId" uuid, "messageId" uuid, preview text)
      WHERE s.message_id = r."messageId" AND s.tenant_id = r."tenantId"
      RETURNING s.lead_id, s.at, s.message_preview
    )
    UPDATE leads l SET message_preview = c.message_preview FROM changed c
    WHERE l.id = c.lead_id AND l.triggered_at = c.at`)
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
    UPDATE leads SET message_preview = NULL WHERE id IN (
      SELECT l.id FROM leads l JOIN tenant_settings s ON s.tenant_id = l.tenant_id
      WHERE l.message_preview IS NOT NULL AND ${over(text`l.triggered_at`)} LIMIT ${limit})`)
  return (signals ?? 0) + (leads ?? 0)
}

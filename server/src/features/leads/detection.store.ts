import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'
import type { LeadFacts, ScoreSignal } from './leads.tables.ts'

/** A lead as it would be when the person has none that is open. */
export interface ProposedLead {
  id: string
  tenant_id: string
  contact_id: string
  contact_phone: string | null
  contact_name: string | null
  score: number
  score_signals: ScoreSignal[]
  facts: LeadFacts
  group_id: string
  wa_group_id: string
  group_name: string
  session_id: string
  matched_keyword: string | null
  message_preview: string
  monitor_mode: string
  triggered_at: string
  keywords: string
  message_count: number
  detected_at: string
  updated_at: string
}

/** The open lead of a person; locked. */
export interface OpenLead extends Record<string, unknown> {
  id: string
  tenantId: string
  contactId: string
  facts: LeadFacts
  keywords: string
  triggeredAt: string
}

/** Which of these messages were signals before. */
export async function listSignalled(
  sql: Sql,
  signals: readonly { tenantId: string; messageId: string }[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT s.message_id AS id FROM lead_signals s
      JOIN unnest(${text.param(signals.map(({ tenantId }) => tenantId))}::uuid[],
        ${text.param(signals.map(({ messageId }) => messageId))}::uuid[]) AS r (tenant_id, message_id)
        ON s.message_id = r.message_id AND s.tenant_id = r.tenant_id`)
  return new Set(rows.map((row) => row.id))
}

/**
 * The open leads of persons, by tenant, a space and contact; made where there is none. The update that changes
 * nothing locks the row that is there, so that whoever adds to it comes one after the other.
 */
export async function upsertOpenLeads(
  sql: Sql,
  proposed: readonly ProposedLead[],
): Promise<Map<string, OpenLead>> {
  const { rows } = await sql.execute<OpenLead>(text`
    INSERT INTO leads AS l (id, tenant_id, contact_id, contact_phone, contact_name, status, score, score_source,
      score_signals, facts, group_id, wa_group_id, group_name, session_id, matched_keyword, message_preview,
      monitor_mode, triggered_at, keywords, message_count, detected_at, updated_at)
    SELECT id, tenant_id, contact_id, contact_phone, contact_name, 'new', score, 'signals', score_signals, facts,
      group_id, wa_group_id, group_name, session_id, matched_keyword, message_preview, monitor_mode, triggered_at,
      keywords, message_count, detected_at, updated_at
    FROM json_to_recordset(${JSON.stringify(proposed)}::json) AS r(id uuid, tenant_id uuid, contact_id uuid,
      contact_phone text, contact_name text, score integer, score_signals jsonb, facts jsonb, group_id uuid,
      wa_group_id text, group_name text, session_id uuid, matched_keyword text, message_preview text,
      monitor_mode text, triggered_at timestamptz, keywords text, message_count integer, detected_at timestamptz,
      updated_at timestamptz)
    ORDER BY tenant_id, contact_id
    ON CONFLICT (tenant_id, contact_id) WHERE status IN ('new', 'contacted', 'qualified')
    DO UPDATE SET updated_at = l.updated_at
    RETURNING l.id, l.tenant_id AS "tenantId", l.contact_id AS "contactId", l.facts, l.keywords,
      to_char(l.triggered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "triggeredAt"`)
  return new Map(rows.map((row) => [`${row.tenantId} ${row.contactId}`, row]))
}

/** What new signals make of an open lead; without a trigger the newest signal stays what it was. */
export interface RaisedLead {
  id: string
  tenant_id: string
  score: number
  score_signals: ScoreSignal[]
  facts: LeadFacts
  trigger: {
    matched_keyword: string | null
    message_preview: string
    monitor_mode: string
    triggered_at: string
  } | null
  keywords: string
  added: number
  updated_at: string
}

/** Adds to leads that this transaction has locked. What an AI said of the score stays. */
export async function raiseLeads(sql: Sql, raised: readonly RaisedLead[]): Promise<void> {
  if (raised.length === 0) return
  await sql.execute(text`
    UPDATE leads l SET score = CASE WHEN l.score_source = 'ai' THEN l.score ELSE r.score END,
      score_signals = r.score_signals, facts = r.facts, keywords = r.keywords,
      message_count = l.message_count + r.added, updated_at = r.updated_at,
      matched_keyword = CASE WHEN r.trigger IS NULL THEN l.matched_keyword ELSE r.trigger ->> 'matched_keyword' END,
      message_preview = coalesce(r.trigger ->> 'message_preview', l.message_preview),
      monitor_mode = coalesce(r.trigger ->> 'monitor_mode', l.monitor_mode),
      triggered_at = coalesce((r.trigger ->> 'triggered_at')::timestamptz, l.triggered_at)
    FROM json_to_recordset(${JSON.stringify(raised)}::json) AS r(id uuid, tenant_id uuid, score integer, score_signals jsonb,
      facts jsonb, trigger jsonb, keywords text, added integer, updated_at timestamptz)
    WHERE l.id = r.id AND l.tenant_id = r.tenant_id`)
}

/** One message of a lead's timeline. */
export interface SignalRow {
  message_id: string
  tenant_id: string
  lead_id: string
  session_id: string
  group_id: string
  wa_group_id: string
  group_name: string
  monitor_mode: string
  matched_keyword: string | null
  message_preview: string
  signals: string[]
  at: string
}

/** Adds to timelines. */
export async function insertSignals(sql: Sql, rows: readonly SignalRow[]): Promise<void> {
  await sql.execute(text`
    INSERT INTO lead_signals (message_id, tenant_id, lead_id, session_id, group_id, wa_group_id, group_name,
      monitor_mode, matched_keyword, message_preview, signals, at)
    SELECT message_id, tenant_id, lead_id, session_id, group_id, wa_group_id, group_name, monitor_mode,
      matched_keyword, message_preview, signals, at
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(message_id uuid, tenant_id uuid, lead_id uuid,
      session_id uuid, group_id uuid, wa_group_id text, group_name text, monitor_mode text, matched_keyword text,
      message_preview text, signals jsonb, at timestamptz)`)
}

import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadFacts, ScoreSignal } from './leads.tables.ts'

/** The newest signal of a lead. */
export interface LastSignal {
  message_id: string
  group_id: string
  group_name: string
  matched_keyword: string | null
  message_preview: string
  monitor_mode: string
  at: string
}

/** A lead as it would be when the person has none that is open. */
export interface ProposedLead {
  id: string
  tenant_id: string
  contact_id: string
  contact_phone: string | null
  contact_name: string | null
  signal_score: number
  score_signals: ScoreSignal[]
  facts: LeadFacts
  group_id: string
  wa_group_id: string
  group_name: string
  session_id: string
  message_id: string
  matched_keyword: string | null
  message_preview: string
  monitor_mode: string
  last: LastSignal
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
  /** When the newest signal was written. */
  lastAt: string
}

/** The open leads of persons, by tenant, a space and contact; or, of the messages, those that were signals before. */
export interface OpenedLeads {
  leads: Map<string, OpenLead>
  known: Set<string>
}

/**
 * The open leads of persons, locked, and made where there is none. When one of the messages was a signal before,
 * nothing is made, and only these messages are answered. A function of the database (migration 0020), see there.
 */
export async function openLeads(
  sql: Sql,
  signals: readonly { tenantId: string; messageId: string }[],
  proposed: readonly ProposedLead[],
): Promise<OpenedLeads> {
  const { rows } = await sql.execute<OpenLead & { is_known: boolean }>(text`
    SELECT * FROM open_leads(${text.param(signals.map(({ tenantId }) => tenantId))}::uuid[],
      ${text.param(signals.map(({ messageId }) => messageId))}::uuid[], ${JSON.stringify(proposed)}::json)`)
  const [known, leads] = [rows.filter((row) => row.is_known), rows.filter((row) => !row.is_known)]
  return {
    leads: new Map(leads.map((row) => [`${row.tenantId} ${row.contactId}`, row])),
    known: new Set(known.map((row) => row.id)),
  }
}

/** What new signals make of an open lead; without a last one the newest signal stays what it was. */
export interface RaisedLead {
  id: string
  tenant_id: string
  signal_score: number
  score_signals: ScoreSignal[]
  facts: LeadFacts
  last: LastSignal | null
  keywords: string
  added: number
  updated_at: string
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

/**
 * Adds to timelines, and to leads that this transaction has locked; answers which groups gave a lead its first signal of
 * theirs, as `lead group`. A function of the database (migration 0020).
 */
export async function addSignals(
  sql: Sql,
  raised: readonly RaisedLead[],
  signals: readonly SignalRow[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ leadId: string; groupId: string }>(
    text`SELECT * FROM add_lead_signals(${JSON.stringify(raised)}::json, ${JSON.stringify(signals)}::json)`,
  )
  return new Set(rows.map(({ leadId, groupId }) => `${leadId} ${groupId}`))
}

/** The lead of a signal without words, locked; undefined when the message is none. */
export async function lockWordless(
  sql: Sql,
  tenantId: string,
  messageId: string,
): Promise<{ id: string; facts: LeadFacts } | undefined> {
  const { rows } = await sql.execute<{ id: string; facts: LeadFacts }>(text`
    SELECT l.id, l.facts FROM lead_signals s JOIN leads l ON l.id = s.lead_id
    WHERE s.message_id = ${messageId} AND s.tenant_id = ${tenantId} AND coalesce(s.message_preview, '') = ''
    FOR UPDATE OF l`)
  return rows[0]
}

/** What the words of a signal make of its lead. */
export interface Wording {
  tenantId: string
  leadId: string
  messageId: string
  preview: string
  /** What the signal itself says. */
  kinds: string[]
  facts: LeadFacts
  score: number
  reasons: ScoreSignal[]
  at: Date
}

/** Stores the words of a signal, at its lead as well where it is the first or the newest one. */
export async function updateWording(sql: Sql, wording: Wording): Promise<void> {
  const { tenantId, leadId, messageId, preview, kinds, facts, score, reasons, at } = wording
  await sql.execute(text`
    UPDATE lead_signals SET message_preview = ${preview}, signals = ${JSON.stringify(kinds)}::jsonb
    WHERE message_id = ${messageId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE leads SET signal_score = ${score}, score_signals = ${JSON.stringify(reasons)}::jsonb,
      facts = ${JSON.stringify(facts)}::jsonb, updated_at = ${at.toISOString()}::timestamptz,
      message_preview = CASE WHEN trigger_message_id = ${messageId} THEN ${preview} ELSE message_preview END,
      last_message_preview = CASE WHEN last_message_id = ${messageId} THEN ${preview} ELSE last_message_preview END
    WHERE id = ${leadId} AND tenant_id = ${tenantId}`)
}

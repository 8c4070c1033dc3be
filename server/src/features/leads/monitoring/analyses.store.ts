// Reads tables of other areas: conversations (contacts, messages).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { LeadAnalysis } from '../detection/leads.schema.ts'

/** A captured message that nobody has analysed, with what a lead needs to know of it. */
export interface AwaitingMessage extends Record<string, unknown> {
  messageId: string
  sessionId: string
  text: string
  contactId: string | null
  /** Digits. */
  contactPhone: string | null
  contactName: string | null
  /** ISO 8601. */
  at: string
}

/** Those of these messages of a group that wait for their analysis. */
export async function listAwaiting(
  sql: Sql,
  tenantId: string,
  groupId: string,
  messageIds: readonly string[],
): Promise<AwaitingMessage[]> {
  const { rows } = await sql.execute<AwaitingMessage>(text`
    SELECT m.id AS "messageId", m.session_id AS "sessionId", coalesce(m.content_preview, '') AS text,
      c.id AS "contactId", c.phone AS "contactPhone",
      coalesce(c.name, c.book_name, c.push_name) AS "contactName",
      to_char(g.wa_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM group_messages g JOIN messages m ON m.id = g.message_id LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE g.message_id = ANY(${text.param([...messageIds])}::uuid[]) AND g.group_id = ${groupId}
      AND g.tenant_id = ${tenantId} AND g.is_awaiting_analysis
    ORDER BY g.wa_timestamp, g.message_id`)
  return rows
}

/** What a group asks of its analysis; undefined when it is gone or asks for none any more. */
export async function findAnalysedGroup(
  sql: Sql,
  tenantId: string,
  groupId: string,
): Promise<{ sessionId: string; waGroupId: string; prompt: string | null } | undefined> {
  const { rows } = await sql.execute<{ sessionId: string; waGroupId: string; prompt: string | null }>(text`
    SELECT session_id AS "sessionId", wa_group_id AS "waGroupId", monitor_prompt AS prompt FROM monitored_groups
    WHERE id = ${groupId} AND tenant_id = ${tenantId} AND is_active AND monitor_mode = 'ai_analysis'`)
  return rows[0]
}

/** Holds the counts of a group, as whoever captures does, so that what follows for it happens one after another. */
export async function holdGroup(sql: Sql, tenantId: string, groupId: string): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT group_id FROM monitored_group_counts WHERE group_id = ${groupId} AND tenant_id = ${tenantId} FOR UPDATE`)
  return rows.length > 0
}

/** Lets messages that had nothing to analyse wait for it after all; answers those that do. */
export async function reopenAnalyses(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    UPDATE group_messages SET is_awaiting_analysis = true
    WHERE message_id = ANY(${text.param([...messageIds])}::uuid[]) AND tenant_id = ${tenantId}
      AND NOT is_awaiting_analysis AND ai_analysis IS NULL
    RETURNING message_id AS id`)
  return new Set(rows.map(({ id }) => id))
}

/** Stores analyses, or that there is none; answers the messages that still waited. */
export async function saveAnalyses(
  sql: Sql,
  tenantId: string,
  analyses: readonly { messageId: string; analysis: LeadAnalysis | null }[],
): Promise<Set<string>> {
  if (analyses.length === 0) return new Set()
  const { rows } = await sql.execute<{ id: string }>(text`
    UPDATE group_messages g SET ai_analysis = r.analysis, is_awaiting_analysis = false
    FROM json_to_recordset(${JSON.stringify(analyses)}::json) AS r("messageId" uuid, analysis jsonb)
    WHERE g.message_id = r."messageId" AND g.tenant_id = ${tenantId} AND g.is_awaiting_analysis
    RETURNING g.message_id AS id`)
  return new Set(rows.map(({ id }) => id))
}

/** Gives a lead the strongest that a model has said of its messages. */
export async function raiseLead(
  sql: Sql,
  tenantId: string,
  leadId: string,
  analysis: LeadAnalysis,
): Promise<void> {
  await sql.execute(text`
    UPDATE leads SET lead_score = ${analysis.lead_score}::integer, ai_analysis = ${JSON.stringify(analysis)}::jsonb
    WHERE id = ${leadId} AND tenant_id = ${tenantId} AND lead_score <= ${analysis.lead_score}::integer`)
}

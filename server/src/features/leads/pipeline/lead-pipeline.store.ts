// Reads tables of other areas: conversations (chats).
import { and, asc, desc, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type LeadStatus, leadSignals, leadStatusChanges, leads } from '../detection/leads.tables.ts'

/** A lead as stored. */
export type LeadRecord = typeof leads.$inferSelect
/** One message of a timeline as stored. */
export type SignalRecord = typeof leadSignals.$inferSelect
/** One step through the pipeline as stored. */
export type StatusChangeRecord = typeof leadStatusChanges.$inferSelect

/** A lead of a tenant. */
export async function findLead(sql: Sql, tenantId: string, id: string): Promise<LeadRecord | undefined> {
  const [row] = await sql
    .select()
    .from(leads)
    .where(and(eq(leads.tenantId, tenantId), eq(leads.id, id)))
  return row
}

/** The newest signals of a lead. */
export function listSignals(
  sql: Sql,
  tenantId: string,
  leadId: string,
  limit: number,
): Promise<SignalRecord[]> {
  return sql
    .select()
    .from(leadSignals)
    .where(and(eq(leadSignals.leadId, leadId), eq(leadSignals.tenantId, tenantId)))
    .orderBy(desc(leadSignals.at), desc(leadSignals.messageId))
    .limit(limit)
}

/** Every step of a lead through the pipeline, oldest first. */
export function listStatusChanges(sql: Sql, tenantId: string, leadId: string): Promise<StatusChangeRecord[]> {
  return sql
    .select()
    .from(leadStatusChanges)
    .where(and(eq(leadStatusChanges.leadId, leadId), eq(leadStatusChanges.tenantId, tenantId)))
    .orderBy(asc(leadStatusChanges.at), asc(leadStatusChanges.id))
}

/** Changes a lead; whether there is one. */
export async function updateLead(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<Pick<LeadRecord, 'assignedTo' | 'notes' | 'updatedAt'>>,
): Promise<boolean> {
  const updated = await sql
    .update(leads)
    .set(changes)
    .where(and(eq(leads.tenantId, tenantId), eq(leads.id, id)))
    .returning({ id: leads.id })
  return updated.length > 0
}

/** What has to be known of a lead to move it. */
export interface StandingLead extends Record<string, unknown> {
  id: string
  contactId: string | null
  status: LeadStatus
}

/** Locks leads until the transaction ends, in the order in which detection locks them. */
export async function lockLeads(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, StandingLead>> {
  const { rows } = await sql.execute<StandingLead>(text`
    SELECT id, contact_id AS "contactId", status FROM leads
    WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])
    ORDER BY contact_id, id FOR UPDATE`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Which of these contacts have an open lead. */
export async function listOpenContacts(
  sql: Sql,
  tenantId: string,
  contactIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT contact_id AS id FROM leads
    WHERE tenant_id = ${tenantId} AND contact_id = ANY(${text.param([...contactIds])}::uuid[])
      AND status IN ('new', 'contacted', 'qualified')`)
  return new Set(rows.map((row) => row.id))
}

/** A step of one lead. */
export interface NewChange {
  id: string
  lead_id: string
  from: LeadStatus
}

/**
 * Moves locked leads to a status and writes their history. A step is always later than the one before, also when the
 * clock of another process made that one: the history is listed by its timestamps.
 */
export async function moveLocked(
  sql: Sql,
  step: { tenantId: string; to: LeadStatus; changedBy: string | null; now: Date },
  changes: readonly NewChange[],
): Promise<void> {
  const now = text`${step.now.toISOString()}::timestamptz`
  await sql.execute(text`
    UPDATE leads SET status = ${step.to}, updated_at = ${now}
    WHERE tenant_id = ${step.tenantId} AND id = ANY(${text.param(changes.map((change) => change.lead_id))}::uuid[])`)
  await sql.execute(text`
    INSERT INTO lead_status_changes (id, tenant_id, lead_id, from_status, to_status, changed_by, at)
    SELECT id, ${step.tenantId}::uuid, lead_id, "from", ${step.to}, ${step.changedBy}::uuid,
      greatest(${now}, (SELECT max(c.at) + interval '1 millisecond' FROM lead_status_changes c
        WHERE c.lead_id = r.lead_id AND c.tenant_id = ${step.tenantId}))
    FROM json_to_recordset(${JSON.stringify(changes)}::json) AS r(id uuid, lead_id uuid, "from" text)`)
}

/** When the person last wrote to the session itself; null for never. */
export async function findLastDirect(
  sql: Sql,
  tenantId: string,
  contactId: string,
  sessionId: string,
): Promise<Date | null> {
  const { rows } = await sql.execute<{ at: string | null }>(text`
    SELECT to_char(last_inbound_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at FROM chats
    WHERE tenant_id = ${tenantId} AND session_id = ${sessionId} AND contact_id = ${contactId} AND kind = 'person'`)
  const at = rows[0]?.at ?? null
  return at === null ? null : new Date(at)
}

/** Name and number of leads. */
export async function listPeople(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, { phone: string | null; name: string | null }>> {
  const { rows } = await sql.execute<{ id: string; phone: string | null; name: string | null }>(text`
    SELECT id, contact_phone AS phone, contact_name AS name FROM leads
    WHERE tenant_id = ${tenantId} AND id = ANY(${text.param([...ids])}::uuid[])`)
  return new Map(rows.map(({ id, ...person }) => [id, person]))
}

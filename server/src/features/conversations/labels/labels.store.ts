import { and, eq, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type LabelRow, labels } from './labels.tables.ts'

/** A label as the API shows it. */
export interface LabelView extends Record<string, unknown> {
  id: string
  name: string
  color: string
  description: string | null
  chatCount: number
  isSynced: boolean
  waLabelId: string | null
  sessionIds: string[]
  createdAt: Date | string
  updatedAt: Date | string
}

const described = text`l.id, l.name, l.color, l.description, l.created_at AS "createdAt", l.updated_at AS "updatedAt",
  (SELECT count(*)::int FROM chat_labels c WHERE c.label_id = l.id AND c.is_set) AS "chatCount",
  coalesce(y."isSynced", false) AS "isSynced", y."waLabelId", coalesce(y."sessionIds", '{}') AS "sessionIds"`

// A label is synced when each account that has it knows it as it is here.
const synced = text`LEFT JOIN LATERAL (
    SELECT bool_and(coalesce(w.name = l.name AND w.color_index = l.color_index AND NOT w.is_deleted, false)) AS "isSynced",
      (array_agg(s.wa_label_id ORDER BY s.linked_at, s.session_id))[1] AS "waLabelId",
      array_agg(s.session_id::text ORDER BY s.linked_at, s.session_id) AS "sessionIds"
    FROM label_syncs s
    LEFT JOIN wa_labels w ON w.session_id = s.session_id AND w.wa_label_id = s.wa_label_id
    WHERE s.label_id = l.id
  ) y ON true`

/** Labels of a tenant by name; with ids only those. */
export async function listLabelViews(
  sql: Sql,
  tenantId: string,
  ids?: readonly string[],
): Promise<LabelView[]> {
  const chosen = ids === undefined ? text`` : text`AND l.id = ANY(${text.param([...ids])}::uuid[])`
  const { rows } = await sql.execute<LabelView>(text`
    SELECT ${described} FROM labels l ${synced}
    WHERE l.tenant_id = ${tenantId} ${chosen} ORDER BY lower(l.name), l.id`)
  return rows
}

/** One label. */
export async function findLabelRow(sql: Sql, tenantId: string, id: string): Promise<LabelRow | undefined> {
  const [row] = await sql
    .select()
    .from(labels)
    .where(and(eq(labels.tenantId, tenantId), eq(labels.id, id)))
  return row
}

/** One label that nobody else changes until the transaction ends. */
export async function findLabelForUpdate(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<LabelRow | undefined> {
  const [row] = await sql
    .select()
    .from(labels)
    .where(and(eq(labels.tenantId, tenantId), eq(labels.id, id)))
    .for('no key update')
  return row
}

/** The label of a tenant with a name. */
export async function findLabelByName(
  sql: Sql,
  tenantId: string,
  name: string,
): Promise<LabelRow | undefined> {
  const [row] = await sql
    .select()
    .from(labels)
    .where(and(eq(labels.tenantId, tenantId), eq(labels.name, name)))
  return row
}

/** How many labels a tenant has. */
export function countLabelRows(sql: Sql, tenantId: string): Promise<number> {
  return sql.$count(labels, eq(labels.tenantId, tenantId))
}

/** Adds a label. */
export async function insertLabel(sql: Sql, row: typeof labels.$inferInsert): Promise<void> {
  await sql.insert(labels).values(row)
}

/** Changes a label. */
export async function updateLabelRow(
  sql: Sql,
  tenantId: string,
  id: string,
  next: Partial<LabelRow>,
): Promise<void> {
  await sql
    .update(labels)
    .set(next)
    .where(and(eq(labels.tenantId, tenantId), eq(labels.id, id)))
}

/** Deletes a label with everything that had it. */
export async function deleteLabelRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(labels)
    .where(and(eq(labels.tenantId, tenantId), eq(labels.id, id)))
    .returning({ id: labels.id })
  return rows.length > 0
}

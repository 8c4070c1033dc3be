import { and, asc, eq } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { reviewWidgets, type WidgetRow } from './widgets.tables.ts'

/** Widgets of a tenant, oldest first. */
export function listWidgetRows(sql: Sql, tenantId: string): Promise<WidgetRow[]> {
  return sql
    .select()
    .from(reviewWidgets)
    .where(eq(reviewWidgets.tenantId, tenantId))
    .orderBy(asc(reviewWidgets.createdAt), asc(reviewWidgets.id))
}

/** The widget behind a public token, whoever's it is. */
export async function findWidgetByToken(sql: Sql, token: string): Promise<WidgetRow | undefined> {
  const [row] = await sql.select().from(reviewWidgets).where(eq(reviewWidgets.token, token))
  return row
}

/** Adds a widget. */
export async function insertWidget(sql: Sql, row: WidgetRow): Promise<void> {
  await sql.insert(reviewWidgets).values(row)
}

/** Removes a widget; whether there was one. */
export async function deleteWidgetRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(reviewWidgets)
    .where(and(eq(reviewWidgets.tenantId, tenantId), eq(reviewWidgets.id, id)))
    .returning({ id: reviewWidgets.id })
  return rows.length > 0
}

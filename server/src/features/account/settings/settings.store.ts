import { and, asc, eq } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { consents, tenantSettings } from './settings.tables.ts'

/** Settings as stored. */
export type SettingsRow = typeof tenantSettings.$inferSelect
/** One consent given or withdrawn. */
export type ConsentRow = typeof consents.$inferSelect

/** Adds the settings of a new tenant: the defaults of the table. */
export async function insertSettings(sql: Sql, tenantId: string, updatedAt: Date): Promise<void> {
  await sql.insert(tenantSettings).values({ tenantId, updatedAt })
}

/** Settings of a tenant. */
export async function findSettings(sql: Sql, tenantId: string): Promise<SettingsRow | undefined> {
  const [row] = await sql.select().from(tenantSettings).where(eq(tenantSettings.tenantId, tenantId))
  return row
}

/** Settings of a tenant, held until the transaction ends. */
export async function lockSettings(sql: Sql, tenantId: string): Promise<SettingsRow | undefined> {
  const [row] = await sql
    .select()
    .from(tenantSettings)
    .where(eq(tenantSettings.tenantId, tenantId))
    .for('update')
  return row
}

/** Changes settings of a tenant. */
export async function updateSettingsRow(
  sql: Sql,
  tenantId: string,
  changes: Partial<typeof tenantSettings.$inferInsert>,
): Promise<SettingsRow | undefined> {
  const [row] = await sql
    .update(tenantSettings)
    .set(changes)
    .where(eq(tenantSettings.tenantId, tenantId))
    .returning()
  return row
}

/** Adds records of consents. */
export async function insertConsents(sql: Sql, rows: (typeof consents.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await sql.insert(consents).values(rows)
}

/** Consents of a tenant in the order they were given. */
export function listConsents(sql: Sql, tenantId: string, type?: ConsentRow['type']): Promise<ConsentRow[]> {
  return sql
    .select()
    .from(consents)
    .where(and(eq(consents.tenantId, tenantId), type === undefined ? undefined : eq(consents.type, type)))
    .orderBy(asc(consents.createdAt), asc(consents.id))
}

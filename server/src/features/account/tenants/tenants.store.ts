import { eq, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from './tenants.tables.ts'

/** A tenant as stored. */
export type TenantRow = typeof tenants.$inferSelect

/** Adds a tenant; its id, plan and times are decided by the caller. */
export async function insertTenant(sql: Sql, row: typeof tenants.$inferInsert): Promise<TenantRow> {
  const [inserted] = await sql.insert(tenants).values(row).returning()
  if (inserted === undefined) throw new Error('the tenant was not stored')
  return inserted
}

/** One tenant. */
export async function findTenant(sql: Sql, tenantId: string): Promise<TenantRow | undefined> {
  const [row] = await sql.select().from(tenants).where(eq(tenants.id, tenantId))
  return row
}

/** The oldest tenant: the one that set-up made. */
export async function findFirstTenant(sql: Sql): Promise<TenantRow | undefined> {
  const [row] = await sql.select().from(tenants).orderBy(tenants.createdAt, tenants.id).limit(1)
  return row
}

/** Renames a tenant. */
export async function updateTenantName(
  sql: Sql,
  tenantId: string,
  name: string,
  updatedAt: Date,
): Promise<void> {
  await sql.update(tenants).set({ name, updatedAt }).where(eq(tenants.id, tenantId))
}

/** Holds the tenant's row until the transaction ends. */
export async function lockTenantRow(sql: Sql, tenantId: string): Promise<boolean> {
  const rows = await sql
    .select({ id: tenants.id })
    .from(tenants)
    .where(eq(tenants.id, tenantId))
    .for('no key update')
  return rows.length === 1
}

/** Keeps every other process from adding a tenant until the transaction ends. */
export async function lockTenants(sql: Sql): Promise<void> {
  await sql.execute(raw`lock table tenants in share row exclusive mode`)
}

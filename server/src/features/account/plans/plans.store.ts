import { asc, eq } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from '../tenants/tenants.tables.ts'
import { plans } from './plans.tables.ts'

/** A plan as stored. */
export type PlanRow = typeof plans.$inferSelect

/** The plans on offer, cheapest first. */
export function listActivePlans(sql: Sql): Promise<PlanRow[]> {
  return sql.select().from(plans).where(eq(plans.isActive, true)).orderBy(asc(plans.sort), asc(plans.id))
}

/** The plan of a tenant with the tenant's own figures. */
export async function findTenantPlan(sql: Sql, tenantId: string) {
  const [row] = await sql
    .select({ plan: plans, overrides: tenants.limitOverrides })
    .from(tenants)
    .innerJoin(plans, eq(plans.id, tenants.planId))
    .where(eq(tenants.id, tenantId))
  return row
}

/** One plan. */
export async function findPlan(sql: Sql, id: string): Promise<PlanRow | undefined> {
  const [row] = await sql.select().from(plans).where(eq(plans.id, id))
  return row
}

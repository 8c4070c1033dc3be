import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import {
  findFirstTenant,
  findTenant,
  insertTenant,
  lockTenantRow,
  lockTenants,
  type TenantRow,
  updateTenantName,
} from './tenants.store.ts'

export type { TenantRow } from './tenants.store.ts'

/** A new tenant on the installation's default plan; its owner and settings belong in the same transaction. */
export function createTenant(ctx: Context, sql: Sql, name: string): Promise<TenantRow> {
  const now = ctx.clock.now()
  const planId = ctx.config.defaultPlan
  return insertTenant(sql, { id: ctx.ids.uuid(), name, planId, createdAt: now, updatedAt: now })
}

/** One tenant, or 404. */
export async function getTenant(sql: Sql, tenantId: string): Promise<TenantRow> {
  const tenant = await findTenant(sql, tenantId)
  if (tenant === undefined) throw unknownThing('Tenant')
  return tenant
}

/** Gives a tenant another name. */
export function renameTenant(ctx: Context, sql: Sql, tenantId: string, name: string): Promise<void> {
  return updateTenantName(sql, tenantId, name, ctx.clock.now())
}

/** The tenant that set-up made, when there is one. */
export function findSetupTenant(sql: Sql): Promise<TenantRow | undefined> {
  return findFirstTenant(sql)
}

/**
 * Lets one transaction per tenant through at a time: whoever counts and then adds takes it first, so that
 * two adding at once cannot both see room for one.
 */
export async function lockTenant(sql: Sql, tenantId: string): Promise<void> {
  if (!(await lockTenantRow(sql, tenantId))) throw unknownThing('Tenant')
}

/** Lets one process through at a time while it decides whether to make the first tenant. */
export function lockFirstTenant(sql: Sql): Promise<void> {
  return lockTenants(sql)
}

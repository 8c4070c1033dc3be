import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { planLimitReached, unknownThing } from '../../../platform/errors.ts'
import { defineCache } from '../tenants/changes.service.ts'
import {
  isLimitName,
  type LimitName,
  limitNames,
  type PlanLimits,
  planFeatureMissing,
} from './plans.schema.ts'
import { findPlan, findTenantPlan, listActivePlans, type PlanRow } from './plans.store.ts'

/** What a tenant may use now: its plan with its own figures applied. */
export interface TenantPlan {
  tenantId: string
  planId: string
  planName: string
  limits: PlanLimits
  features: ReadonlySet<string>
}

/** A figure missing in an older record means nothing of it, never everything. */
function effectiveLimits(plan: PlanRow, overrides: Record<string, number | null>): PlanLimits {
  const entries = limitNames.map((name) => {
    const figure = Object.hasOwn(overrides, name) ? overrides[name] : plan.limits[name]
    return [name, figure === undefined ? 0 : figure]
  })
  return Object.fromEntries(entries) as PlanLimits
}

const tenantPlans = defineCache<TenantPlan>({
  max: 10_000,
  maxAgeMs: 60_000,
  subjectsOf: (plan) => ['plans', `tenant:${plan.tenantId}`],
  async load(_ctx, sql, tenantId) {
    const row = await findTenantPlan(sql, tenantId)
    if (row === undefined) return undefined
    return {
      tenantId,
      planId: row.plan.id,
      planName: row.plan.name,
      limits: effectiveLimits(row.plan, row.overrides),
      features: new Set(row.plan.features),
    }
  },
})

/** Plan, limits and features of a tenant, from memory; inside a transaction give its `sql`. */
export async function getTenantPlan(ctx: Context, tenantId: string, sql?: Sql): Promise<TenantPlan> {
  const plan = await tenantPlans.get(ctx, tenantId, sql)
  if (plan === undefined) throw unknownThing('Tenant')
  return plan
}

/** Effective limits of a tenant, from memory; inside a transaction give its `sql`. */
export async function getLimits(ctx: Context, tenantId: string, sql?: Sql): Promise<PlanLimits> {
  return (await getTenantPlan(ctx, tenantId, sql)).limits
}

/** Refuses with 403 unless the tenant's plan has the feature; inside a transaction give its `sql`. */
export async function requireFeature(ctx: Context, feature: string, sql?: Sql): Promise<void> {
  const plan = await getTenantPlan(ctx, tenantOf(ctx), sql)
  if (plan.features.has(feature)) return
  throw planFeatureMissing.create({ message: `The plan ${plan.planName} does not include ${feature}` })
}

/**
 * Refuses with 403 naming the limit when `used` has reached it. Exact only where `lockTenant` was taken
 * before counting in the same transaction.
 */
export async function requireBelowLimit(
  ctx: Context,
  sql: Sql,
  limitName: LimitName,
  used: number,
): Promise<void> {
  const plan = await getTenantPlan(ctx, tenantOf(ctx), sql)
  const limit = plan.limits[limitName]
  if (limit === null || used < limit) return
  const message = `The plan ${plan.planName} allows ${limit} (${limitName}), all of it is used`
  throw planLimitReached.create({ message })
}

/** A limit's name from data; a wrong one is a programming mistake. */
export function parseLimitName(text: string): LimitName {
  if (!isLimitName(text)) throw new Error(`${text} is no limit of plan records`)
  return text
}

/** The plans on offer. */
export function listPlans(ctx: Context): Promise<PlanRow[]> {
  return listActivePlans(ctx.db.sql)
}

/** Stops the start when the configured default plan is no plan: better than failing at the first sign-up. */
export async function checkDefaultPlan(ctx: Context): Promise<void> {
  if ((await findPlan(ctx.db.sql, ctx.config.defaultPlan)) !== undefined) return
  throw new Error(`MOLTFLOW_DEFAULT_PLAN names no plan: ${ctx.config.defaultPlan}`)
}

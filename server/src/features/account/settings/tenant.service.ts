import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { toTimestamp } from '../../../wire.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { getTenant, renameTenant } from '../tenants/tenants.service.ts'
import { getSettings } from './settings.service.ts'
import { type tenantSchema, tenantSettingsChanged } from './tenant.schema.ts'

/** The caller's tenant as the API shows it. */
export async function getOwnTenant(ctx: Context): Promise<z.output<typeof tenantSchema>> {
  const { id, name, planId, createdAt } = await getTenant(ctx.db.sql, tenantOf(ctx))
  const { timeZone } = await getSettings(ctx, id)
  return { id, name, plan: planId, time_zone: timeZone, created_at: toTimestamp(createdAt) }
}

/** Gives the caller's tenant another name. */
export async function renameOwnTenant(ctx: Context, name: string): Promise<z.output<typeof tenantSchema>> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    await renameTenant(ctx, sql, tenantId, name)
    await publishChange(ctx, sql, [`tenant:${tenantId}`])
    await ctx.events.publish(sql, tenantSettingsChanged, { tenantId, changed: 'name' })
  })
  return getOwnTenant(ctx)
}

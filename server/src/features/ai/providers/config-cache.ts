import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { defineCache } from '../../account/tenants/changes.service.ts'
import type { Endpoint, ModelChoice, ModelRole } from '../models/models.schema.ts'
import { endpointOf, modelOf } from './model-choice.ts'
import { providerMissing } from './providers.schema.ts'
import { type AiConfigRow, findConfig } from './providers.store.ts'

interface Known {
  tenantId: string
  /** Undefined: nobody has chosen anything. */
  row: AiConfigRow | undefined
}

const configs = defineCache<Known>({
  max: 5000,
  maxAgeMs: 60_000,
  subjectsOf: ({ tenantId }) => [`tenant:${tenantId}`],
  load: async (_ctx, sql, tenantId) => ({ tenantId, row: await findConfig(sql, tenantId) }),
})

/** The configuration of a tenant, from memory; inside a transaction give its `sql`. */
export async function getConfigRow(
  ctx: Context,
  tenantId: string,
  sql?: Sql,
): Promise<AiConfigRow | undefined> {
  return (await configs.get(ctx, tenantId, sql))?.row
}

/** The model of a role, for a tenant that has it switched on; undefined without one. */
export async function findModel(
  ctx: Context,
  tenantId: string,
  role: ModelRole,
): Promise<{ config: AiConfigRow; choice: ModelChoice } | undefined> {
  const config = await getConfigRow(ctx, tenantId)
  const choice = config?.isEnabled === true ? modelOf(ctx.config, config, role) : undefined
  return config === undefined || choice === undefined ? undefined : { config, choice }
}

/** As `findModel`; refuses (400) without one. */
export async function requireModel(
  ctx: Context,
  tenantId: string,
  role: ModelRole,
): Promise<{ config: AiConfigRow; choice: ModelChoice }> {
  const found = await findModel(ctx, tenantId, role)
  if (found !== undefined) return found
  const config = await getConfigRow(ctx, tenantId)
  if (config?.isEnabled === false)
    throw providerMissing.create({ message: `${providerMissing.text}: it is switched off (enabled)` })
  if (role !== 'chat' && config !== undefined && modelOf(ctx.config, config, 'chat') !== undefined)
    throw providerMissing.create({ message: `${providerMissing.text} for ${role}: name ${role}_provider` })
  throw providerMissing.create()
}

/** Where a tenant's models of a role are, whether one is chosen already or not; refuses (400) without a provider. */
export async function requireEndpoint(ctx: Context, tenantId: string, role: ModelRole): Promise<Endpoint> {
  const config = await getConfigRow(ctx, tenantId)
  const endpoint = config === undefined ? undefined : endpointOf(ctx.config, config, role)
  if (endpoint === undefined) throw providerMissing.create()
  return endpoint
}

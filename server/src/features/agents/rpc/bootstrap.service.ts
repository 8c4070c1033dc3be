import { type Context, tenantOf } from '../../../context.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { getTenant } from '../../account/tenants/tenants.service.ts'
import { listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { encryptionLabel } from '../keys/agent-keys.schema.ts'
import { getPublicKey } from '../keys/agent-keys.service.ts'
import { rpcMethods } from './methods.ts'

/** All that an agent needs to begin; plans without A2A may read it too, and see that encryption is off. */
export async function getBootstrap(ctx: Context) {
  const tenantId = tenantOf(ctx)
  const { name, planId } = await getTenant(ctx.db.sql, tenantId)
  const plan = await getTenantPlan(ctx, tenantId)
  const isEnabled = plan.features.has('a2a')
  const sessions = await listTenantSessions(ctx)
  const first = sessions.find(({ status }) => status === 'working') ?? sessions[0]
  const methods = Object.entries(rpcMethods)
  return {
    tenant_name: name,
    plan: planId,
    encryption: {
      enabled: isEnabled,
      algorithm: encryptionLabel,
      public_key: isEnabled ? (await getPublicKey(ctx)).public_key : null,
    },
    tenant_id: tenantId,
    endpoints: {
      a2a: first === undefined ? '/api/v2/a2a' : `/api/v2/a2a/${tenantId}/${first.id}`,
      schema: '/api/v2/a2a/schema',
      mcp: '/mcp',
    },
    sessions: sessions.map(({ id, name: title, status }) => ({ id, name: title, status })),
    methods: methods.map(([method]) => method),
    rate_limits: Object.fromEntries(methods.map(([method, { limit }]) => [method, limit])),
  }
}

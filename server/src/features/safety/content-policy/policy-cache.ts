import type { Context } from '../../../context.ts'
import { compilePattern } from '../../../platform/safe-patterns.ts'
import { defineCache } from '../../account/tenants/changes.service.ts'
import { policyDefaults } from './content-policy.schema.ts'
import { findPolicy, listRules } from './content-policy.store.ts'
import type { Policy } from './evaluate.ts'
import { foreignTo } from './languages.ts'

const policies = defineCache<Policy>({
  max: 5_000,
  maxAgeMs: 60_000,
  subjectsOf: (policy) => [`tenant:${policy.tenantId}`],
  async load(_ctx, sql, tenantId) {
    const settings = { ...policyDefaults, ...(await findPolicy(sql, tenantId)) }
    const active = (await listRules(sql, tenantId)).filter((rule) => rule.isActive)
    const rules = active.map(({ id, name, action, pattern }) => ({
      id,
      name,
      action,
      pattern: compilePattern(pattern),
    }))
    return { tenantId, settings, rules, isForeign: await foreignTo(settings.allowed_languages) }
  },
})

/** The policy of a tenant with its rules compiled, from memory. */
export async function getPolicy(ctx: Context, tenantId: string): Promise<Policy> {
  const policy = await policies.get(ctx, tenantId)
  return policy ?? { tenantId, settings: policyDefaults, rules: [], isForeign: () => false }
}

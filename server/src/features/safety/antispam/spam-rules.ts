import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { compilePattern, type SafePattern } from '../../../platform/safe-patterns.ts'
import { defineCache } from '../../account/tenants/changes.service.ts'
import { listSpamRules } from './antispam.store.ts'
import type { SpamAction } from './antispam.tables.ts'

/** A rule, ready to run. */
export interface SpamRule {
  id: string
  action: SpamAction
  pattern: SafePattern
}

const cache = defineCache<{ tenantId: string; rules: readonly SpamRule[] }>({
  max: 5_000,
  maxAgeMs: 60_000,
  subjectsOf: ({ tenantId }) => [`tenant:${tenantId}`],
  async load(_ctx, sql, tenantId) {
    const enabled = (await listSpamRules(sql, tenantId)).filter((rule) => rule.enabled)
    const rules = enabled.map(({ id, action, pattern }) => ({ id, action, pattern: compilePattern(pattern) }))
    return { tenantId, rules }
  },
})

/** The rules of a tenant that are on, from memory; inside a transaction that does not change them give its `sql`. */
export async function getSpamRules(ctx: Context, tenantId: string, sql?: Sql): Promise<readonly SpamRule[]> {
  const found = await (sql === undefined ? cache.get(ctx, tenantId) : cache.getWithin(ctx, tenantId, sql))
  return found?.rules ?? []
}

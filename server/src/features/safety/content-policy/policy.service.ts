import { type Context, tenantOf } from '../../../context.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { tenantSettingsChanged } from '../../account/settings/tenant.schema.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { detectorKinds } from '../detectors/detectors.schema.ts'
import { detectorDescriptions } from '../detectors/detectors.service.ts'
import { readCounters } from '../rules/counters.service.ts'
import { requirePattern, requirePatternBudget } from '../rules/patterns.service.ts'
import { type PolicySettings, policyDefaults, type RuleObject } from './content-policy.schema.ts'
import * as store from './content-policy.store.ts'
import type { RuleAction } from './content-policy.tables.ts'
import { isOn } from './evaluate.ts'
import { getPolicy } from './policy-cache.ts'

/** The policy with its rules, as the API shows it. */
export type PolicyView = PolicySettings & { rules: RuleObject[] }

function ruleToWire(row: store.RuleRow): RuleObject {
  const { id, name, pattern, action, description, isActive, createdAt } = row
  return { id, name, pattern, action, description, is_active: isActive, created_at: toTimestamp(createdAt) }
}

async function view(sql: Sql, tenantId: string): Promise<PolicyView> {
  const changed = await store.findPolicy(sql, tenantId)
  const rules = await store.listRules(sql, tenantId)
  return { ...policyDefaults, ...changed, rules: rules.map(ruleToWire) }
}

/** The policy of the caller's tenant. */
export function getPolicyView(ctx: Context): Promise<PolicyView> {
  return view(ctx.db.sql, tenantOf(ctx))
}

/** Changes switches of the policy. */
export async function updatePolicy(
  ctx: Context,
  changes: { [K in keyof PolicySettings]?: PolicySettings[K] | undefined },
): Promise<PolicyView> {
  const tenantId = tenantOf(ctx)
  const given = Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => name in policyDefaults && value !== undefined),
  )
  return ctx.db.transaction(async (sql) => {
    const before = await lockPolicy(ctx, sql, tenantId)
    await store.savePolicy(sql, tenantId, { ...before, ...given }, ctx.clock.now())
    await tellChange(ctx, sql, tenantId)
    return view(sql, tenantId)
  })
}

/** The defaults again, without any rule. */
export async function resetPolicy(ctx: Context): Promise<PolicyView> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    await lockPolicy(ctx, sql, tenantId)
    await store.savePolicy(sql, tenantId, {}, ctx.clock.now())
    await store.deleteRules(sql, tenantId)
    await tellChange(ctx, sql, tenantId)
    return view(sql, tenantId)
  })
}

/** Whoever changes policy or rules waits for the one before: their limits are exact. */
async function lockPolicy(ctx: Context, sql: Sql, tenantId: string): Promise<Record<string, unknown>> {
  await store.ensurePolicy(sql, tenantId, ctx.clock.now())
  return (await store.findPolicy(sql, tenantId, true)) ?? {}
}

/** The rules of the caller's tenant, oldest first. */
export async function listPolicyRules(ctx: Context): Promise<RuleObject[]> {
  return (await store.listRules(ctx.db.sql, tenantOf(ctx))).map(ruleToWire)
}

/** A new rule in the words of the code. */
export interface RuleInput {
  pattern: string
  name?: string | undefined
  action: RuleAction
  description?: string | undefined
}

/** Adds a rule; 422 for a pattern that cannot be used. */
export async function createRule(ctx: Context, input: RuleInput): Promise<RuleObject> {
  const tenantId = tenantOf(ctx)
  requirePattern(input.pattern)
  const now = ctx.clock.now()
  const description = input.description ?? null
  const named =
    input.name ?? (description === null || description.trim() === '' ? input.pattern : description)
  const row: store.RuleRow = {
    id: ctx.ids.uuid(),
    tenantId,
    name: firstCharacters(named.trim(), 255),
    pattern: input.pattern,
    action: input.action,
    description,
    isActive: true,
    createdAt: now,
    updatedAt: now,
  }
  await ctx.db.transaction(async (sql) => {
    await lockPolicy(ctx, sql, tenantId)
    requirePatternBudget(await store.listRules(sql, tenantId), row)
    await store.insertRule(sql, row)
    await tellChange(ctx, sql, tenantId)
  })
  return ruleToWire(row)
}

/** Every process reads the rules again, and so does who shows them. */
async function tellChange(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await publishChange(ctx, sql, [`tenant:${tenantId}`])
  await ctx.events.publish(sql, tenantSettingsChanged, { tenantId, changed: 'content_policy' })
}

/** What may change of a rule; undefined stays. */
type RuleChanges = {
  [K in 'pattern' | 'name' | 'action' | 'description' | 'isActive']?: store.RuleRow[K] | undefined
}

/** Changes a rule, depending on what it was. */
export async function changeRule(
  ctx: Context,
  id: string,
  change: (row: store.RuleRow) => RuleChanges,
): Promise<RuleObject> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    await lockPolicy(ctx, sql, tenantId)
    const before = await store.lockRule(sql, tenantId, id)
    if (before === undefined) throw unknownThing('Rule')
    const given = Object.fromEntries(
      Object.entries(change(before)).filter(([, value]) => value !== undefined),
    )
    const after = { ...before, ...given }
    if (after.pattern !== before.pattern) {
      requirePattern(after.pattern)
      requirePatternBudget(await store.listRules(sql, tenantId), after)
    }
    const row = await store.updateRule(sql, tenantId, id, { ...given, updatedAt: ctx.clock.now() })
    if (row === undefined) throw unknownThing('Rule')
    await tellChange(ctx, sql, tenantId)
    return ruleToWire(row)
  })
}

/** Removes a rule. */
export async function deleteRule(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    if ((await store.deleteRules(sql, tenantId, id)) === 0) throw unknownThing('Rule')
    await tellChange(ctx, sql, tenantId)
  })
}

const topRules = 20

/** What the policy did so far. */
export async function getPolicyStats(ctx: Context) {
  const { hits } = await readCounters(ctx, tenantOf(ctx), 'policy')
  const of = (counter: string): number => hits.get(counter) ?? 0
  const rules = [...hits]
    .filter(([counter]) => counter.startsWith('hit '))
    .map(([counter, count]) => ({ rule: counter.slice('hit '.length), hits: count }))
    .sort((a, b) => b.hits - a.hits || (a.rule < b.rule ? -1 : 1))
  return {
    total_checked: of('checked'),
    total_blocked: of('blocked'),
    total_filtered: of('filtered'),
    top_rules: rules.slice(0, topRules),
  }
}

const familyIds: Readonly<Partial<Record<(typeof detectorKinds)[number], string>>> = {
  injection: 'prompt_injection',
}

/** The built-in families and whether the tenant has them on. */
export async function listDetectors(ctx: Context) {
  const { settings } = await getPolicy(ctx, tenantOf(ctx))
  return detectorKinds.map((kind) => ({
    id: familyIds[kind] ?? kind,
    category: detectorDescriptions[kind].category,
    enabled: isOn(settings, kind),
    description: detectorDescriptions[kind].description,
    pattern_count: detectorDescriptions[kind].forms,
  }))
}

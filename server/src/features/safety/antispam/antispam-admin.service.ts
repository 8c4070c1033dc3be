import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { decodeAntispamChanges, encodeAntispam, roleTooLow } from '../../account/settings/settings.schema.ts'
import { changeAntispam, getSettings } from '../../account/settings/settings.service.ts'
import { tenantSettingsChanged } from '../../account/settings/tenant.schema.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { readCounters } from '../rules/counters.service.ts'
import { requirePattern, requirePatternBudget } from '../rules/patterns.service.ts'
import {
  type AntispamChanges,
  applyBlockJob,
  type BlockObject,
  type SpamRuleObject,
} from './antispam.schema.ts'
import * as store from './antispam.store.ts'

function ruleToWire(row: store.SpamRuleRow): SpamRuleObject {
  const { id, pattern, action, enabled, createdAt, updatedAt } = row
  return {
    id,
    pattern,
    action,
    enabled,
    created_at: toTimestamp(createdAt),
    updated_at: toTimestamp(updatedAt),
  }
}

/** Anti-spam settings of the caller's tenant. */
export async function getAntispam(ctx: Context) {
  return encodeAntispam((await getSettings(ctx, tenantOf(ctx))).antispam)
}

/** How many strangers may be written to can cost the number its account, so no program decides it (decision 2). */
function requirePersonForBudgets(ctx: Context, changes: AntispamChanges): void {
  const { caller } = ctx
  if (caller.kind === 'user' && caller.role !== 'member') return
  const budgets = ['cold_budget_first_week', 'cold_budget_growth', 'cold_budget_max'] as const
  const named = budgets.find((name) => changes[name] !== undefined)
  if (named === undefined) return
  throw roleTooLow.create({
    message: `${named}: only an owner or admin may change it, never an API key`,
  })
}

/** Changes anti-spam settings; what is not given stays. */
export async function updateAntispam(ctx: Context, changes: AntispamChanges) {
  requirePersonForBudgets(ctx, changes)
  const own = decodeAntispamChanges(changes)
  const settings = await ctx.db.transaction((sql) => changeAntispam(ctx, sql, tenantOf(ctx), own))
  return encodeAntispam(settings)
}

/** Rules of the caller's tenant, oldest first. */
export async function getRules(ctx: Context): Promise<SpamRuleObject[]> {
  return (await store.listSpamRules(ctx.db.sql, tenantOf(ctx))).map(ruleToWire)
}

/** Adds a rule; 422 for a pattern that cannot be used. */
export async function createSpamRule(
  ctx: Context,
  input: Pick<store.SpamRuleRow, 'pattern' | 'action' | 'enabled'>,
): Promise<SpamRuleObject> {
  const tenantId = tenantOf(ctx)
  requirePattern(input.pattern)
  const now = ctx.clock.now()
  const row: store.SpamRuleRow = { id: ctx.ids.uuid(), tenantId, ...input, createdAt: now, updatedAt: now }
  await ctx.db.transaction(async (sql) => {
    await store.lockSpamRules(sql, tenantId)
    requirePatternBudget(await store.listSpamRules(sql, tenantId), row)
    await store.insertSpamRule(sql, row)
    await tellChange(ctx, sql, tenantId)
  })
  return ruleToWire(row)
}

/** Every process reads the rules again, and so does who shows them. */
async function tellChange(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await publishChange(ctx, sql, [`tenant:${tenantId}`])
  await ctx.events.publish(sql, tenantSettingsChanged, { tenantId, changed: 'antispam' })
}

/** What may change of a rule; undefined stays. */
type RuleChanges = { [K in 'pattern' | 'action' | 'enabled']?: store.SpamRuleRow[K] | undefined }

/** Changes a rule. */
export async function changeSpamRule(
  ctx: Context,
  id: string,
  changes: RuleChanges,
): Promise<SpamRuleObject> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    await store.lockSpamRules(sql, tenantId)
    const before = await store.lockSpamRule(sql, tenantId, id)
    if (before === undefined) throw unknownThing('Rule')
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const after = { ...before, ...given }
    if (after.pattern !== before.pattern) {
      requirePattern(after.pattern)
      requirePatternBudget(await store.listSpamRules(sql, tenantId), after)
    }
    const row = await store.updateSpamRule(sql, tenantId, id, { ...given, updatedAt: ctx.clock.now() })
    if (row === undefined) throw unknownThing('Rule')
    await tellChange(ctx, sql, tenantId)
    return ruleToWire(row)
  })
}

/** Removes a rule. */
export async function removeSpamRule(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    if (!(await store.deleteSpamRule(sql, tenantId, id))) throw unknownThing('Rule')
    await tellChange(ctx, sql, tenantId)
  })
}

/** What anti-spam did so far. */
export async function getSpamStats(ctx: Context) {
  const { hits, since } = await readCounters(ctx, tenantOf(ctx), 'antispam')
  const of = (counter: string): number => hits.get(counter) ?? 0
  const byRule = [...hits]
    .filter(([counter]) => counter.startsWith('rule '))
    .map(([counter, count]) => ({ rule_id: counter.slice('rule '.length), hits: count }))
    .sort((a, b) => b.hits - a.hits || (a.rule_id < b.rule_id ? -1 : 1))
  return {
    blocked: of('blocked'),
    flagged: of('flagged'),
    violations: of('violations'),
    delayed: of('delayed'),
    by_rule: byRule,
    since: toTimestamp(since ?? ctx.clock.now()),
  }
}

function blockToWire(row: store.BlockRow): BlockObject {
  return {
    id: row.id,
    session_id: row.sessionId,
    chat_id: row.waChatId,
    reason: row.kind,
    violations: row.violations,
    created_at: toTimestamp(row.createdAt),
    applied_at: toTimestampOrNull(row.appliedAt),
    lifted_at: toTimestampOrNull(row.liftedAt),
    lifted_by: row.liftedBy,
  }
}

/** Who was blocked by itself. */
export async function getBlocks(
  ctx: Context,
  input: { active?: boolean | undefined; limit: number; offset: number },
) {
  const { active, limit, offset } = input
  const { rows, total } = await store.listBlocks(ctx.db.sql, tenantOf(ctx), active, limit, offset)
  return { blocks: rows.map(blockToWire), total, limit, offset }
}

/** Lifts a block: a job notifies WhatsApp, and what was before counts no more. Lifting it again changes nothing. */
export async function liftBlock(ctx: Context, id: string): Promise<BlockObject> {
  const tenantId = tenantOf(ctx)
  const { caller } = ctx
  const userId = caller.kind === 'user' || caller.kind === 'key' ? caller.userId : null
  return ctx.db.transaction(async (sql) => {
    const block = await store.findBlock(sql, tenantId, id, true)
    if (block === undefined) throw unknownThing('Block')
    if (block.liftedAt !== null) return blockToWire(block)
    const changes = { liftedAt: ctx.clock.now(), liftedBy: userId }
    const row = await store.updateBlock(sql, tenantId, id, changes)
    await store.deleteViolations(sql, tenantId, block.sessionId, block.waChatId)
    await ctx.jobs.add(sql, applyBlockJob, { tenantId, blockId: id }, { key: id })
    return blockToWire(row ?? block)
  })
}

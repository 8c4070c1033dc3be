import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { planLimitReached, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { getTenantPlan, requireBelowLimit } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { groupIsSegment } from './custom-group-filters.schema.ts'
import * as members from './custom-group-members.store.ts'
import { customGroupDeleting, foldVariableName, variableLimits } from './custom-groups.schema.ts'
import * as store from './custom-groups.store.ts'
import type { CustomGroupRow, GroupKind } from './custom-groups.tables.ts'

export type { MemberRow } from './custom-group-members.store.ts'

const unknownGroup = () => unknownThing('Custom group (list of contacts)')

/** Somebody to be put on a list; the phone in digits. */
export interface MemberInput {
  phone: string
  name: string | null
  /** Values for placeholders, by name. */
  variables?: Readonly<Record<string, string>>
}

/** How many lists a tenant has: for the plan gate `max_custom_groups`. */
export function countCustomGroups(sql: Sql, tenantId: string): Promise<number> {
  return store.countGroups(sql, tenantId)
}

/** How many lists of one kind, or of both, a tenant has. */
export function countOfKind(sql: Sql, tenantId: string, kind: GroupKind | undefined): Promise<number> {
  return store.countGroups(sql, tenantId, kind)
}

/** One page of a tenant's lists, newest first. */
export function listCustomGroups(
  sql: Sql,
  tenantId: string,
  page: { limit: number; offset: number; kind?: GroupKind | undefined },
): Promise<CustomGroupRow[]> {
  return store.listGroups(sql, tenantId, page)
}

/** One list of a tenant, or 404. */
export async function getCustomGroup(sql: Sql, tenantId: string, id: string): Promise<CustomGroupRow> {
  const row = await store.findGroup(sql, tenantId, id)
  if (row === undefined) throw unknownGroup()
  return row
}

/**
 * One list of a tenant for something that works with it, held until the transaction ends; 404 for an unknown one, 403
 * for one that the plan has no room for any more: after a downgrade the newest lists can only be read and emptied.
 */
export async function holdUsableGroup(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<CustomGroupRow> {
  const row = await store.holdGroup(sql, tenantId, id)
  if (row === undefined) throw unknownGroup()
  const plan = await getTenantPlan(ctx, tenantId, sql)
  const limit = plan.limits.max_custom_groups
  if (limit === null || (await store.countOlder(sql, row)) < limit) return row
  const message = `The plan ${plan.planName} allows ${limit} lists (max_custom_groups), and older ones take them up: this one can be read, but not used`
  throw planLimitReached.create({ message })
}

/** Adds a list, when the plan has room for it: 403 otherwise. Its members may have been put there before. */
export async function createCustomGroup(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  group: { id: string; name: string; description: string | null },
): Promise<void> {
  await lockTenant(sql, tenantId)
  await requireBelowLimit(ctx, sql, 'max_custom_groups', await store.countGroups(sql, tenantId))
  const now = ctx.clock.now()
  const counted = { memberCount: 0, memberCountedAt: null, variableNames: [], filter: null }
  await store.insertGroup(sql, { ...group, ...counted, tenantId, createdAt: now, updatedAt: now })
}

/** Changes what a list is called; 404 for an unknown one. */
export async function changeCustomGroup(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  id: string,
  change: { name?: string | undefined; description?: string | null | undefined },
): Promise<CustomGroupRow> {
  const { name, description } = change
  const row = await store.updateGroup(sql, tenantId, id, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    updatedAt: ctx.clock.now(),
  })
  if (row === undefined) throw unknownGroup()
  return row
}

/**
 * Deletes a list unless something works with it (400 by whoever does). Its members are no longer seen; they go with
 * `dropLeftBehind`.
 */
export async function deleteCustomGroup(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
): Promise<void> {
  if ((await store.lockGroup(sql, tenantId, groupId)) === undefined) throw unknownGroup()
  await ctx.events.publish(sql, customGroupDeleting, { tenantId, groupId })
  await store.deleteGroup(sql, tenantId, groupId)
}

/** Removes members whose list is gone or was never made, some at a time; yields after each time. */
export async function* dropLeftBehind(
  sql: Sql,
  tenantId: string,
  groupId: string,
  options: { most: number },
): AsyncGenerator<void> {
  let afterId: string | undefined
  do {
    afterId = await members.deleteLeftBehind(sql, { tenantId, groupId }, { afterId, ...options })
    yield
  } while (afterId !== undefined)
}

/** The first of each key, in their order. */
function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>()
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item)
  return [...first.values()]
}

/** Names of values as given first, one of each. */
function namesOf(people: readonly MemberInput[]): string[] {
  const names = people.flatMap(({ variables }) => (variables === undefined ? [] : Object.keys(variables)))
  return firstOfEach(names, foldVariableName)
}

async function insert(
  ctx: Context,
  sql: Sql,
  group: { tenantId: string; groupId: string },
  people: readonly MemberInput[],
): Promise<Set<string>> {
  const rows = firstOfEach(people, ({ phone }) => phone).map(({ phone, name, variables = {} }) => {
    return { id: ctx.ids.uuid(), phone, name, variables }
  })
  return members.insertMembers(sql, group, rows, ctx.clock.now())
}

/**
 * Puts people on a list of the tenant, each phone once, the first of several counting, and answers the phones that were
 * not on it; 404 for a list that is not the tenant's, 400 for a segment, 403 for a list that the plan has no room for. Whoever calls often
 * locks nobody out for longer than one call.
 */
export async function addMembers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  people: readonly MemberInput[],
): Promise<Set<string>> {
  const group = await holdUsableGroup(ctx, sql, tenantId, groupId)
  if (people.length === 0) return new Set()
  if (group.filter !== null) throw groupIsSegment.create()
  const added = await insert(ctx, sql, { tenantId, groupId }, people)
  if (added.size > 0) await note(ctx, sql, tenantId, groupId, people, added)
  return added
}

async function note(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  people: readonly MemberInput[],
  added: ReadonlySet<string>,
): Promise<void> {
  const names = namesOf(people.filter(({ phone }) => added.has(phone)))
  const change = { added: added.size, names, now: ctx.clock.now() }
  const after = await store.noteMembers(sql, { tenantId, id: groupId }, change)
  if ((after?.variableNames.length ?? 0) <= variableLimits.perList) return
  const message = `a list has at most ${variableLimits.perList} different ones`
  throw validationFailed.create({
    message: `variables: ${message}`,
    details: { errors: [{ field: 'variables', message }] },
  })
}

/**
 * Stores people for a list that will be made, each phone once, and answers the phones that were new. Nobody sees them
 * until `adoptMembers`; `dropLeftBehind` removes them when the list is never made.
 */
export function stageMembers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  people: readonly MemberInput[],
): Promise<Set<string>> {
  return insert(ctx, sql, { tenantId, groupId }, people)
}

/** Counts the people that were stored for a list, in the transaction that makes it. */
export async function adoptMembers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  count: number,
): Promise<void> {
  await store.noteMembers(sql, { tenantId, id: groupId }, { added: count, names: [], now: ctx.clock.now() })
}

/** Takes people off a list by row id or phone (digits); answers how many were on it. 404 for an unknown list, 400 for a segment. */
export async function removeMembers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  chosen: { ids: readonly string[] } | { phones: readonly string[] },
): Promise<number> {
  const group = await store.holdGroup(sql, tenantId, groupId)
  if (group === undefined) throw unknownGroup()
  if (group.filter !== null) throw groupIsSegment.create()
  const removed = await members.deleteMembers(sql, { tenantId, groupId }, chosen)
  const change = { added: -removed, names: [], now: ctx.clock.now() }
  if (removed > 0) await store.noteMembers(sql, { tenantId, id: groupId }, change)
  return removed
}

/** One page of a list's members as they came. */
export function listMembers(
  sql: Sql,
  tenantId: string,
  groupId: string,
  page: { limit: number; offset: number },
): Promise<members.MemberRow[]> {
  return members.listMembers(sql, { tenantId, groupId }, page.limit, page.offset)
}

/** Walks over a list's members as they came, in steps, so that few are in memory at once. */
export async function* walkMembers(
  sql: Sql,
  tenantId: string,
  groupId: string,
  step: number,
): AsyncGenerator<members.MemberRow[]> {
  let after: string | undefined
  for (;;) {
    const rows = await members.listNextMembers(sql, { tenantId, groupId }, after, step)
    if (rows.length > 0) yield rows
    after = rows.at(-1)?.id
    if (after === undefined || rows.length < step) return
  }
}

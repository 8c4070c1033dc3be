import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import {
  addMembers,
  changeCustomGroup,
  countOfKind,
  createCustomGroup,
  deleteCustomGroup,
  getCustomGroup,
  listCustomGroups,
  listMembers,
  removeMembers,
} from '../../groups/custom-groups/custom-groups.service.ts'
import { countSegment } from '../segments/preview.service.ts'
import { setFilter } from '../segments/set-filter.service.ts'
import {
  type addedAnswer,
  type addMembersBody,
  type createListBody,
  dropMembersJob,
  type ListObject,
  type listDetails,
  type listsAnswer,
  type listsQuery,
  listToWire,
  memberToWire,
  type removedAnswer,
  type removeMembersBody,
  type updateListBody,
} from './lists.schema.ts'

/** One page of the caller's lists, newest first. */
export async function getLists(
  ctx: Context,
  { limit, offset, kind }: z.output<typeof listsQuery>,
): Promise<z.infer<typeof listsAnswer>> {
  const tenantId = tenantOf(ctx)
  const rows = await listCustomGroups(ctx.db.sql, tenantId, { limit, offset, kind })
  const total = await countOfKind(ctx.db.sql, tenantId, kind)
  return { groups: rows.map(listToWire), total, limit, offset }
}

/** A list with some of its members, or a segment with some of its people now; 404 for an unknown one. */
export async function getList(
  ctx: Context,
  id: string,
  page: { limit: number; offset: number },
): Promise<z.infer<typeof listDetails>> {
  const tenantId = tenantOf(ctx)
  const row = await getCustomGroup(ctx.db.sql, tenantId, id)
  if (row.filter === null) {
    const members = await listMembers(ctx.db.sql, tenantId, id, page)
    return { ...listToWire(row), members: members.map(memberToWire) }
  }
  const { people } = await countSegment(ctx, id, page)
  const members = people.map((person) => memberToWire({ ...person, id: null, addedAt: null }))
  return { ...listToWire(await getCustomGroup(ctx.db.sql, tenantId, id)), members }
}

/** Makes a list or a segment; 403 when the plan has no room. */
export async function createList(
  ctx: Context,
  { name, description = null, members, filter = null }: z.output<typeof createListBody>,
): Promise<ListObject> {
  const tenantId = tenantOf(ctx)
  const id = ctx.ids.uuid()
  await ctx.db.transaction(async (sql) => {
    await createCustomGroup(ctx, sql, tenantId, { id, name, description })
    await addMembers(ctx, sql, tenantId, id, members)
    if (filter !== null) await setFilter(ctx, sql, tenantId, id, filter)
  })
  return showCounted(ctx, id)
}

/** A list, or a segment with its people counted anew. */
async function showCounted(ctx: Context, id: string): Promise<ListObject> {
  const tenantId = tenantOf(ctx)
  const row = await getCustomGroup(ctx.db.sql, tenantId, id)
  if (row.filter === null) return listToWire(row)
  await countSegment(ctx, id, { limit: 1, offset: 0 })
  return listToWire(await getCustomGroup(ctx.db.sql, tenantId, id))
}

/** Changes what a list is called, or who belongs to a segment. */
export async function changeList(
  ctx: Context,
  id: string,
  { name, description, filter }: z.output<typeof updateListBody>,
): Promise<ListObject> {
  const tenantId = tenantOf(ctx)
  const row = await ctx.db.transaction(async (sql) => {
    if (filter !== undefined) await setFilter(ctx, sql, tenantId, id, filter)
    return changeCustomGroup(ctx, sql, tenantId, id, { name, description })
  })
  return filter === undefined ? listToWire(row) : showCounted(ctx, id)
}

/** Deletes a list unless something works with it; its members follow in steps. */
export async function removeList(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    await deleteCustomGroup(ctx, sql, tenantId, id)
    await ctx.jobs.add(sql, dropMembersJob, { tenantId, groupId: id })
  })
}

/** Puts people on a list; who is on it already is skipped. */
export function addPeople(
  ctx: Context,
  id: string,
  { contacts = [], members = [] }: z.output<typeof addMembersBody>,
): Promise<z.infer<typeof addedAnswer>> {
  const tenantId = tenantOf(ctx)
  const people = [...contacts, ...members]
  return retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const { size: added } = await addMembers(ctx, sql, tenantId, id, people)
      const { memberCount } = await getCustomGroup(sql, tenantId, id)
      return { added, skipped: people.length - added, member_count: memberCount }
    }),
  )
}

/** Takes people off a list. */
export function removePeople(
  ctx: Context,
  id: string,
  input: z.output<typeof removeMembersBody>,
): Promise<z.infer<typeof removedAnswer>> {
  const tenantId = tenantOf(ctx)
  const { member_ids: ids, phones, contacts = [] } = input
  const named = [...new Set(ids ?? phones ?? contacts.map(({ phone }) => phone))]
  const chosen = ids === undefined ? { phones: named } : { ids: named }
  return retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const removed = await removeMembers(ctx, sql, tenantId, id, chosen)
      const { memberCount } = await getCustomGroup(sql, tenantId, id)
      return { removed, not_found: named.length - removed, member_count: memberCount }
    }),
  )
}

import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { groupHasMembers } from './custom-group-filters.schema.ts'
import {
  type FilteredGroup,
  holdNamed,
  listGroupsById,
  lockFiltered,
  updateCount,
  updateFilter,
} from './custom-group-filters.store.ts'

export type { FilteredGroup } from './custom-group-filters.store.ts'

/** Some groups of a tenant with their filters; those that are not there are left out. */
export function findGroups(sql: Sql, tenantId: string, ids: readonly string[]): Promise<FilteredGroup[]> {
  return listGroupsById(sql, tenantId, ids)
}

/** Which of the groups there are; those stay until the transaction ends. */
export function holdGroups(sql: Sql, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  return holdNamed(sql, tenantId, ids)
}

/** Makes a group a segment, or with null a list without members; 404 for an unknown one, 400 for one with members. */
export async function replaceFilter(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  id: string,
  filter: object | null,
): Promise<void> {
  const group = await lockFiltered(sql, tenantId, id)
  if (group === undefined) throw unknownThing('Custom group (list of contacts)')
  if (filter !== null && group.hasMembers) throw groupHasMembers.create()
  if (filter === null && group.filter === null) return
  await updateFilter(sql, tenantId, id, filter, ctx.clock.now())
}

/** Notes how many people a segment has, for lists of groups; nothing when its filter is another one by now. */
export function noteMemberCount(
  sql: Sql,
  tenantId: string,
  id: string,
  counted: { filter: object; count: number; now: Date },
): Promise<void> {
  return updateCount(sql, tenantId, id, counted)
}

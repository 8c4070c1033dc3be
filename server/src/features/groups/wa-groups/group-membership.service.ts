import type { Sql } from '../../../platform/database/database.ts'
import { countMembers, findMember, type GroupKey, listMembers } from './group-members.store.ts'
import type { WaGroupMemberRow } from './wa-groups.tables.ts'

export type { GroupKey } from './group-members.store.ts'

/** What a person is in a group; undefined for somebody who is not known to be in it. */
async function findRole(
  sql: Sql,
  group: GroupKey,
  person: { phone: string | null; lid: string | null },
): Promise<WaGroupMemberRow['role'] | undefined> {
  return (await findMember(sql, group, person))?.role
}

/** Whether a person administers a group, without asking WhatsApp. */
export async function isGroupAdmin(
  sql: Sql,
  group: GroupKey,
  person: { phone: string | null; lid: string | null },
): Promise<boolean> {
  const role = await findRole(sql, group, person)
  return role === 'admin' || role === 'owner'
}

/** How many people are known to be in a group. */
export function countGroupMembers(sql: Sql, group: GroupKey): Promise<number> {
  return countMembers(sql, group)
}

/** Everybody known to be in a group. */
export function listGroupMembers(sql: Sql, group: GroupKey): Promise<WaGroupMemberRow[]> {
  return listMembers(sql, group)
}

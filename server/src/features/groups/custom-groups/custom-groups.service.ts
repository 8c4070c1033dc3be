import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { holdGroup, insertMembers, touchGroup } from './custom-groups.store.ts'

/** Somebody to be put on a list; the phone in digits. */
export interface MemberInput {
  phone: string
  name: string | null
}

/**
 * Puts people on a list of the tenant, each phone once, and answers the phones that were not on it; 404 for a list
 * that is not the tenant's.
 */
export async function addMembers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  members: readonly MemberInput[],
): Promise<Set<string>> {
  if (!(await holdGroup(sql, tenantId, groupId))) throw unknownThing('Custom group (list of contacts)')
  const byPhone = new Map(members.toReversed().map(({ phone, name }) => [phone, name]))
  if (byPhone.size === 0) return new Set()
  const now = ctx.clock.now()
  const rows = [...byPhone].map(([phone, name]) => ({ id: ctx.ids.uuid(), phone, name }))
  const added = await insertMembers(sql, { tenantId, groupId, now }, rows)
  if (added.size > 0) await touchGroup(sql, tenantId, groupId, now)
  return added
}

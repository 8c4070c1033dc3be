import type { Account, Addressing } from '../accounts.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import { Group } from './model.ts'

const groups = defineState<World, Map<string, Group>>(() => new Map())

/** The groups of a world by their ids. */
export const groupsOf = groups.of

export function createGroup(
  world: World,
  owner: Account,
  subject: string,
  members: Iterable<Account>,
  addressing: Addressing,
): Group {
  const group = new Group(owner, subject, members, addressing)
  groupsOf(world).set(group.id, group)
  return group
}

/** The group with this id, with or without `@g.us`; 404 when there is none. */
export function groupNamed(world: World, id: string, field = 'id'): Group {
  const group = groupsOf(world).get(id.endsWith('@g.us') ? id : `${id}@g.us`)
  if (!group) throw new SimulatorError(404, `there is no group ${id}`, field)
  return group
}

/** The group whose invitation link has this code now. */
export function groupByInvite(world: World, code: string): Group | undefined {
  for (const group of groupsOf(world).values()) if (group.inviteCode === code) return group
  return undefined
}

/** The group or person that a stanza is addressed to. */
export function findChat(world: World, jid: string | undefined): Account | Group | undefined {
  return jid?.endsWith('@g.us') ? groupsOf(world).get(jid) : world.find(jid)
}

/** The person or group a caller means; 404 or 422 when there is none. */
export function chatNamed(context: Context, to: string, field = 'to'): Account | Group {
  const { world } = context
  if (to.endsWith('@g.us')) return groupNamed(world, to, field)
  return world.find(to.endsWith('@lid') ? to : undefined) ?? context.account(to, field)
}

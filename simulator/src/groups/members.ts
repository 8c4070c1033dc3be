import type { Account } from '../accounts.ts'
import { refusesGroupsOf } from '../privacy.ts'
import { seconds, stanza } from '../stanza.ts'
import { type Group, type Invitation, type JoinMethod, maxMembers } from './model.ts'
import { groupNode } from './node.ts'
import { membersNode, notify } from './notifications.ts'

/** Ways in which the members of a group change. */
export type MemberChange = 'add' | 'remove' | 'promote' | 'demote'

/** What became of one person of a change; nothing means that all is well. */
export type Outcome = { error?: number; invitation?: Invitation }

/** Codes of answers about one person. Source: `group.go` of whatsmeow, and what Baileys hands on as `status`. */
const blocked = 401
const forbidden = 403
const notThere = 404
const alreadyThere = 409
const isFull = 419

/** Whether and why somebody may not be added by `by`: who keeps groups of others away gets an invitation instead. */
export function refusalToAdd(group: Group, by: Account, person: Account): Outcome | undefined {
  if (group.members.has(person)) return { error: alreadyThere }
  if (group.members.size >= maxMembers) return { error: isFull }
  if (person.blocked.has(by.phone)) return { error: blocked }
  if (refusesGroupsOf(person, by)) return { error: forbidden, invitation: group.invite(person, by) }
  return undefined
}

/** Adds members or lets them ask: members who may add while admins approve only suggest people. */
export function addByMember(group: Group, by: Account, people: readonly Account[]): Map<Account, Outcome> {
  const outcomes = new Map<Account, Outcome>()
  const accepted: Account[] = []
  for (const person of people) {
    const refusal = refusalToAdd(group, by, person)
    outcomes.set(person, refusal ?? {})
    if (!refusal) accepted.push(person)
  }
  if (group.hasJoinApproval && !group.isAdmin(by)) {
    for (const person of accepted) requestJoin(group, person, 'non_admin_add', by)
  } else addMembers(group, by, accepted)
  return outcomes
}

/** Makes people members and notifies everybody; those who are members already stay as they are. */
export function addMembers(
  group: Group,
  by: Account,
  people: readonly Account[],
  reason?: 'invite' | 'linked_group_join',
): void {
  const newcomers = people.filter((person) => !group.members.has(person))
  if (!newcomers.length) return
  for (const person of newcomers) {
    group.members.set(person, undefined)
    group.requests.delete(person)
    group.invitations.delete(person)
  }
  notify(group, by, () => stanza('create', { reason }, [groupNode(group)]), newcomers)
  notify(group, by, () => membersNode(group, 'add', newcomers, { reason }))
  const { parent } = group
  if (!parent) return
  // Who is in a group of a community is in the community and gets its announcements.
  addMembers(parent, by, newcomers, 'linked_group_join')
  for (const sibling of parent.subGroups) {
    if (sibling.communityRole === 'announcements') addMembers(sibling, by, newcomers, 'linked_group_join')
  }
}

/** Removes, promotes or demotes members; each person gets an answer. */
export function changeByAdmin(
  group: Group,
  by: Account,
  change: Exclude<MemberChange, 'add'>,
  people: readonly Account[],
): Map<Account, Outcome> {
  const outcomes = new Map<Account, Outcome>()
  const accepted: Account[] = []
  for (const person of people) {
    const role = group.members.get(person)
    const isProtected = role === 'superadmin' && change !== 'promote' && person !== by
    if (!group.members.has(person)) outcomes.set(person, { error: notThere })
    else if (isProtected) outcomes.set(person, { error: forbidden })
    else {
      outcomes.set(person, {})
      accepted.push(person)
    }
  }
  if (change === 'remove') removeMembers(group, by, accepted)
  else changeRoles(group, by, change, accepted)
  return outcomes
}

/** Takes people out of a group, or of a community and all its groups, and notifies everybody, who leaves included. */
export function removeMembers(group: Group, by: Account, people: readonly Account[]): void {
  for (const subGroup of group.subGroups) removeMembers(subGroup, by, people)
  const leaving = people.filter((person) => group.members.has(person))
  if (!leaving.length) return
  notify(group, by, () => membersNode(group, 'remove', leaving))
  for (const person of leaving) group.members.delete(person)
  group.renewKeys()
  const [next] = group.members.keys()
  // A group is never without an admin: the server appoints the member who is there longest.
  if (next && !group.admins().length) changeRoles(group, undefined, 'promote', [next])
}

/** Somebody leaves. Who leaves a community leaves all its groups. */
export function leaveGroup(group: Group, person: Account): void {
  removeMembers(group, person, [person])
}

function changeRoles(
  group: Group,
  by: Account | undefined,
  change: 'promote' | 'demote',
  people: readonly Account[],
): void {
  const changed = people.filter((person) => group.isAdmin(person) === (change === 'demote'))
  if (!changed.length) return
  for (const person of changed) group.members.set(person, change === 'promote' ? 'admin' : undefined)
  notify(group, by, () => membersNode(group, change, changed))
}

/** Somebody wants to become a member, or is suggested by one; admins are notified. */
export function requestJoin(group: Group, person: Account, method: JoinMethod, by = person): void {
  if (group.requests.has(person)) return
  group.requests.set(person, { method, at: seconds(), by })
  const attributes = { request_method: method }
  notify(
    group,
    by,
    () =>
      stanza('created_membership_requests', attributes, [stanza('participant', group.addressesOf(person))]),
    group.admins(),
  )
}

/** A request ends without membership: `by` is who asked, or an admin. */
export function endRequest(group: Group, person: Account, by: Account): boolean {
  if (!group.requests.delete(person)) return false
  notify(
    group,
    by,
    () => stanza('revoked_membership_requests', {}, [stanza('participant', group.addressesOf(person))]),
    group.admins(),
  )
  return true
}

/** An admin decides about requests. */
export function decideRequests(
  group: Group,
  by: Account,
  isApproved: boolean,
  people: readonly Account[],
): Map<Account, Outcome> {
  const outcomes = new Map<Account, Outcome>()
  for (const person of people) outcomes.set(person, group.requests.has(person) ? {} : { error: notThere })
  const asked = people.filter((person) => group.requests.has(person))
  if (isApproved) addMembers(group, by, asked)
  else for (const person of asked) endRequest(group, person, by)
  return outcomes
}

/** Somebody follows the invitation link: at once, or after an admin approved. */
export function joinByLink(group: Group, person: Account): 'joined' | 'requested' {
  if (group.hasJoinApproval) {
    requestJoin(group, person, 'invite_link')
    return 'requested'
  }
  addMembers(group, person, [person], 'invite')
  return 'joined'
}

/** Somebody accepts an invitation that was left for them. Tells whether it was good. */
export function acceptInvitation(group: Group, person: Account, code: string): boolean {
  const invitation = group.invitations.get(person)
  if (!invitation || invitation.code !== code || invitation.expiration < Number(seconds())) return false
  addMembers(group, person, [person], 'invite')
  return true
}

import type { BinaryNode } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import type { Group } from '../groups.ts'
import { child, children, seconds, stanza, stanzaId, textOf } from '../stanza.ts'
import { answer, type Query, refuse } from './answer.ts'

/** `iq w:g2`: groups, their members and settings. */
export function handleGroups(query: Query): void {
  const { world, account, body } = query
  if (!body) {
    refuse(query, 400, 'bad-request')
    return
  }
  switch (body.tag) {
    case 'create':
      createFromClient(query, body)
      break
    case 'participating': {
      const own = [...world.groups.values()].filter((group) => group.members.has(account))
      const nodes = own.map((group) => group.node())
      answer(query, [stanza('groups', {}, nodes)])
      break
    }
    case 'leave':
      leave(query, body)
      break
    default:
      handleOneGroup(query, body)
  }
}

function handleOneGroup(query: Query, body: BinaryNode): void {
  const { world, account, node } = query
  const group = world.groups.get(node.attrs.to ?? '')
  if (!group) refuse(query, 404, 'item-not-found')
  else if (!group.members.has(account)) refuse(query, 403, 'forbidden')
  else if (body.tag === 'query') answer(query, [group.node()])
  else if (body.tag === 'invite') answer(query, [stanza('invite', { code: group.inviteCode })])
  else if (isMemberChange(body.tag)) changeFromClient(query, group, body.tag, body)
  else changeSetting(query, group, body)
}

/** Ways in which the members of a group change. */
export type MemberChange = 'add' | 'remove' | 'promote' | 'demote'

const isMemberChange = (tag: string): tag is MemberChange =>
  tag === 'add' || tag === 'remove' || tag === 'promote' || tag === 'demote'

function createFromClient(query: Query, body: BinaryNode): void {
  const { world, account, companion } = query
  const members = children(body, 'participant').flatMap(({ attrs }) => world.find(attrs.jid) ?? [])
  const group = world.createGroup(account, body.attrs.subject ?? '', members, 'lid')
  answer(query, [group.node()])
  announceGroup(group, companion)
}

/** Tells all members of a new group that it is there. */
export function announceGroup(group: Group, except?: Companion): void {
  notifyMembers(
    group,
    group.owner,
    stanza('create', { type: 'new', key: stanzaId() }, [group.node()]),
    except,
  )
}

function leave(query: Query, body: BinaryNode): void {
  const { world, account } = query
  const ids = children(body, 'group').map(({ attrs }) => attrs.id ?? '')
  for (const id of ids) {
    const group = world.groups.get(id)
    if (group?.members.has(account)) changeMembers(group, account, 'remove', [account])
  }
  answer(query, [
    stanza(
      'leave',
      {},
      ids.map((id) => stanza('group', { id })),
    ),
  ])
}

function changeFromClient(query: Query, group: Group, change: MemberChange, body: BinaryNode): void {
  const { world, account } = query
  if (!group.isAdmin(account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  const asked = children(body, 'participant').map(({ attrs }) => attrs.jid ?? '')
  const known = asked.flatMap((jid) => world.find(jid) ?? [])
  answer(query, [
    stanza(
      change,
      {},
      asked.map((jid) => stanza('participant', { jid, error: world.find(jid) ? undefined : 404 })),
    ),
  ])
  changeMembers(group, account, change, known)
}

/** Changes members and tells everybody concerned, who leaves included. */
export function changeMembers(group: Group, by: Account, change: MemberChange, members: Account[]): void {
  if (!members.length) return
  if (change === 'add') for (const member of members) group.members.set(member, undefined)
  if (change === 'promote') for (const member of members) group.members.set(member, 'admin')
  if (change === 'demote') for (const member of members) group.members.set(member, undefined)
  notifyMembers(
    group,
    by,
    stanza(
      change,
      {},
      members.map((member) => group.participantNode(member)),
    ),
  )
  if (change !== 'remove') return
  for (const member of members) group.members.delete(member)
  group.renewKeys()
}

function changeSetting(query: Query, group: Group, body: BinaryNode): void {
  const { account } = query
  if (group.isLocked && !group.isAdmin(account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  switch (body.tag) {
    case 'subject':
      group.subject = textOf(body)
      group.subjectChangedAt = seconds()
      group.subjectChangedBy = account
      break
    case 'description':
      group.description = body.attrs.delete ? undefined : textOf(child(body, 'body'))
      break
    case 'announcement':
    case 'not_announcement':
      group.isAnnouncement = body.tag === 'announcement'
      break
    case 'locked':
    case 'unlocked':
      group.isLocked = body.tag === 'locked'
      break
    case 'ephemeral':
    case 'not_ephemeral':
      group.expiration = body.tag === 'ephemeral' ? body.attrs.expiration : undefined
      break
    default:
      refuse(query, 501, 'feature-not-implemented')
      return
  }
  answer(query)
  const { subject, subjectChangedAt } = group
  const change =
    body.tag === 'subject'
      ? stanza('subject', { subject, s_t: subjectChangedAt, s_o: group.nameOf(account) })
      : body
  notifyMembers(group, account, change)
}

/** A `w:gp2` notification to every linked device of every member. */
export function notifyMembers(group: Group, by: Account, change: BinaryNode, except?: Companion): void {
  const attrs = { from: group.id, type: 'w:gp2', ...group.authorAttributes(by), notify: by.name }
  for (const member of group.members.keys()) {
    for (const companion of member.companions.values()) {
      if (companion === except) continue
      companion.queue.add(stanza('notification', { ...attrs, id: stanzaId(), t: seconds() }, [change]))
    }
  }
}

/** Members as the control API names them. */
export function describeGroup(group: Group): object {
  const members = [...group.members].map(([account, role]) => ({
    phone: account.phone,
    role: role ?? 'member',
  }))
  const { id, subject, owner, description, addressing } = group
  return { id, subject, owner: owner.phone, members, addressing, ...(description && { description }) }
}

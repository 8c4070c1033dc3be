import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { answer, type Query, refuse } from '../query.ts'
import { child, children, firstChild, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { createCommunity, handleCommunity, isCommunityQuery, linkGroup } from './communities.ts'
import { createGroup, groupsOf } from './groups.ts'
import {
  acceptInvitationMessage,
  answerInvite,
  answerInviteCode,
  answerRequests,
  decideFromClient,
  isGoodInvitation,
  revokeInvitations,
} from './invites.ts'
import { addByMember, changeByAdmin, leaveGroup, type MemberChange, refusalToAdd } from './members.ts'
import type { Group } from './model.ts'
import { groupNode, groupPreview, outcomeNode } from './node.ts'
import { notifyCreation } from './notifications.ts'
import { applySettings, changeSetting } from './settings.ts'

/** `iq w:g2`: groups, their members and settings. Addressed to `@g.us` it is about groups in general. */
export function handleGroups(query: Query): void {
  const { world, account, body, node } = query
  if (!body) {
    refuse(query, 400, 'bad-request')
    return
  }
  const group = groupsOf(world).get(node.attrs.to ?? '')
  if (group) {
    handleOneGroup(query, group, body)
    return
  }
  if (node.attrs.to !== '@g.us') {
    refuse(query, 404, 'item-not-found')
    return
  }
  switch (body.tag) {
    case 'create':
      createFromClient(query, body)
      break
    case 'participating': {
      const own = [...groupsOf(world).values()].filter(({ members }) => members.has(account))
      answer(query, [stanza('groups', {}, own.map(groupNode))])
      break
    }
    case 'leave':
      leave(query, body)
      break
    case 'invite':
      answerInvite(query, body)
      break
    default:
      refuse(query, 501, 'feature-not-implemented')
  }
}

function handleOneGroup(query: Query, group: Group, body: BinaryNode): void {
  const { account, node } = query
  if (body.tag === 'accept') {
    acceptInvitationMessage(query, group, body)
  } else if (!group.members.has(account)) {
    const invitation = child(body, 'add_request')
    if (invitation && isGoodInvitation(group, account, invitation)) answer(query, [groupPreview(group)])
    else refuse(query, 403, 'forbidden')
  } else if (node.attrs.type === 'get') {
    read(query, group, body)
  } else if (isMemberChange(body.tag)) {
    changeFromClient(query, group, body.tag, body)
  } else if (body.tag === 'invite') {
    answerInviteCode(query, group)
  } else if (body.tag === 'revoke') {
    revokeInvitations(query, group, body)
  } else if (body.tag === 'membership_requests_action') {
    decideFromClient(query, group, body)
  } else if (isCommunityQuery(body.tag)) {
    handleCommunity(query, group, body)
  } else changeSetting(query, group, body)
}

function read(query: Query, group: Group, body: BinaryNode): void {
  switch (body.tag) {
    case 'query':
      answer(query, [groupNode(group)])
      break
    case 'invite':
      answerInviteCode(query, group)
      break
    case 'membership_approval_requests':
      answerRequests(query, group)
      break
    default:
      if (isCommunityQuery(body.tag)) handleCommunity(query, group, body)
      else refuse(query, 501, 'feature-not-implemented')
  }
}

const isMemberChange = (tag: string): tag is MemberChange =>
  tag === 'add' || tag === 'remove' || tag === 'promote' || tag === 'demote'

/**
 * A client creates a group. People who cannot be added stand in the answer with an error and are no members.
 * Source: `parseGroupNode` and `GroupParticipant.Error` of whatsmeow.
 */
function createFromClient(query: Query, body: BinaryNode): void {
  const { world, account } = query
  const { subject = '', key } = body.attrs
  if (child(body, 'parent')) {
    const { community } = createCommunity(world, account, subject, body)
    answer(query, [groupNode(community)])
    return
  }
  const parent = groupsOf(world).get(child(body, 'linked_parent')?.attrs.jid ?? '')
  if (parent && !parent.isAdmin(account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  const group = createGroup(world, account, subject, [], 'lid')
  applySettings(group, body)
  const refused: BinaryNode[] = []
  for (const [jid, person] of peopleIn(world, body)) {
    const refusal =
      person === account ? undefined : person ? refusalToAdd(group, account, person) : { error: 404 }
    if (refusal) refused.push(outcomeNode(jid, person, refusal))
    else if (person && person !== account) group.members.set(person, undefined)
  }
  const created = groupNode(group)
  answer(query, [{ ...created, content: [...(created.content as BinaryNode[]), ...refused] }])
  notifyCreation(group, key)
  if (parent) linkGroup(parent, group, account)
}

/** The people a change is about, as the client names them; nobody when the name is unknown. */
function peopleIn(world: World, body: BinaryNode): [jid: string, person: Account | undefined][] {
  return children(body, 'participant').map(({ attrs }) => [attrs.jid ?? '', world.find(attrs.jid)])
}

function changeFromClient(query: Query, group: Group, change: MemberChange, body: BinaryNode): void {
  const { world, account } = query
  const mayAdd = change === 'add' && group.membersAddedBy === 'everyone'
  if (!group.isAdmin(account) && !mayAdd) {
    refuse(query, 403, 'forbidden')
    return
  }
  const asked = peopleIn(world, body)
  const people = asked.flatMap(([, person]) => person ?? [])
  const outcomes =
    change === 'add' ? addByMember(group, account, people) : changeByAdmin(group, account, change, people)
  const nodes = asked.map(([jid, person]) =>
    outcomeNode(jid, person, person ? outcomes.get(person) : { error: 404 }),
  )
  answer(query, [stanza(change, {}, nodes)])
}

/** Leaving a group one is not in is an error of that group. */
function leave(query: Query, body: BinaryNode): void {
  const { world, account } = query
  const first = firstChild(body)
  const tag = first?.tag ?? 'group'
  const nodes = children(body, tag).map(({ attrs }) => {
    const id = attrs.id ?? attrs.parent_group_jid ?? ''
    const group = groupsOf(world).get(id)
    const error = group ? (group.members.has(account) ? undefined : 403) : 404
    if (group && !error) leaveGroup(group, account)
    return stanza(tag, { id, error })
  })
  answer(query, [stanza('leave', {}, nodes)])
}

import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { stanza } from '../stanza.ts'
import type { Outcome } from './members.ts'
import type { Group } from './model.ts'

/** The `<group>` node. Source: what `extractGroupMetadata` of Baileys and `parseGroupNode` of whatsmeow read. */
export function groupNode(group: Group): BinaryNode {
  const members = [...group.members.keys()].map((member) => group.participantNode(member))
  return stanza('group', attributesOf(group), [...members, ...settingNodes(group)])
}

/** What somebody sees of a group before joining it: no members, only how many there are. */
export function groupPreview(group: Group): BinaryNode {
  return stanza('group', attributesOf(group), settingNodes(group))
}

/** A group as it is named in notifications about links and in the list of a community. */
export function linkedGroupNode(group: Group): BinaryNode {
  const { createdAt, subjectChangedAt, subject, members, owner } = group
  const attrs = {
    id: group.id.replace('@g.us', ''),
    jid: group.id,
    subject,
    s_t: subjectChangedAt,
    size: members.size,
    creation: createdAt,
    creator: group.nameOf(owner),
  }
  return stanza('group', attrs, group.communityRole === 'announcements' ? [stanza('default_sub_group')] : [])
}

function attributesOf(group: Group): Record<string, string | number> {
  return {
    id: group.id.replace('@g.us', ''),
    subject: group.subject,
    s_t: group.subjectChangedAt,
    s_o: group.nameOf(group.subjectChangedBy),
    s_o_pn: group.subjectChangedBy.jid,
    creation: group.createdAt,
    creator: group.nameOf(group.owner),
    creator_pn: group.owner.jid,
    addressing_mode: group.addressing,
    size: group.members.size,
  }
}

function settingNodes(group: Group): BinaryNode[] {
  const { description, ephemeralSeconds, communityRole, parent, hasJoinApproval } = group
  const nodes: BinaryNode[] = []
  if (description) {
    const { id, text, at, by } = description
    const attrs = { id, t: at, participant: group.nameOf(by), participant_pn: by.jid }
    nodes.push(stanza('description', attrs, [stanza('body', {}, Buffer.from(text))]))
  }
  if (group.isAnnouncement) nodes.push(stanza('announcement'))
  if (group.isLocked) nodes.push(stanza('locked'))
  if (ephemeralSeconds) nodes.push(stanza('ephemeral', { expiration: ephemeralSeconds }))
  nodes.push(memberAddModeNode(group))
  if (hasJoinApproval) nodes.push(approvalModeNode(group))
  if (communityRole === 'community') {
    nodes.push(stanza('parent', { default_membership_approval_mode: 'request_required' }))
  }
  if (communityRole === 'announcements') nodes.push(stanza('default_sub_group'))
  if (communityRole === 'general') nodes.push(stanza('general_chat'))
  if (parent) nodes.push(stanza('linked_parent', { jid: parent.id }))
  return nodes
}

/** Who may add members, as a setting and as its notification. */
export function memberAddModeNode({ membersAddedBy }: Group): BinaryNode {
  return stanza(
    'member_add_mode',
    {},
    Buffer.from(membersAddedBy === 'everyone' ? 'all_member_add' : 'admin_add'),
  )
}

/** Whether admins approve who joins, as a setting and as its notification. */
export function approvalModeNode({ hasJoinApproval }: Group): BinaryNode {
  const join = stanza('group_join', { state: hasJoinApproval ? 'on' : 'off' })
  return stanza('membership_approval_mode', {}, [join])
}

/** One person in an answer: under the name the client used, with the other name beside it. */
export function outcomeNode(jid: string, person: Account | undefined, outcome: Outcome = {}): BinaryNode {
  const { error, invitation } = outcome
  const other = jid.endsWith('@lid') ? { phone_number: person?.jid } : { lid: person?.lidJid }
  const content = invitation && [
    stanza('add_request', { code: invitation.code, expiration: invitation.expiration }),
  ]
  return stanza('participant', { jid, ...other, error }, content)
}

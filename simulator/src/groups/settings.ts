import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { answer, type Query, refuse } from '../query.ts'
import { child, messageId, seconds, stanza, textOf } from '../stanza.ts'
import type { Group } from './model.ts'
import { approvalModeNode, memberAddModeNode } from './node.ts'
import { notify } from './notifications.ts'

const maxSubject = 100
const maxDescription = 2048

/** What can be changed about a group; what is undefined stays. */
export type GroupChanges = {
  subject?: string | undefined
  /** Null removes it. */
  description?: string | null | undefined
  isAnnouncement?: boolean | undefined
  isLocked?: boolean | undefined
  /** Null switches it off. */
  ephemeralSeconds?: number | null | undefined
  membersAddedBy?: 'admins' | 'everyone' | undefined
  hasJoinApproval?: boolean | undefined
}

/** Settings that members may change as long as the group is not locked. */
const openToMembers = new Set(['subject', 'description', 'ephemeral', 'not_ephemeral'])

/** One setting as a client changes it. */
export function changeSetting(query: Query, group: Group, body: BinaryNode): void {
  const { account } = query
  const changes = readSetting(body)
  if (!changes) refuse(query, 501, 'feature-not-implemented')
  else if (!group.isAdmin(account) && (group.isLocked || !openToMembers.has(body.tag))) {
    refuse(query, 403, 'forbidden')
  } else if (isTooLong(changes)) refuse(query, 406, 'not-acceptable')
  else if (body.tag === 'description' && isOutdated(group, body)) refuse(query, 409, 'conflict')
  else {
    answer(query)
    changeGroup(group, account, changes, body.attrs.id)
  }
}

/** A description is replaced only by somebody who knows the one there is. */
function isOutdated({ description }: Group, { attrs }: BinaryNode): boolean {
  return description !== undefined && attrs.prev !== description.id
}

function isTooLong({ subject, description }: GroupChanges): boolean {
  if (subject !== undefined && (!subject.length || subject.length > maxSubject)) return true
  return (description?.length ?? 0) > maxDescription
}

function readSetting(body: BinaryNode): GroupChanges | undefined {
  switch (body.tag) {
    case 'subject':
      return { subject: textOf(body) }
    case 'description':
      return { description: body.attrs.delete ? null : textOf(child(body, 'body')) || null }
    case 'announcement':
    case 'not_announcement':
      return { isAnnouncement: body.tag === 'announcement' }
    case 'locked':
    case 'unlocked':
      return { isLocked: body.tag === 'locked' }
    case 'ephemeral':
    case 'not_ephemeral':
      return { ephemeralSeconds: (body.tag === 'ephemeral' && Number(body.attrs.expiration)) || null }
    case 'member_add_mode':
      return { membersAddedBy: textOf(body) === 'all_member_add' ? 'everyone' : 'admins' }
    case 'membership_approval_mode': {
      const mode = child(body, 'group_join') ?? child(body, 'community_join')
      return { hasJoinApproval: mode?.attrs.state === 'on' }
    }
    default:
      return undefined
  }
}

/** Settings that stand in the query that creates a group. */
export function applySettings(group: Group, creation: BinaryNode): void {
  const text = textOf(child(child(creation, 'description'), 'body'))
  if (text) {
    const id = child(creation, 'description')?.attrs.id ?? messageId()
    group.description = { id, text, at: seconds(), by: group.owner }
  }
  group.isLocked = child(creation, 'locked') !== undefined
  group.isAnnouncement = child(creation, 'announcement') !== undefined
  group.ephemeralSeconds = Number(child(creation, 'ephemeral')?.attrs.expiration ?? 0) || undefined
  const approval = child(child(creation, 'membership_approval_mode'), 'group_join')
  group.hasJoinApproval = approval?.attrs.state === 'on'
}

/** Changes a group and notifies its members of each change. */
export function changeGroup(group: Group, by: Account, changes: GroupChanges, descriptionId?: string): void {
  const notifyMembers = (change: () => BinaryNode) => notify(group, by, change)
  const { subject, description, isAnnouncement, isLocked, ephemeralSeconds } = changes
  if (subject !== undefined) {
    Object.assign(group, { subject, subjectChangedAt: seconds(), subjectChangedBy: by })
    notifyMembers(() => subjectNode(group))
  }
  if (description !== undefined) {
    const id = descriptionId ?? messageId()
    group.description = description === null ? undefined : { id, text: description, at: seconds(), by }
    notifyMembers(() => descriptionNode(id, description))
  }
  if (isAnnouncement !== undefined) {
    group.isAnnouncement = isAnnouncement
    notifyMembers(() => stanza(isAnnouncement ? 'announcement' : 'not_announcement', { v_id: seconds() }))
  }
  if (isLocked !== undefined) {
    group.isLocked = isLocked
    notifyMembers(() => stanza(isLocked ? 'locked' : 'unlocked'))
  }
  if (ephemeralSeconds !== undefined) {
    group.ephemeralSeconds = ephemeralSeconds ?? undefined
    notifyMembers(() =>
      ephemeralSeconds ? stanza('ephemeral', { expiration: ephemeralSeconds }) : stanza('not_ephemeral'),
    )
  }
  changeJoining(group, changes, notifyMembers)
}

function changeJoining(
  group: Group,
  { membersAddedBy, hasJoinApproval }: GroupChanges,
  notifyMembers: (change: () => BinaryNode) => void,
): void {
  if (membersAddedBy !== undefined) {
    group.membersAddedBy = membersAddedBy
    notifyMembers(() => memberAddModeNode(group))
  }
  if (hasJoinApproval !== undefined) {
    group.hasJoinApproval = hasJoinApproval
    notifyMembers(() => approvalModeNode(group))
  }
}

function subjectNode(group: Group): BinaryNode {
  const { subject, subjectChangedAt, subjectChangedBy } = group
  return stanza('subject', {
    subject,
    s_t: subjectChangedAt,
    s_o: group.nameOf(subjectChangedBy),
    s_o_pn: subjectChangedBy.jid,
  })
}

function descriptionNode(id: string, text: string | null): BinaryNode {
  const body = text === null ? stanza('delete') : stanza('body', {}, Buffer.from(text))
  return stanza('description', { id }, [body])
}

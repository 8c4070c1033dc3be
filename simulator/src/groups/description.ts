import type { Group } from './model.ts'

/** A group as the control API shows it. */
export function describeGroup(group: Group): GroupDescription {
  const { id, subject, owner, addressing, isAnnouncement, isLocked, membersAddedBy, hasJoinApproval } = group
  return {
    id,
    subject,
    owner: owner.phone,
    members: [...group.members].map(([account, role]) => ({ phone: account.phone, role: role ?? 'member' })),
    addressing,
    ...(group.description && { description: group.description.text }),
    isAnnouncement,
    isLocked,
    membersAddedBy,
    hasJoinApproval,
    ephemeralSeconds: group.ephemeralSeconds ?? null,
    inviteCode: group.inviteCode,
    requests: [...group.requests].map(([account, { method }]) => ({ phone: account.phone, method })),
    ...(group.communityRole && { communityRole: group.communityRole }),
    ...(group.parent && { community: group.parent.id }),
    ...(group.subGroups.size && { groups: [...group.subGroups].map((subGroup) => subGroup.id) }),
  }
}

/** What {@link describeGroup} says. */
export type GroupDescription = {
  id: string
  subject: string
  owner: string
  members: { phone: string; role: 'member' | 'admin' | 'superadmin' }[]
  addressing: string
  description?: string
  isAnnouncement: boolean
  isLocked: boolean
  membersAddedBy: 'admins' | 'everyone'
  hasJoinApproval: boolean
  ephemeralSeconds: number | null
  inviteCode: string
  requests: { phone: string; method: string }[]
  communityRole?: string
  community?: string
  groups?: string[]
}

import type { GroupMetadata, GroupParticipant as LibraryParticipant } from 'baileys'
import { toStorable } from '../../platform/storable-text.ts'
import type { GroupParticipant, Person } from '../events.ts'
import type { GroupInfo } from '../groups.ts'
import type { Addresses } from '../inbound/addresses.ts'
import { parseJid, personOf } from '../library/jids.ts'

/** The library's description of a group as ours. */
export async function convertGroup(
  group: GroupMetadata,
  me: Person,
  addresses: Addresses,
): Promise<GroupInfo> {
  const participants = await convertParticipants(group.participants, addresses)
  const own = participants.find(({ person }) => isSamePerson(person, me))
  return {
    chatId: group.id,
    subject: toStorable(group.subject ?? ''),
    description: group.desc === undefined ? null : toStorable(group.desc),
    owner:
      group.owner === undefined
        ? null
        : await addresses.complete(personOf([group.owner, group.ownerPn], null)),
    participants,
    memberCount: participants.length > 0 ? participants.length : (group.size ?? 0),
    isAdmin: own !== undefined && own.role !== 'member',
    isAnnouncement: group.announce === true,
    isLocked: group.restrict === true,
    hasJoinApproval: group.joinApprovalMode === true,
    membersAddedBy: group.memberAddMode === true ? 'everyone' : 'admins',
    ephemeralSeconds: group.ephemeralDuration ?? null,
    isCommunity: group.isCommunity === true,
    communityId: communityOf(group),
    createdAt: Number.isFinite(group.creation) && group.creation ? new Date(group.creation * 1000) : null,
  }
}

/** Members as ours, the addresses that this session knows filled in. */
export function convertParticipants(
  participants: readonly LibraryParticipant[],
  addresses: Addresses,
): Promise<GroupParticipant[]> {
  return Promise.all(
    participants.map(async (participant) => ({
      person: await addresses.complete(participantPerson(participant)),
      role: roleOf(participant.admin),
    })),
  )
}

/** Both addresses of a member, as far as the group lists them. */
export function participantPerson({
  id,
  phoneNumber,
  lid,
}: Pick<LibraryParticipant, 'id' | 'phoneNumber' | 'lid'>): Person {
  return personOf([id, phoneNumber, lid], null)
}

/** Whether two are one: an address that both have decides. */
export function isSamePerson(one: Person, other: Person): boolean {
  return (one.phone !== null && one.phone === other.phone) || (one.lid !== null && one.lid === other.lid)
}

// Source: `type` of a participant in WhatsApp's group node: absent, `admin` or `superadmin`.
function roleOf(admin: LibraryParticipant['admin']): GroupParticipant['role'] {
  if (admin === 'superadmin') return 'owner'
  return admin === 'admin' ? 'admin' : 'member'
}

function communityOf(group: GroupMetadata): string | null {
  const address = parseJid(group.linkedParent)
  return address.kind === 'group' ? address.chatId : null
}

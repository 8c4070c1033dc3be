import type { BaileysEventMap, GroupMetadata } from 'baileys'
import type { GroupCache } from './group-cache.ts'
import { isSamePerson, participantPerson } from './group-info.ts'

type Participants = BaileysEventMap['group-participants.update']

/** Keeps what WhatsApp says of groups: a whole description replaces, a part changes what is known. */
export function cacheGroups(groups: GroupCache, updates: BaileysEventMap['groups.update']): void {
  for (const update of updates) {
    if (update.id === undefined) continue
    if (update.participants === undefined)
      groups.update(update.id, (known) => ({ ...known, ...definedFields(update) }))
    else groups.put(update as GroupMetadata)
  }
}

/** Caches who is in a group. */
export function cacheParticipants(groups: GroupCache, { id, action, participants }: Participants): void {
  const isNamed = (member: Participants['participants'][number]) => {
    const person = participantPerson(member)
    return participants.some((named) => isSamePerson(participantPerson(named), person))
  }
  groups.update(id, (known) => {
    const others = known.participants.filter((member) => !isNamed(member))
    switch (action) {
      case 'add':
        return resized(known, [...others, ...participants])
      case 'remove':
        return resized(known, others)
      default: {
        const admin = action === 'promote' ? ('admin' as const) : null
        const members = known.participants.map((member) => (isNamed(member) ? { ...member, admin } : member))
        return resized(known, members)
      }
    }
  })
}

/** Caches how long a group's messages stay: the library emits it as an update of the chat. */
export function cacheEphemeral(groups: GroupCache, updates: BaileysEventMap['chats.update']): void {
  for (const update of updates) {
    if (!update.id?.endsWith('@g.us') || !('ephemeralExpiration' in update)) continue
    const { ephemeralExpiration } = update
    groups.update(update.id, ({ ephemeralDuration: _, ...known }) =>
      ephemeralExpiration ? { ...known, ephemeralDuration: ephemeralExpiration } : known,
    )
  }
}

function resized(group: GroupMetadata, participants: GroupMetadata['participants']): GroupMetadata {
  return { ...group, participants, size: participants.length }
}

/** The fields of an update that have a value. */
function definedFields(update: Partial<GroupMetadata>): Partial<GroupMetadata> {
  return Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined))
}

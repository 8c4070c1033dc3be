import type { BaileysEventMap } from 'baileys'
import type { GroupUpdate, Person } from '../events.ts'
import type { Arrival } from '../inbound/inbox.ts'
import { personOf } from '../library/jids.ts'
import { convertParticipants, isSamePerson, participantPerson } from './group-info.ts'
import type { UpdateContext } from './update-context.ts'

/** Who did something in a group, by both addresses. */
interface Author {
  author?: string | undefined
  authorPn?: string | undefined
}

/** Groups described or changed. */
export async function readGroups(
  groups: BaileysEventMap['groups.update'],
  context: UpdateContext,
): Promise<Arrival> {
  const { tenantId, sessionId, addresses } = context
  const updates: GroupUpdate[] = []
  for (const group of groups) {
    const { id, subject, desc, participants } = group
    if (id === undefined || (subject === undefined && desc === undefined && participants === undefined))
      continue
    if (participants !== undefined) await addresses.learn(participants.map(participantPerson))
    updates.push({
      tenantId,
      sessionId,
      chatId: id,
      subject: subject ?? null,
      // A whole description without one says that there is none.
      ...(desc !== undefined || participants !== undefined || 'desc' in group
        ? { description: desc ?? null }
        : {}),
      ...(participants === undefined
        ? {}
        : { participants: await convertParticipants(participants, addresses) }),
      actor: await readAuthor(group, context),
    })
  }
  return { groups: updates }
}

/** People who came, went or changed their role. */
export async function readParticipants(
  update: BaileysEventMap['group-participants.update'],
  context: UpdateContext,
): Promise<Arrival> {
  const { tenantId, sessionId, addresses, me } = context
  const { id, action } = update
  if (action === 'modify') return {}
  const named = update.participants.map(participantPerson)
  await addresses.learn(named)
  const people = await Promise.all(named.map((person) => addresses.complete(person)))
  const actor = await readAuthor(update, context)
  const [only] = people
  const hasLeft =
    action === 'remove' &&
    people.length === 1 &&
    only !== undefined &&
    actor !== null &&
    isSamePerson(only, actor)
  const isGone = action === 'remove' && people.some((person) => isSamePerson(person, me))
  const changed = { action: hasLeft ? ('leave' as const) : action, people }
  return {
    groups: [
      { tenantId, sessionId, chatId: id, subject: null, changed, actor, ...(isGone ? { isGone } : {}) },
    ],
  }
}

/** A group that was ended for everybody. */
export async function readEndedGroup(
  chatId: string,
  attrs: Record<string, string>,
  context: UpdateContext,
): Promise<Arrival> {
  const { tenantId, sessionId } = context
  const actor = await readAuthor({ author: attrs.participant, authorPn: attrs.participant_pn }, context)
  return { groups: [{ tenantId, sessionId, chatId, subject: null, actor, isGone: true }] }
}

async function readAuthor(
  { author, authorPn }: Author,
  { addresses }: UpdateContext,
): Promise<Person | null> {
  const person = personOf([author, authorPn], null)
  return person.phone === null && person.lid === null ? null : addresses.complete(person)
}

import type { BaileysEventMap } from 'baileys'
import type { ContactChange, Person } from '../events.ts'
import type { Arrival } from '../inbound/inbox.ts'
import { personOf } from '../library/jids.ts'
import type { UpdateContext } from './update-context.ts'

/** The phone's address book (app state). A person without a name was taken out of it. */
export async function readContacts(
  contacts: BaileysEventMap['contacts.upsert'],
  context: UpdateContext,
): Promise<Arrival> {
  const people = contacts.map(({ id, lid, phoneNumber }) => personOf([id, phoneNumber, lid], null))
  await context.addresses.learn(people)
  return toContactChanges(people, context, (index) => ({ name: contacts[index]?.name ?? null }))
}

/** Who turned out to be a business: such messages carry a name that WhatsApp has verified. */
export async function readBusinesses(
  contacts: BaileysEventMap['contacts.update'],
  context: UpdateContext,
): Promise<Arrival | undefined> {
  const businesses = contacts.filter(({ id, verifiedName }) => id !== undefined && Boolean(verifiedName))
  if (businesses.length === 0) return undefined
  const people = businesses.map(({ id, lid, phoneNumber }) => personOf([id, phoneNumber, lid], null))
  return toContactChanges(people, context, () => ({ isBusiness: true }))
}

/** Who was blocked or let in again, on the phone or here. */
export async function readBlocked(
  { blocklist, type }: BaileysEventMap['blocklist.update'],
  context: UpdateContext,
): Promise<Arrival> {
  const people = blocklist.map((jid) => personOf([jid], null))
  return toContactChanges(people, context, () => ({ isBlocked: type === 'add' }))
}

async function toContactChanges(
  people: readonly Person[],
  { tenantId, sessionId, addresses }: UpdateContext,
  changeOf: (index: number) => Pick<ContactChange, 'name' | 'isBusiness' | 'isBlocked'>,
): Promise<Arrival> {
  const contacts: ContactChange[] = []
  for (const [index, named] of people.entries()) {
    if (named.phone === null && named.lid === null) continue
    const person = await addresses.complete(named)
    // A LID that stands in for a phone is remembered as one.
    await addresses.chatIdOf(person)
    contacts.push({ tenantId, sessionId, person, ...changeOf(index) })
  }
  return { contacts }
}

import type { Context } from '../../../context.ts'
import type { Person } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import {
  type ContactRef,
  deleteOrphanContacts,
  insertContacts,
  linkContacts,
  listContactsByAddress,
  type NewContact,
  updateContacts,
} from './contacts.store.ts'

export type { ContactRef } from './contacts.store.ts'

/** Two records that turned out to be one person; `keep` has the phone. */
export interface ContactPair {
  keep: ContactRef
  drop: ContactRef
}

/** Merges pairs of contacts with all that hangs on them; given by whoever knows what hangs on contacts. */
export type MergeContacts = (sql: Sql, tenantId: string, pairs: readonly ContactPair[]) => Promise<void>

/** What names a person within a tenant, whichever addresses are known. */
export function personKey(person: Pick<Person, 'phone' | 'lid'>): string {
  return `${person.phone ?? ''}/${person.lid ?? ''}`
}

/** How a chat with the contact is called outside; the LID's digits stand in for an unknown phone. */
export function waChatIdOf(contact: Pick<ContactRef, 'phone' | 'lid'>): string {
  return `${contact.phone ?? contact.lid}@c.us`
}

/** What a person is called: by the tenant, else in the phone's address book, else by itself. */
export function displayName(contact: Pick<ContactRef, 'name' | 'bookName' | 'pushName'>): string | null {
  return contact.name ?? contact.bookName ?? contact.pushName
}

interface Findings {
  refs: Map<string, ContactRef>
  unknown: Map<string, NewContact>
  learned: Map<string, NewContact>
  pairs: ContactPair[]
}

/** What is known of the contact with what the person's message carries; the same object when that is nothing new. */
function complete(contact: ContactRef, person: Person): ContactRef {
  const phone = contact.phone ?? person.phone
  const lid = contact.lid ?? person.lid
  const pushName = person.pushName ?? contact.pushName
  const isSame = phone === contact.phone && lid === contact.lid && pushName === contact.pushName
  return isSame ? contact : { ...contact, phone, lid, pushName }
}

function strangerOf(ctx: Context, { phone, lid, pushName }: Person): ContactRef {
  return { id: ctx.ids.uuid(), phone, lid, name: null, bookName: null, pushName }
}

function indexBy(contacts: readonly ContactRef[], address: 'phone' | 'lid'): Map<string | null, ContactRef> {
  const index = new Map<string | null, ContactRef>(contacts.map((contact) => [contact[address], contact]))
  index.delete(null)
  return index
}

function toRow({ id, phone, lid, pushName }: ContactRef): NewContact {
  return { id, phone, lid, push_name: pushName }
}

function sort(ctx: Context, persons: readonly Person[], known: readonly ContactRef[]): Findings {
  const byPhone = indexBy(known, 'phone')
  const byLid = indexBy(known, 'lid')
  const findings: Findings = { refs: new Map(), unknown: new Map(), learned: new Map(), pairs: [] }
  for (const person of persons) {
    const ofPhone = byPhone.get(person.phone)
    const ofLid = byLid.get(person.lid)
    if (ofPhone !== undefined && ofLid !== undefined && ofPhone.id !== ofLid.id) {
      findings.pairs.push({ keep: ofPhone, drop: ofLid })
      continue
    }
    const before = ofPhone ?? ofLid
    const contact = before === undefined ? strangerOf(ctx, person) : complete(before, person)
    const isStranger = before === undefined || findings.unknown.has(contact.id)
    if (contact !== before) (isStranger ? findings.unknown : findings.learned).set(contact.id, toRow(contact))
    if (contact.phone !== null) byPhone.set(contact.phone, contact)
    if (contact.lid !== null) byLid.set(contact.lid, contact)
    findings.refs.set(personKey(person), contact)
  }
  return findings
}

/** Those that the tenant has met: a mapping of strangers (group members, history) is not worth a contact. */
function ofKnown(persons: readonly Person[], known: readonly ContactRef[]): Person[] {
  const phones = new Set(known.map((contact) => contact.phone))
  const lids = new Set(known.map((contact) => contact.lid))
  return persons.filter(
    ({ phone, lid }) => (phone !== null && phones.has(phone)) || (lid !== null && lids.has(lid)),
  )
}

/**
 * The contacts of persons (by `personKey`), made, completed and merged as needed. A name or an address that is new
 * is kept. Another transaction may make the same contact at the same moment: then it is read again. With
 * `isKnownOnly` strangers are left out instead of made.
 */
export async function resolveContacts(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  persons: readonly Person[],
  merge: MergeContacts,
  options: { isKnownOnly?: boolean } = {},
): Promise<Map<string, ContactRef>> {
  const phones = [...new Set(persons.flatMap((person) => person.phone ?? []))]
  const lids = [...new Set(persons.flatMap((person) => person.lid ?? []))]
  let mergesLeft = persons.length
  for (let attempt = 1; attempt <= 4; ) {
    const known = await listContactsByAddress(sql, tenantId, phones, lids)
    const wanted = options.isKnownOnly === true ? ofKnown(persons, known) : persons
    const findings = sort(ctx, wanted, known)
    if (findings.pairs.length > 0) {
      if (mergesLeft === 0) break
      mergesLeft -= 1
      await merge(sql, tenantId, findings.pairs)
      continue
    }
    attempt += 1
    const now = ctx.clock.now()
    const unknown = [...findings.unknown.values()]
    if (unknown.length > 0) {
      const inserted = await insertContacts(sql, tenantId, unknown, now)
      if (inserted.size < unknown.length) continue
    }
    if (findings.learned.size > 0) await updateContacts(sql, tenantId, [...findings.learned.values()], now)
    return findings.refs
  }
  throw new Error('contacts kept changing while they were looked up')
}

/** Remembers that a session met contacts, so that they can be listed by session and go with the last one. */
export async function meetContacts(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await linkContacts(sql, tenantId, sessionId, ids)
}

/** The contact behind what a caller wrote as a person's chat id: digits of a phone, or of a LID standing in for one. */
export async function findContactByDigits(
  sql: Sql,
  tenantId: string,
  digits: string,
): Promise<ContactRef | undefined> {
  const found = await listContactsByAddress(sql, tenantId, [digits], [digits])
  return found.find((contact) => contact.phone === digits) ?? found[0]
}

/** Contacts of a tenant that have one of the addresses (digits), at most some thousand at once. */
export function findContactsByAddress(
  sql: Sql,
  tenantId: string,
  addresses: { phones: readonly string[]; lids: readonly string[] },
): Promise<ContactRef[]> {
  return listContactsByAddress(sql, tenantId, addresses.phones, addresses.lids)
}

/** Removes contacts that no session knows any more and of which nothing is kept; but not those to keep. */
export function dropOrphanContacts(sql: Sql, tenantId: string, keepIds: readonly string[]): Promise<void> {
  return deleteOrphanContacts(sql, tenantId, keepIds)
}

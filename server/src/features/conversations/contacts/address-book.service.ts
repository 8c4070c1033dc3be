import type { Context } from '../../../context.ts'
import type { ContactChange } from '../../../engine/events.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { toStorable } from '../../../platform/storable-text.ts'
import { type BookEntry, updateBookEntries } from './contact-list.store.ts'
import { contactsRenamed } from './contacts.schema.ts'
import { type MergeContacts, meetContacts, personKey, resolveContacts } from './contacts.service.ts'

/** Contacts of one transaction: an address book of thousands must not hold its rows for long. */
const batchSize = 500
const longestName = 255

const keptName = (name: string): string | null => {
  const kept = firstCharacters(toStorable(name).trim(), longestName)
  return kept === '' ? null : kept
}

/** Who is in the address book becomes a contact; what is known of strangers is not worth one. */
const isInBook = (change: ContactChange): boolean => typeof change.name === 'string' && change.name !== ''

/** Keeps the names of the phone's address book, who is a business and who is blocked. */
export async function applyContacts(
  ctx: Context,
  changes: readonly ContactChange[],
  merge: MergeContacts,
): Promise<void> {
  const identified = changes.filter(({ person }) => person.phone !== null || person.lid !== null)
  for (const [sessionId, own] of Map.groupBy(identified, (change) => change.sessionId)) {
    const [first] = own
    if (first === undefined) continue
    for (let start = 0; start < own.length; start += batchSize) {
      const batch = own.slice(start, start + batchSize)
      await retryDeadlocks(() =>
        ctx.db.transaction((sql) => applyBatch(ctx, sql, first.tenantId, sessionId, batch, merge)),
      )
    }
  }
}

async function applyBatch(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  sessionId: string,
  batch: readonly ContactChange[],
  merge: MergeContacts,
): Promise<void> {
  const personOf = ({ person }: ContactChange) => ({
    ...person,
    pushName: person.pushName === null ? null : keptName(person.pushName),
  })
  const listed = batch.filter(isInBook).map(personOf)
  const others = batch.filter((change) => !isInBook(change)).map(personOf)
  const known = await resolveContacts(ctx, sql, tenantId, listed, merge)
  const ids = [...new Set([...known.values()].map((contact) => contact.id))]
  await meetContacts(sql, tenantId, sessionId, ids)
  const met = await resolveContacts(ctx, sql, tenantId, others, merge, { isKnownOnly: true })
  const entries = new Map<string, BookEntry>()
  for (const change of batch) {
    const key = personKey(change.person)
    const contact = known.get(key) ?? met.get(key)
    if (contact !== undefined) entries.set(contact.id, entryOf(contact.id, change, entries.get(contact.id)))
  }
  if (entries.size === 0) return
  const rows = [...entries.values()]
  const renamed = await updateBookEntries(sql, tenantId, sessionId, rows, ctx.clock.now())
  if (renamed.length > 0) await ctx.events.publish(sql, contactsRenamed, { tenantId, contactIds: renamed })
}

function entryOf(id: string, change: ContactChange, before: BookEntry | undefined): BookEntry {
  const name = typeof change.name === 'string' ? keptName(change.name) : null
  const isNameGiven = change.name !== undefined
  return {
    id,
    book_name: isNameGiven ? name : (before?.book_name ?? null),
    forgets_name: isNameGiven ? name === null : (before?.forgets_name ?? false),
    is_business: change.isBusiness ?? before?.is_business ?? null,
    is_blocked: change.isBlocked ?? before?.is_blocked ?? null,
  }
}

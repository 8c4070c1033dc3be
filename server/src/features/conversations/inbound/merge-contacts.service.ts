import type { Context } from '../../../context.ts'
import type { AddressMapping } from '../../../engine/events.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { clearChatCache, renameChatsOf } from '../chats/chats.service.ts'
import { contactsMerged } from '../contacts/contacts.schema.ts'
import {
  type ContactPair,
  type MergeContacts,
  resolveContacts,
  waChatIdOf,
} from '../contacts/contacts.service.ts'
import { completeContact, lockContacts, mergeContactRecords } from './merge.store.ts'

async function mergePair(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  { keep, drop }: ContactPair,
): Promise<void> {
  await lockContacts(sql, tenantId, [keep.id, drop.id])
  await ctx.events.publish(sql, contactsMerged, { tenantId, keepId: keep.id, dropId: drop.id })
  await mergeContactRecords(sql, tenantId, keep.id, drop.id)
  await completeContact(sql, tenantId, keep.id, drop, ctx.clock.now())
  const phone = keep.phone ?? drop.phone
  const waChatId = waChatIdOf({ phone, lid: keep.lid ?? drop.lid })
  await renameChatsOf(sql, tenantId, [{ contactId: keep.id, waChatId }])
}

/** Merges pairs of contacts: chats of one session become one, messages move, duplicates go. */
export function mergeContactsWith(ctx: Context): MergeContacts {
  return async (sql, tenantId, pairs) => {
    // The caller looks again after a merge, so of pairs that hang together one at a time is enough.
    const [pair] = pairs
    if (pair === undefined) return
    await mergePair(ctx, sql, tenantId, pair)
    afterCommit(sql, () => clearChatCache(ctx))
  }
}

/**
 * Keeps that a phone and a LID are one person. Where both were known as two contacts they become one, and so do
 * their chats in every session.
 */
export async function applyMappings(ctx: Context, mappings: readonly AddressMapping[]): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(mappings, (mapping) => mapping.tenantId)) {
    const persons = own.map(({ phone, lid }) => ({ phone, lid, pushName: null }))
    await retryDeadlocks(() => ctx.db.transaction((sql) => applyTo(ctx, sql, tenantId, persons)))
  }
}

async function applyTo(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  persons: readonly { phone: string; lid: string; pushName: null }[],
): Promise<void> {
  const merge = mergeContactsWith(ctx)
  const contacts = await resolveContacts(ctx, sql, tenantId, persons, merge, { isKnownOnly: true })
  const names = [...contacts.values()].map((contact) => ({
    contactId: contact.id,
    waChatId: waChatIdOf(contact),
  }))
  if (names.length > 0) await renameChatsOf(sql, tenantId, names)
  afterCommit(sql, () => clearChatCache(ctx))
}

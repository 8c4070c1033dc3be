import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { getSession, getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import {
  type ContactRow,
  countContacts,
  findContact,
  listContacts,
  updateOwnWords,
} from './contact-list.store.ts'
import {
  type ContactListInput,
  type ContactObject,
  type contactCheckAnswer,
  type contactListAnswer,
  contactsRenamed,
} from './contacts.schema.ts'
import { displayName, waChatIdOf } from './contacts.service.ts'

const wireTimestamp = (timestamp: string | null): string | null =>
  timestamp === null ? null : toTimestamp(new Date(timestamp))

function contactToWire(row: ContactRow): ContactObject {
  return {
    id: row.id,
    phone: row.phone === null ? null : phoneOf(row.phone),
    name: displayName(row),
    push_name: row.pushName,
    is_business: row.isBusiness,
    sessions: row.sessions,
    labels: row.labels,
    last_inbound_at: wireTimestamp(row.lastInboundAt),
    last_outbound_at: wireTimestamp(row.lastOutboundAt),
    message_count: row.messageCount,
    wa_chat_id: waChatIdOf(row),
    own_name: row.name,
    book_name: row.bookName,
    notes: row.notes,
    is_blocked: row.isBlocked,
  }
}

/** Contacts of the caller's tenant by what they are called; with a session only those it has met. */
export async function listTenantContacts(
  ctx: Context,
  input: ContactListInput,
): Promise<z.infer<typeof contactListAnswer>> {
  await requireOpenHistory(ctx)
  const { limit, offset, search, session_id: sessionId } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const filter = { tenantId: tenantOf(ctx), sessionId, search: search === '' ? undefined : search }
  const rows = await listContacts(ctx.db.sql, filter, limit, offset)
  const total = await countContacts(ctx.db.sql, filter)
  return { contacts: rows.map(contactToWire), total, limit, offset }
}

/** People of the caller's tenant whose number is known, without a word of what was said: for lists. */
export async function listPeople(
  ctx: Context,
  input: Pick<ContactListInput, 'search' | 'session_id' | 'limit' | 'offset'>,
): Promise<{ people: ContactObject[]; total: number }> {
  const { limit, offset, search, session_id: sessionId } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const ofSearch = search === '' ? undefined : search
  const filter = { tenantId: tenantOf(ctx), sessionId, search: ofSearch, hasPhone: true }
  const rows = await listContacts(ctx.db.sql, filter, limit, offset)
  return { people: rows.map(contactToWire), total: await countContacts(ctx.db.sql, filter) }
}

/** One contact of the caller's tenant, or 404. */
export async function getContact(ctx: Context, id: string): Promise<ContactObject> {
  await requireOpenHistory(ctx)
  return readContact(ctx, id)
}

async function readContact(ctx: Context, id: string): Promise<ContactObject> {
  const row = await findContact(ctx.db.sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Contact')
  return contactToWire(row)
}

/** Keeps what the tenant says about a contact. */
export async function updateContact(
  ctx: Context,
  id: string,
  change: { name?: string | null | undefined; notes?: string | null | undefined },
): Promise<ContactObject> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    if (!(await updateOwnWords(sql, tenantId, id, change, ctx.clock.now()))) throw unknownThing('Contact')
    if (change.name !== undefined)
      await ctx.events.publish(sql, contactsRenamed, { tenantId, contactIds: [id] })
  })
  return readContact(ctx, id)
}

/** Asks WhatsApp whether a number (digits) has an account. */
export async function checkNumber(
  ctx: Context,
  sessionId: string,
  phone: string,
): Promise<z.infer<typeof contactCheckAnswer>> {
  await getWorkingSession(ctx, sessionId)
  const [check] = await ctx.engine.contacts.check(sessionId, [phone])
  return { phone: `+${phone}`, exists: check?.exists ?? false, wa_chat_id: check?.chatId ?? null }
}

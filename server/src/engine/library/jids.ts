import type { Person } from '../events.ts'
import type { ChatId } from '../ids.ts'
import { jidDecode } from './library.ts'

/** A protocol address taken apart: a person by phone or by LID, a group, a channel, or nothing we speak of. */
export type Address =
  | { kind: 'phone'; digits: string }
  | { kind: 'lid'; digits: string }
  | { kind: 'group' | 'channel'; chatId: ChatId }
  | { kind: 'other' }

/** Takes a protocol address apart (source: servers of WhatsApp addresses, `jid-utils` of Baileys 7). */
export function parseJid(jid: string | null | undefined): Address {
  const decoded = jid === null || jid === undefined ? undefined : jidDecode(jid)
  if (decoded === undefined) return { kind: 'other' }
  const { user, server } = decoded
  if (server === 's.whatsapp.net' || server === 'c.us' || server === 'hosted') {
    return /^[1-9]\d{4,19}$/.test(user) ? { kind: 'phone', digits: user } : { kind: 'other' }
  }
  // Addresses come from others too, in mentions for instance, and are kept: nothing but digits may pass.
  if (server === 'lid' || server === 'hosted.lid') {
    return /^\d{1,30}$/.test(user) ? { kind: 'lid', digits: user } : { kind: 'other' }
  }
  if (server === 'g.us' && /^\d[\d-]{0,60}$/.test(user)) return { kind: 'group', chatId: `${user}@g.us` }
  if (server === 'newsletter' && /^\d{1,30}$/.test(user)) {
    return { kind: 'channel', chatId: `${user}@newsletter` }
  }
  return { kind: 'other' }
}

/** A person from up to two of their addresses. */
export function personOf(jids: readonly (string | null | undefined)[], pushName: string | null): Person {
  const person: Person = { phone: null, lid: null, pushName }
  for (const jid of jids) {
    const address = parseJid(jid)
    if (address.kind === 'phone') person.phone ??= address.digits
    if (address.kind === 'lid') person.lid ??= address.digits
  }
  return person
}

/** The chat id of a person: by phone, or by the LID's digits until the phone is known. */
export function personChatId(person: Person): ChatId | undefined {
  const digits = person.phone ?? person.lid
  return digits === null ? undefined : `${digits}@c.us`
}

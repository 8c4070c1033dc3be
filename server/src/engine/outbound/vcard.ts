import type { proto } from 'baileys'
import { type ContentOf, MissingPartError, type OutboundParts } from '../media/parts.ts'

/** One contact card, or several in one message. */
export function convertVcard(content: ContentOf<'vcard'>, { context }: OutboundParts): proto.IMessage {
  const cards = content.vcards.map(({ name, vcard }) => ({ displayName: name, vcard }))
  const [first] = cards
  if (first === undefined) throw new MissingPartError('vcard', 'first card')
  const contextInfo = context && { contextInfo: context }
  if (cards.length === 1) return { contactMessage: { ...first, ...contextInfo } }
  return {
    contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards, ...contextInfo },
  }
}

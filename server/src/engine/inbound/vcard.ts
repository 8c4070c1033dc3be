import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'

const maxCards = 1000

/** One contact card or several. */
export function parseVcard(message: proto.IMessage): InboundContent | undefined {
  const one = message.contactMessage
  const cards = one ? [one] : message.contactsArrayMessage?.contacts
  if (!cards || cards.length === 0) return undefined
  return {
    kind: 'vcard',
    vcards: cards.slice(0, maxCards).map(({ displayName, vcard }) => ({
      name: cleanText(displayName, 1000),
      vcard: cleanText(vcard),
    })),
  }
}

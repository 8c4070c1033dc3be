import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { parseJid } from '../jids.ts'

/** A plain or an extended text. */
export function parseText(message: proto.IMessage): InboundContent | undefined {
  if (typeof message.conversation === 'string' && message.conversation !== '') {
    return { kind: 'text', text: message.conversation, mentions: [] }
  }
  const extended = message.extendedTextMessage
  if (extended?.text === undefined || extended.text === null) return undefined
  return { kind: 'text', text: extended.text, mentions: parseMentions(extended.contextInfo) }
}

/** Chat ids of the people a message mentions. */
export function parseMentions(context: proto.IContextInfo | null | undefined): string[] {
  const mentions: string[] = []
  for (const jid of context?.mentionedJid ?? []) {
    const address = parseJid(jid)
    if (address.kind === 'phone' || address.kind === 'lid') mentions.push(`${address.digits}@c.us`)
  }
  return mentions
}

import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'

/** A plain or an extended text. */
export function parseText(message: proto.IMessage): InboundContent | undefined {
  const text = message.conversation ?? message.extendedTextMessage?.text
  return typeof text === 'string' ? { kind: 'text', text: cleanText(text), mentions: [] } : undefined
}

import type { proto } from 'baileys'
import type { OutboundContent } from '../content.ts'

/** A text; one with mentions or a quote needs the extended form, which carries the context. */
export function convertText(
  content: Extract<OutboundContent, { kind: 'text' }>,
  context: proto.IContextInfo | undefined,
): proto.IMessage {
  if (context === undefined) return { conversation: content.text }
  return { extendedTextMessage: { text: content.text, contextInfo: context } }
}

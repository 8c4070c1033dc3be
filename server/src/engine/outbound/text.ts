import type { proto } from 'baileys'
import type { ContentOf, OutboundParts } from '../media/parts.ts'

/** A text; one with mentions, a quote or a timer needs the extended form, which carries the context. */
export function convertText(
  content: ContentOf<'text'>,
  { context }: Pick<OutboundParts, 'context'>,
): proto.IMessage {
  if (context === undefined) return { conversation: content.text }
  return { extendedTextMessage: { text: content.text, contextInfo: context } }
}

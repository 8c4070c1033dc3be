import type { proto } from 'baileys'
import { type ContentOf, MissingPartError, type OutboundParts } from '../media/parts.ts'

/** An emoji on another message; an empty one takes it back. */
export function convertReaction(
  content: ContentOf<'reaction'>,
  { target, nowMs }: OutboundParts,
): proto.IMessage {
  if (target === undefined) throw new MissingPartError('reaction', 'target')
  return { reactionMessage: { key: target, text: content.emoji, senderTimestampMs: content.atMs ?? nowMs } }
}

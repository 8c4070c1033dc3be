import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText, isMessageId } from './clean.ts'

/** An emoji on another message; who wrote that one is filled in by whoever knows addresses. */
export function parseReaction({ reactionMessage }: proto.IMessage): InboundContent | undefined {
  const waMessageId = reactionMessage?.key?.id
  if (!reactionMessage || !isMessageId(waMessageId)) return undefined
  return {
    kind: 'reaction',
    target: { waMessageId, isFromMe: reactionMessage.key?.fromMe === true, sender: null },
    emoji: cleanText(reactionMessage.text, 64),
  }
}

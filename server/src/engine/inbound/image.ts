import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'
import { parseFile } from './file.ts'

/** A picture. */
export function parseImage(
  { imageMessage }: proto.IMessage,
  isViewOnce: boolean,
): InboundContent | undefined {
  if (!imageMessage) return undefined
  return {
    kind: 'image',
    file: parseFile(imageMessage),
    caption: cleanText(imageMessage.caption),
    mentions: [],
    isViewOnce: isViewOnce || imageMessage.viewOnce === true,
  }
}

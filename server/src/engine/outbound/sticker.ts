import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { fileFields } from './file.ts'

/** A sticker: a WebP, perhaps animated. */
export function convertSticker(content: MediaContent, parts: OutboundParts): proto.IMessage {
  const { width, height, isAnimated } = content.file
  return {
    stickerMessage: {
      ...fileFields(content, parts),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      isAnimated: isAnimated === true,
      stickerSentTs: parts.nowMs,
    },
  }
}

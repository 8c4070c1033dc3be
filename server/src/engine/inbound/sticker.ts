import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { parseFile } from './file.ts'

/** A sticker, perhaps animated. */
export function parseSticker({ stickerMessage }: proto.IMessage): InboundContent | undefined {
  if (!stickerMessage) return undefined
  const isAnimated = stickerMessage.isAnimated === true || stickerMessage.isLottie === true
  return {
    kind: 'sticker',
    file: parseFile({ ...stickerMessage, isAnimated }),
    caption: '',
    mentions: [],
    isViewOnce: false,
  }
}

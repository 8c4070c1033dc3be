import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'
import { parseFile } from './file.ts'

/** A film, a round one, or a GIF: to WhatsApp a film that plays by itself. */
export function parseVideo(message: proto.IMessage, isViewOnce: boolean): InboundContent | undefined {
  const video = message.videoMessage ?? message.ptvMessage
  if (!video) return undefined
  const isGif = video.gifPlayback === true
  return {
    kind: isGif ? 'gif' : 'video',
    file: { ...parseFile(video), isAnimated: isGif },
    caption: cleanText(video.caption),
    mentions: [],
    isViewOnce: isViewOnce || video.viewOnce === true,
  }
}

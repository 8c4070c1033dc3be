import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { sealViewOnce } from './file.ts'
import { videoFields } from './video.ts'

/** A GIF: to WhatsApp a film without sound that plays by itself. */
export function convertGif(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, { videoMessage: { ...videoFields(content, parts), gifPlayback: true } })
}

import type { proto } from 'baileys'
import { sealViewOnce } from './file.ts'
import type { MediaContent, OutboundParts } from './parts.ts'
import { videoFields } from './video.ts'

/** A GIF: to WhatsApp a film without sound that plays by itself. */
export function convertGif(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, { videoMessage: { ...videoFields(content, parts), gifPlayback: true } })
}

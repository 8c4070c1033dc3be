import type { proto } from 'baileys'
import { captionField, fileFields, pictureFields, sealViewOnce } from './file.ts'
import type { MediaContent, OutboundParts } from './parts.ts'

/** A picture. */
export function convertImage(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, {
    imageMessage: { ...fileFields(content, parts), ...pictureFields(content), ...captionField(content) },
  })
}

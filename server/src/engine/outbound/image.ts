import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { captionField, fileFields, pictureFields, sealViewOnce } from './file.ts'

/** A picture. */
export function convertImage(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, {
    imageMessage: { ...fileFields(content, parts), ...pictureFields(content), ...captionField(content) },
  })
}
